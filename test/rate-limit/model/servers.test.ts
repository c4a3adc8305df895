import { describe, expect, test } from 'vitest';
import { DocumentedServer } from './documented-server.ts';
import { measure } from './measure.ts';
import { leastTime } from './oracle.ts';
import type { Server } from './server.ts';
import type { ClientFactory } from './tested-client.ts';
import { bucket, concurrency, slidingCounter, slidingLog } from './undocumented-servers.ts';
import { atOnce, inBackground, steady } from './workloads.ts';

const request = { path: '/users/user_1', token: 'token' };
const newYear = Date.UTC(2026, 0, 1);
const nearby = { middle: 0, spread: 0 };
const tokens = [{ issued: 0, token: 'token' }];

/** How many of so many requests at one time are accepted. */
function acceptedOf(server: Server, count: number, now: number): number {
  const replies = Array.from({ length: count }, () => server.receive(request, now, 100));
  return replies.filter(({ status }) => status === 200).length;
}

describe('the servers', () => {
  test('the documented one accepts 100 requests in each minute, and announces it', () => {
    const server = new DocumentedServer(newYear, { begun: 20_500, reset: 'down' });
    expect(server.receive(request, 0).headers).toEqual({
      'x-ratelimit-limit': '100',
      'x-ratelimit-remaining': '99',
      'x-ratelimit-reset': String(newYear / 1000 + 39),
    });
    expect(acceptedOf(server, 200, 39_499)).toBe(99);
    expect(acceptedOf(server, 200, 39_500)).toBe(100);
    expect(server.mostInWindow).toBe(201);
  });

  test('its windows may begin with a request', () => {
    const server = new DocumentedServer(newYear, { windows: 'first' });
    expect(acceptedOf(server, 101, 10_000)).toBe(100);
    expect(acceptedOf(server, 101, 69_999)).toBe(0);
    expect(acceptedOf(server, 101, 95_000)).toBe(100);
    expect(acceptedOf(server, 101, 154_999)).toBe(0);
  });

  test.each<[name: string, server: Server, first: number, later: number, then: number]>([
    ['a bucket', bucket({ rate: 10, burst: 20 }), 20, 500, 5],
    ['a limit of requests in progress', concurrency(5), 5, 100, 5],
    ['a sliding log', slidingLog(10, 1000), 10, 999, 0],
    ['a sliding counter', slidingCounter(100, 60_000, newYear), 100, 90_000, 50],
  ])('%s', (_, server, first, later, then) => {
    expect(acceptedOf(server, 200, 0)).toBe(first);
    expect(acceptedOf(server, 200, later)).toBe(then);
  });
});

describe('the oracle', () => {
  test('sends what each window accepts', () => {
    expect(leastTime(new DocumentedServer(newYear), atOnce(300), nearby, tokens)).toBeCloseTo(120_000, -3);
  });

  test('leaves to calls for which somebody waits what they need', () => {
    const calls = [...steady(0, 240_000, 2_000), ...inBackground(atOnce(190, 60_000))];
    expect(leastTime(new DocumentedServer(newYear), calls, nearby, tokens)).toBeCloseTo(120_000, -3);
  });
});

describe('a client', () => {
  const greedy: ClientFactory = ({ fetch, baseUrl, apiToken }) => ({
    read: async ({ path }, signal) => {
      const headers = { authorization: `Bearer ${apiToken()}` };
      const { ok } = await fetch(baseUrl + path, { method: 'GET', headers, redirect: 'manual', signal });
      if (!ok) throw new Error('refused');
    },
  });

  test('that does not pace its calls is refused what is too much', async () => {
    const server = (epoch: number) => new DocumentedServer(epoch);
    expect(await measure(greedy, { server, calls: atOnce(130) }, 1)).toMatchObject({
      failed: 30,
      stuck: 0,
      refused: 30,
      mostInWindow: 130,
    });
  });
});
