import { beforeEach, describe, expect, it, vi } from 'vitest';
import { RateLimitWaitError } from '@example/sdk';
import type { StallReport } from '../../src/rate-limit/observers.ts';
import type { ConnectStore } from '../../src/rate-limit/share.ts';
import { clientOf, rejection } from '../support/http-server.ts';
import { errorResponse, inProcessApi } from '../support/in-process-api.ts';
import { settled, useVirtualTime } from '../support/virtual-time.ts';
import { many, observing } from './support/calls.ts';
import { announcement } from './model/announcement.ts';
import { connectionError } from './model/network.ts';
import { accepted, refused, type Reply } from './model/server.ts';
import { failing } from './model/undocumented-servers.ts';
import { documented, SchedulerWorld } from './support/simulation.ts';

// Waiting that nobody could foresee is never silent, and never without end.

const minute = 60_000;

const epoch = 1_700_000_040_000;

/** A world whose API, from a time on, answers like this. */
function stallingWorld(from: number, reply: (now: number) => Reply) {
  const world = new SchedulerWorld(failing(documented({}, epoch), from, Infinity, reply), { epoch });
  const reports: (StallReport & { at: number })[] = [];
  const observer = observing({ onStall: (report) => reports.push({ ...report, at: world.time.now() }) });
  return { world, reports, observer };
}

const bare429 = () => refused();

function usedUp(now: number, left: number): Reply {
  return refused(undefined, announcement(100, 0, now + left, 'up'));
}

describe('an API that refuses everything', () => {
  it('is reported after half a minute, then once a minute, and ends the wait after ten if it never admitted a request', async () => {
    const { world, reports, observer } = stallingWorld(0, bare429);
    for (let id = 0; id < 20; id += 1) world.call(1, { path: `/users/${id}`, observer });
    const records = await world.finish();
    expect(records.every(({ status, error }) => status === 429 || error instanceof RateLimitWaitError)).toBe(true);
    expect(Math.max(...records.map(({ doneAt }) => doneAt))).toBeLessThanOrEqual(10 * minute + 100);
    expect(reports[0]).toMatchObject({ outcome: '429', seconds: 30, waiting: 20 });
    expect(reports[0]!.at).toBeLessThanOrEqual(31_000);
    const gaps = reports.slice(1).map(({ at }, index) => at - reports[index]!.at);
    expect(gaps.length).toBeGreaterThan(5);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(minute);
    expect(world.limiter.snapshot.waiting).toBe(0);
  });

  it('ends the wait after an hour if it did before', async () => {
    const { world, observer } = stallingWorld(5_000, bare429);
    world.call(1, { observer });
    await world.time.run(6_000);
    for (let id = 0; id < 50; id += 1) world.call(1, { path: `/users/${id}`, observer });
    const records = (await world.finish()).slice(1);
    expect(records.some(({ error }) => error instanceof RateLimitWaitError)).toBe(true);
    expect(Math.max(...records.map(({ doneAt }) => doneAt))).toBeLessThanOrEqual(61 * minute);
    expect(Math.max(...records.map(({ doneAt }) => doneAt))).toBeGreaterThan(59 * minute);
  });

  it('leaves calls alone that have a maxWait', async () => {
    const { world, observer } = stallingWorld(0, bare429);
    world.call(30, { observer, maxWait: 20 * minute });
    const records = await world.finish();
    expect(Math.max(...records.map(({ doneAt }) => doneAt))).toBeGreaterThanOrEqual(20 * minute);
    expect(world.limiter.snapshot.waiting).toBe(0);
  });
});

describe('a limit that is used up until tomorrow', () => {
  const day = 86_400_000;

  it.each([
    ['all', day, (now: number) => usedUp(epoch + now, day)],
    ['a resource', 60 * minute, () => refused(3600)],
  ])('rejects calls of %s at once, and says when to come again', async (_, wait, reply) => {
    const { world, observer } = stallingWorld(0, reply);
    world.call(3, { observer });
    const records = await world.finish();
    const waiting = records.filter(({ error }) => error instanceof RateLimitWaitError);
    expect(waiting).toHaveLength(3);
    for (const { error, doneAt } of waiting) {
      expect((error as RateLimitWaitError).retryAfter).toBeGreaterThan(wait / 1000 - 60);
      expect(doneAt).toBeLessThan(1_000);
    }
  });

  it('does not end a wait that other processes have caused', async () => {
    const world = new SchedulerWorld(documented());
    const share = { isAvailable: false, readyAt: (now: number) => now, take: () => undefined, update: () => Infinity };
    const connectLimiter: ConnectStore = (_, window) => {
      window.adopt(0, { limit: 100, used: 100, reset: 1_700_002_000, timeLeft: 20 * minute });
      return share;
    };
    world.limiter.configure({ store: { connectLimiter } });
    world.call(3);
    expect((await world.finish()).every(({ status }) => status === 200)).toBe(true);
  });

  it('does not end a wait that this process has caused itself', async () => {
    const world = new SchedulerWorld(documented({ limit: 5, duration: day }));
    world.call(12);
    expect((await world.finish()).every(({ status }) => status === 200)).toBe(true);
  });
});

describe('calls that wait longer than expected', () => {
  it('are reported, although requests are admitted', async () => {
    // A bucket that is filled at one request in ten seconds, which nothing announces.
    let admittedAt = -Infinity;
    const { world, reports, observer } = stallingWorld(0, (now) => {
      if (now < admittedAt + 10_000) return bare429();
      admittedAt = now;
      return accepted;
    });
    world.call(20, { observer });
    const records = await world.finish();
    expect(records.every(({ status }) => status === 200)).toBe(true);
    expect(reports.length).toBeGreaterThan(1);
  });

  it('are not reported where everything goes as the API announces', async () => {
    const { world, reports, observer } = stallingWorld(Infinity, bare429);
    world.call(500, { observer });
    await world.finish();
    expect(reports).toEqual([]);
  });
});

describe('a client', () => {
  beforeEach(useVirtualTime);

  it.each([
    ['429, Retry-After: 45', () => errorResponse(429, { 'retry-after': '45' })],
    ['500', () => errorResponse(500)],
    ['no answer', () => Promise.reject(new TypeError('terminated'))],
    ['not sent', ({ url }: { url: string }) => Promise.reject(connectionError('connection refused', url))],
  ])('logs it: %s', async (outcome, answer) => {
    const warn = vi.fn();
    const client = clientOf(inProcessApi(answer), { logger: { ...console, warn }, logLevel: 'warn' });
    await many(20, (id) => client.users.get(`user_${id}`));
    const line = /Calls wait longer than expected, by now for \d+ s\. Last outcome: (.*)\. Calls waiting/;
    expect(warn.mock.calls.map(([text]) => line.exec(String(text))?.[1])).toContain(outcome);
  });

  it('fails a call at once that the API will not admit today', async () => {
    const api = inProcessApi(() => {
      const { headers } = usedUp(Date.now(), 80_000_000);
      return errorResponse(429, { date: new Date().toUTCString(), ...headers });
    });
    const error = await settled(rejection(clientOf(api).users.get('user_123')));
    expect(error).toMatchObject({ status: 429, retryAfter: expect.any(Number) });
    expect(api.requests).toHaveLength(1);
  });
});
