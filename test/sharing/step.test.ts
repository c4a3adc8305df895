import { expect, expectTypeOf, it } from 'vitest';
import type { RateLimitStoreReply, RateLimitStoreRequest } from '@example/sdk';
import { rateLimitStep } from '@example/sdk/rate-limit';
import type { Grant, Report } from '../../src/sharing/step.ts';
import { firstRequest, grantOf } from './support/store-requests.ts';

// Processes with a store: one pure step turns a state into a grant. Its clock is the store's.

const start = 1_700_000_000_000;
const minute = 60_000;

/** The report of a process that knows the window. */
const known = (report: Partial<Report> = {}): Partial<Report> => ({ reset: 1000, timeLeft: minute, ...report });
/** Its report about the next window. */
const next = (report: Partial<Report> = {}) => known({ reset: 1060, ...report });

/** One sync: the process, its report, the grant, and the wait before the sync. */
type Sync = readonly [process: string, report: Partial<Report>, grant: Partial<Grant>, after?: number];

function run(syncs: readonly Sync[]) {
  let [now, state, expiresIn] = [start, '', 0];
  const grants: Grant[] = [];
  for (const [process, report, , after = 0] of syncs) {
    const step = rateLimitStep(state || undefined, firstRequest(process, report), (now += after));
    ({ state, expiresIn } = step);
    grants.push(grantOf(step.reply));
  }
  return { grants, state, expiresIn };
}

const normal = (count: number) => ({ normal: count, background: 0 });
const background = (count: number) => ({ normal: 0, background: count });

