import { describe, expect, it } from 'vitest';
import { Refusals } from '../../src/rate-limit/refusals.ts';
import { realTiming } from '../../src/utils/timing.ts';
import { announcement } from './model/announcement.ts';
import { refused } from './model/server.ts';
import { allOf, bucket, concurrency, failing } from './model/undocumented-servers.ts';
import { observing } from './support/calls.ts';
import { documented, quantile, summary, SchedulerWorld } from './support/simulation.ts';

// Refusals that the window does not explain. Other limits, one by one, are in model/undocumented-rows.ts.

const minute = 60_000;
const seeds = [1, 2, 3];
const route = '/users/{id}';

/** The documented server, with users that are always refused. */
const locking = (lockedRetryAfter: number | undefined, epoch?: number) =>
  documented({ locked: /locked/, lockedRetryAfter }, epoch);

describe('a locked resource', () => {
  it.each([60, undefined])(
    'of twenty that are called at once, none holds the others for long: Retry-After %s',
    async (wait) => {
      for (const seed of seeds) {
        const epoch = 1_700_000_040_000 + seed * 7777;
        const world = new SchedulerWorld(locking(wait, epoch), { seed, epoch });
        const good: Promise<{ askedAt: number; doneAt: number; status: number | undefined }>[] = [];
        for (let second = 0; second < 600; second += 1) {
          world.time.after(second * 1000, () => good.push(world.one({ path: `/users/${second}`, route })));
        }
        for (let index = 0; index < 20; index += 1) {
          world.time.after(500 + 20 * index, () => world.call(1, { path: `/users/locked_${index}`, route }));
        }
        await world.time.run();
        const records = await Promise.all(good);
        expect(records.every(({ status }) => status === 200)).toBe(true);
        const waits = records.map(({ askedAt, doneAt }) => doneAt - askedAt);
        expect(quantile(waits, 0.5)).toBeLessThanOrEqual(50);
        // What was refused with Retry-After shows only after a minute that it still is.
        expect(quantile(waits, 0.95)).toBeLessThanOrEqual(40_000);
      }
    },
  );

  it('fails in the end, and is reported when it is held', async () => {
    const world = new SchedulerWorld(locking(undefined));
    const held: (string | undefined)[] = [];
    const observer = observing({ onHold: (target) => held.push(target) });
    // Clients without calls are told nothing.
    const idle = { ...observer, onHold: () => held.push('idle') };
    await Promise.all([world.one({ path: '/users/1', route, observer: idle }), world.time.run()]);
    const [record] = await Promise.all([world.one({ path: '/users/locked', route, observer }), world.time.run()]);
    expect(record.status).toBe(429);
    expect(record.sentAt.length).toBeGreaterThan(8);
    expect(record.doneAt).toBeLessThan(6 * minute);
    expect(held[0]).toBe('GET /users/locked');
  });
});

describe('a limit that no header announces', () => {
  it.each([
    ['5 in flight', () => concurrency(5)],
    ['2 a second', () => bucket({ rate: 2, burst: 5 })],
  ])('slows all calls of the token down: %s', async (_, create) => {
    for (const seed of seeds) {
      const epoch = 1_700_000_040_000;
      const world = new SchedulerWorld(allOf(create(), documented({}, epoch)), { seed, latency: 20, epoch, work: 100 });
      const held: (string | undefined)[] = [];
      const observer = observing({ onHold: (target) => held.push(target) });
      for (let id = 0; id < 300; id += 1) world.call(1, { path: `/users/${id}`, route, observer });
      const { failed, refusals } = summary(await world.finish());
      expect(failed).toBe(0);
      expect(refusals).toBeLessThanOrEqual(210);
      expect(held.filter((target) => target === undefined)).toHaveLength(1);
    }
  });

  it('holds no call for ever whose resource is refused while it waits for the token', async () => {
    for (const seed of seeds) {
      const world = new SchedulerWorld(allOf(concurrency(1), documented({ limit: 4 })), { seed, work: 200 });
      for (let call = 0; call < 30; call += 1)
        world.call(1, { path: `/users/${Math.floor(world.random() * 6)}`, route });
      await world.time.run();
      expect(world.limiter.snapshot.waiting).toBe(0);
      expect(summary(await world.finish()).failed).toBe(0);
    }
  });
});