const tables: Record<string, readonly Sync[]> = {
  // No window is known.
  'ten requests go together, across all processes': [
    ['a', { normal: 6 }, { ...normal(6), limit: 100, reset: 0, timeLeft: 0, processes: 1, nextSyncIn: 5 }],
    ['b', { normal: 4 }, { ...normal(4), processes: 2 }],
    ['c', { normal: 1 }, normal(0)],
    ['a', { inFlight: 6 }, normal(0)],
    ['a', known({ used: 1, sent: 6, inFlight: 5 }), { limit: 100, used: 1, reset: 1000, timeLeft: minute }],
    ['c', { normal: 1 }, { ...normal(1), reset: 1000 }],
  ],
  'no more requests than the limit go together': [
    ['a', { normal: 3, limit: 4 }, normal(3)],
    ['b', { normal: 3 }, normal(1)],
    ['a', {}, normal(0)],
    ['b', { normal: 2, available: 1 }, normal(2)],
  ],
  'requests go one at a time if more than ten wait': [
    ['a', { normal: 11 }, normal(1)],
    ['b', { normal: 11 }, normal(0)],
    ['a', { normal: 10, inFlight: 1 }, normal(0)],
    ['a', { normal: 10 }, normal(1)],
  ],
  'five of ten waiting background calls go together': [
    ['a', { background: 10 }, background(5)],
    ['b', { background: 1 }, background(0)],
    ['b', { normal: 5 }, normal(5)],
  ],
  'the next request goes 2 s after one that found out nothing': [
    ['a', { normal: 11 }, normal(1)],
    ['b', { normal: 5 }, normal(0), 1_999],
    ['b', { normal: 5 }, normal(1), 1],
    ['c', { normal: 5 }, normal(0)],
  ],
  'a background call goes only if no normal call waits, not even one': [
    ['a', { normal: 2, limit: 1 }, normal(1)],
    ['b', { background: 2 }, background(0), 2_000],
    ['a', { normal: 0 }, normal(0)],
    ['b', { background: 2 }, background(1)],
  ],
  'waiting processes ask again soon, and then less and less often': [
    ['a', { normal: 11 }, { nextSyncIn: 5 }],
    ['b', { normal: 1 }, { nextSyncIn: 5 }, 10],
    ['b', { normal: 1 }, { nextSyncIn: 50 }, 190],
    ['b', { normal: 1 }, { nextSyncIn: 500 }, 1_799],
  ],
  // In a known window.
  'granted requests count on top of what the API announces': [
    ['a', known({ used: 30, normal: 50 }), normal(50)],
    ['b', known({ normal: 50 }), { ...normal(20), used: 30 }],
  ],
  'sent requests count once, even if the announcement lags': [
    ['a', known({ normal: 50 }), normal(50)],
    ['a', known({ sent: 50, used: 3 }), normal(0)],
    ['b', known({ normal: 80 }), normal(50)],
    ['b', known({ normal: 30, available: 50, used: 50 }), normal(0)],
  ],
  'a process whose reply was lost gets the same grant again': [
    ['a', known({ normal: 100 }), normal(100)],
    ['a', known({ normal: 100 }), normal(100)],
  ],
  'requests that a process returns are granted to others': [
    ['a', known({ normal: 100 }), normal(100)],
    ['b', known({ normal: 10 }), { ...normal(0), nextSyncIn: 500 }],
    ['a', known({ available: 80, sent: 20, used: 20 }), normal(0)],
    ['b', known({ normal: 10 }), { ...normal(0), nextSyncIn: 500 }],
    ['a', known({ sent: 20, used: 20 }), normal(0)],
    ['b', known({ normal: 10 }), { ...normal(10), nextSyncIn: 5_000 }],
  ],
  'what was granted is needed no more': [
    ['a', known({ background: 10 }), background(10)],
    ['b', known({ background: 30 }), background(30)],
  ],
  'waiting processes get equal parts, however often they ask; a small need is met in full': [
    ['a', known({ normal: 0, used: 10 }), normal(0)],
    ['b', { normal: 90, reset: 1000 }, normal(90)],
    ['b', known({ normal: 90 }), normal(90)],
    ['c', known({ normal: 90 }), normal(0)],
    ['d', known({ normal: 10 }), normal(0)],
    ['b', known({ normal: 90 }), normal(40)],
    ['c', known({ normal: 90 }), normal(40)],
    ['d', known({ normal: 10 }), normal(10)],
  ],
  'a remainder goes to the process that asks first': [
    ['a', known({ normal: 50, used: 99 }), normal(1)],
    ['b', known({ normal: 50 }), normal(0)],
  ],
  'a process asks again when the window ends, at the latest': [
    ['a', known({ normal: 1, used: 100, timeLeft: 60_000 }), { ...normal(0), nextSyncIn: 5_000 }],
    ['a', known({ normal: 1, used: 100, timeLeft: 1_200 }), { nextSyncIn: 1_200 }, 58_800],
  ],
  'the limit of the response with more used applies': [
    ['a', known({ used: 10 }), { limit: 100 }],
    ['a', known({ limit: 60, used: 30 }), { limit: 60, used: 30 }],
    ['b', known({ limit: 100, used: 20 }), { limit: 60, used: 30 }],
    ['c', known({ limit: 50, used: 30 }), { limit: 50 }],
  ],
  // Priorities.
  'background calls leave room for waiting and for expected normal calls': [
    ['a', known({ normal: 15, used: 10 }), normal(15)],
    ['a', known({ normal: 15 }), normal(15)],
    // 75 are left, of which 60 are reserved.
    ['b', known({ background: 90 }), background(15)],
    ['c', known({ background: 90 }), background(0)],
  ],
  'background calls get a tenth of each window, however many normal calls wait': [
    ['a', known({ normal: 500, timeLeft: minute }), normal(100)],
    ['b', known({ background: 50 }), background(0)],
    ['a', known({ normal: 500 }), normal(90)],
    ['b', known({ background: 50 }), background(10)],
    ['b', known({ background: 40, available: 10 }), background(0)],
  ],
  'background calls leave room for as many normal calls as arrived in the last two windows': [
    ['a', known({ arrived: 50 }), {}],
    ['a', next({ arrived: 50, sent: 1 }), {}, minute],
    ['b', next({ background: 90, timeLeft: 30_000 }), background(52), 30_000],
    // This report is about the previous window.
    ['c', known({ arrived: 90 }), {}],
    ['a', next({ reset: 1120, arrived: 0 }), {}, 30_000],
    ['b', next({ reset: 1120, background: 90, timeLeft: 21_600 }), background(64), 38_400],
  ],
  // The end of a window.
  'a window is over when the first process knows it': [
    ['a', known({ used: 100 }), { timeLeft: minute }],
    ['b', known({ timeLeft: 500 }), { timeLeft: 500 }],
    ['a', known({ timeLeft: 900 }), { timeLeft: 500 }],
    ['a', known({ timeLeft: 400, normal: 1 }), { ...normal(1), timeLeft: 0 }, 500],
  ],
  'a request that came too early delays the end, whatever other processes believe': [
    ['a', known({ used: 100 }), {}],
    ['a', known({ normal: 1, timeLeft: 0 }), normal(1), minute],
    ['a', known({ normal: 1, timeLeft: 250, probeFailed: true }), { ...normal(0), timeLeft: 250 }],
    ['b', known({ normal: 1, timeLeft: 0 }), { ...normal(0), timeLeft: 250 }],
  ],
  'requests in flight count once': [['a', known({ sent: 30, inFlight: 10, used: 30, normal: 70 }), normal(60)]],
  'requests in flight count in the next window until their process reports; sent ones do not': [
    ['a', known({ used: 80 }), {}],
    ['a', known({ sent: 80, inFlight: 8, used: 80, timeLeft: 1_000 }), {}, minute - 1_000],
    ['b', next({ used: 1, sent: 1, normal: 100 }), { ...normal(91), reset: 1060 }, 1_000],
    ['a', known({ sent: 80, timeLeft: 0 }), {}],
    ['b', next({ used: 92, sent: 92, normal: 100 }), normal(8)],
  ],
  'a reset that differs by a second and a half is the same window': [
    ['a', known({ used: 10 }), {}],
    ['a', known({ reset: 1001.5, used: 20, sent: 30, normal: 100 }), { ...normal(70), reset: 1000, used: 20 }],
    ['a', known({ reset: 998.4, used: 90, timeLeft: 10 }), { reset: 1000, used: 20, timeLeft: minute }],
    ['a', known({ reset: 1060, timeLeft: 0 }), { reset: 1000 }],
  ],
  'windows of a second follow each other': [
    ['a', known({ timeLeft: 1_000, used: 5 }), { reset: 1000 }],
    ['a', known({ reset: 1001, timeLeft: 1_000, used: 1 }), { reset: 1001, used: 1 }, 1_000],
  ],
  // A killed process.
  'a killed process leaves its needs to others after 24 s, and counts as having sent its grant': [
    ['dead', known({ normal: 90 }), normal(90)],
    ['dead', known({ normal: 70, available: 10, sent: 20, used: 20 }), normal(70)],
    ['a', known({ normal: 50, timeLeft: 36_000 }), { ...normal(0), processes: 2 }, 24_000],
    ['a', known({ normal: 50, timeLeft: 35_999 }), { ...normal(0), processes: 1 }, 1],
    ['a', next({ normal: 100 }), normal(100), 36_000],
  ],
  'a killed process takes no more of the window after 24 s': [
    ['dead', known({ normal: 20 }), normal(20)],
    ['a', known({ normal: 90, used: 20, timeLeft: 35_999 }), normal(80), 24_001],
  ],
  'a process is dead sooner in shorter windows': [
    ['dead', known({ timeLeft: 20_000 }), { nextSyncIn: 200 }],
    ['a', known({ timeLeft: 12_000 }), { processes: 2 }, 8_000],
    ['a', known({ timeLeft: 11_999 }), { processes: 1 }, 1],
  ],
  'a process lives for 5 s in any window': [
    ['dead', known({ timeLeft: 1_000 }), {}],
    ['a', known({ timeLeft: 0 }), { processes: 2 }, 5_000],
    ['a', known({ timeLeft: 0 }), { processes: 1 }, 1],
  ],
  'the state is lost if the clock is set back, because all its times are wrong': [
    ['a', known({ used: 100 }), {}],
    ['a', { normal: 1 }, { ...normal(1), reset: 0 }, -1_001],
  ],
  'nothing is lost if the clock is set back by a second': [
    ['a', known({ used: 100 }), {}],
    ['a', { normal: 1 }, { ...normal(0), reset: 1000 }, -1_000],
  ],
};

it.each(Object.entries(tables))('%s', (_, syncs) => {
  expect(run(syncs).grants).toMatchObject(syncs.map(([, , grant]) => grant));
});

it('the state is small, forgets dead processes, and can itself be forgotten two minutes after its window', () => {
  const many = run(Array.from({ length: 50 }, (_, index): Sync => [`process ${index}`, known({ normal: 20 }), {}]));
  expect(many.state.length).toBeLessThan(51 * 140);
  expect(many.expiresIn).toBe(minute + 120_000);
  const windows = [1060, 1120].map((reset): Sync => ['a', next({ reset }), {}, minute]);
  expect(run([['dead', known({ normal: 50 }), {}], ...windows]).state).not.toContain('dead');
});

it('the state is the same after a sync that changes nothing', () => {
  const stateAfter = (...pauses: number[]) =>
    run([0, 0, ...pauses].map((after): Sync => ['a', known({ used: 100, normal: 5 }), {}, after])).state;
  expect(stateAfter(6_000)).toBe(stateAfter());
  expect(stateAfter(6_001)).not.toBe(stateAfter());
});

it("the state keeps fields of newer SDK versions, and can lack fields that older versions don't have", () => {
  const { processes, ...rest } = JSON.parse(run([['a', known({ normal: 5 }), {}]]).state) as { processes: object };
  const older = { seenAt: start, outstanding: 5, granted: 5 };
  const newer = { ...rest, color: 'red', processes: { ...processes, older } };
  const step = rateLimitStep(JSON.stringify(newer), firstRequest('b', known({ normal: 100 })), start);
  expect(grantOf(step.reply).normal).toBe(90);
  expect(JSON.parse(step.state)).toMatchObject({ color: 'red', processes: { older } });
});

it('requests and replies are opaque: only the step can create a reply', () => {
  expectTypeOf<RateLimitStoreRequest>().not.toHaveProperty('normal');
  expectTypeOf<{ normal: number }>().not.toExtend<RateLimitStoreReply>();
  expect(rateLimitStep(undefined, firstRequest('a'), 0)).toMatchObject({ expiresIn: 120_000 });
});