it('a refusal that the window explains holds all calls of the token for its Retry-After', async () => {
  const epoch = 1_700_000_040_000;
  const reply = () => refused(90, announcement(100, 0, epoch + minute));
  const world = new SchedulerWorld(failing(documented({}, epoch), 5_000, 6_000, reply), { epoch });
  world.call(1);
  for (const second of [5, 7]) world.time.after(second * 1000, () => world.call(1, { path: `/users/${second}` }));
  const [, ...records] = await world.finish();
  expect(records.map(({ status }) => status)).toEqual([200, 200]);
  for (const { sentAt } of records) expect(sentAt.at(-1)).toBeGreaterThanOrEqual(95_000);
});

const nothing = () => undefined;
const idle = (now: () => number) => new Refusals({ ...realTiming, now }, nothing, nothing);

it.each([
  [undefined, [0, 0, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]],
  [0, [0, 0, 1000, 2000, 4000]],
  [3000, [0, 0, 1000, 2000, 3000, 3000]],
])('after refusals in a row, the token pauses for so many milliseconds, if %s are asked for: %j', (wait, pauses) => {
  let now = 0;
  const refusals = idle(() => now);
  const seen = pauses.map((_, id) => {
    const target = { method: 'GET', path: `/users/${id}`, route };
    // Two that are in flight together count once, after the first.
    const [first, second] = [refusals.sent(now, target), refusals.sent(now, target)];
    for (const sequence of id === 0 ? [first] : [first, second])
      refusals.refused(now, target, sequence, undefined, wait ?? Infinity);
    const pause = Math.max(0, refusals.readyAt(now) - now);
    now += pause;
    return pause;
  });
  expect(seen).toEqual(pauses);
});

it.each([
  [undefined, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000, 60_000]],
  [90_000, [90_000, 90_000]],
])('its resource pauses, if %s are asked for, and its retries count from the ninth on: %j', (wait, pauses) => {
  let now = 0;
  const refusals = idle(() => now);
  const target = { method: 'GET', path: '/users/1', route };
  const other = { ...target, path: '/users/2' };
  const seen = pauses.map(() => {
    refusals.admitted(now, other, refusals.sent(now, other));
    const sequence = refusals.sent(now, target);
    expect(refusals.refusedResourceOf(target)?.readyAt ?? Infinity).toBe(Infinity); // while it is under way
    refusals.ended(target, sequence);
    const isUncounted = refusals.refused(now, target, sequence, wait, Infinity);
    const pause = (refusals.heldResource(now, target)?.readyAt ?? NaN) - now;
    now += pause;
    expect(refusals.heldResource(now, target)).toBeUndefined();
    return [pause, isUncounted];
  });
  expect(seen).toEqual(pauses.map((pause, index) => [pause, index < 8]));
});

it('what was refused long ago is forgotten, even beside a resource that is refused again and again', () => {
  const refusals = idle(() => 299_000);
  const target = (id: string) => ({ method: 'GET', path: `/users/${id}`, route });
  for (let second = 0; second < 300; second += 1) {
    for (const id of ['always', `once_${second}`]) {
      const sequence = refusals.sent(second * 1000, target(id));
      refusals.refused(second * 1000, target(id), sequence, undefined, Infinity);
    }
  }
  expect(refusals.refusedResourceOf(target('once_1'))).toBeUndefined();
  expect(refusals.refusedResourceOf(target('always'))).toBeDefined();
});

it('a resource that was refused once is like any other a minute after it was held, whatever else is refused', () => {
  let now = 0;
  const refusals = new Refusals(
    { ...realTiming, now: () => now },
    () => undefined,
    () => undefined,
  );
  const target = { method: 'GET', path: '/users/1', route };
  refusals.refused(now, target, refusals.sent(now, target), 30_000, Infinity);
  now = 89_999;
  expect(refusals.refusedResourceOf(target)).toBeDefined();
  now = 90_000;
  expect(refusals.refusedResourceOf(target)).toBeUndefined();
});

it('the routes that were admitted lately are remembered, and no more than a hundred', () => {
  const refusals = idle(() => 1000);
  for (let index = 0; index <= 100; index += 1) {
    const target = { method: 'GET', path: `/${index}`, route: `/${index}` };
    refusals.admitted(1000, target, refusals.sent(1000, target));
  }
  expect([0, 1, 100].map((index) => refusals.wasAdmitted(`/${index}`, 999))).toEqual([false, true, true]);
  expect(refusals.wasAdmitted('/100', 1000)).toBe(false);
});
