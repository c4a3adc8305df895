import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Client, type ClientOptions, type Fetch } from '@example/sdk';
import { windowApi } from '../support/world/limits.ts';
import type { ApiRequest } from '../support/world/network.ts';

// A user's test with fake timers, whose API answers in the same microtask.

afterEach(() => void vi.useRealTimers());

let clients = 0;

const request: ApiRequest = {
  method: 'GET',
  path: '/things/1',
  query: new URLSearchParams(),
  token: 'sk',
  headers: new Headers(),
  body: undefined,
};

/** A client of the documented API. `disturb` answers some requests in its place, by their number. */
function setup(
  disturb: (request: number, signal: AbortSignal) => Promise<Response> | undefined = () => undefined,
  options: ClientOptions = {},
) {
  const start = Date.now();
  const receive = windowApi({ epoch: start });
  let refusals = 0;
  let requests = 0;
  const fetch: Fetch = (_url, { signal }) => {
    const disturbed = disturb((requests += 1), signal);
    if (disturbed !== undefined) return disturbed;
    const answer = receive(request, Date.now() - start);
    if (!('status' in answer)) throw new Error('This API always answers.');
    if (answer.status === 429) refusals += 1;
    return Promise.resolve(Response.json({ id: 'thing_1' }, answer));
  };
  const baseUrl = `https://fake-timers-${++clients}.example.com`;
  const client = new Client({ apiToken: 'sk', baseUrl, fetch, logLevel: 'off', ...options });
  const calls = (count: number) =>
    Promise.allSettled(
      Array.from({ length: count }, (_, id) => client.request('GET', '/things/{id}', { params: { id: String(id) } })),
    );
  return { refusals: () => refusals, calls };
}

const answer = (status: number, headers: Record<string, string> = {}) =>
  Promise.resolve(Response.json({ error: { code: 'error', message: 'No.' } }, { status, headers }));

const never = (signal: AbortSignal) =>
  new Promise<Response>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

describe.each([
  ['fakes of everything', {}, true],
  // As `mock.timers` of node:test.
  ['fakes that leave performance.now() as it is', { toFake: ['setTimeout', 'clearTimeout', 'Date'] }, false],
] satisfies [string, Parameters<typeof vi.useFakeTimers>[0], boolean][])('%s', (_fakes, config, isWhole) => {
  beforeEach(() => void vi.useFakeTimers(config));

  const ways: [string, () => Promise<unknown>][] = [
    ['advanceTimersByTimeAsync', () => vi.advanceTimersByTimeAsync(600_000)],
    ['runAllTimersAsync', () => vi.runAllTimersAsync()],
  ];
  // `mock.timers` has no form that runs all timers and lets promises run in between.
  describe.each(isWhole ? ways : ways.slice(0, 1))('250 calls end within %s', (_, passTime) => {
    it.each<[string, Parameters<typeof setup>[0]]>([
      ['if every request is answered', undefined],
      ['if 40 requests get 503', (request) => (request > 20 && request <= 60 ? answer(503) : undefined)],
      [
        'if every tenth request gets 429 with Retry-After',
        (request) => (request % 10 === 0 ? answer(429, { 'retry-after': '2' }) : undefined),
      ],
      ['if every tenth request gets 429 without headers', (request) => (request % 10 === 0 ? answer(429) : undefined)],
      ['if the first request gets 429', (request) => (request === 1 ? answer(429) : undefined)],
      ['if every fiftieth request times out', (request, signal) => (request % 50 === 0 ? never(signal) : undefined)],
      ['if the first request times out', (request, signal) => (request === 1 ? never(signal) : undefined)],
    ])('%s', async (_what, disturb) => {
      const { refusals, calls } = setup(disturb);
      const settled = calls(250);
      await passTime();
      const failures = (await settled).flatMap((result) =>
        result.status === 'rejected' ? [String(result.reason)] : [],
      );
      expect(failures).toEqual([]);
      // The real time that a test takes passes as well, on a clock that is not faked.
      if (isWhole) expect(refusals()).toBe(0);
      expect(vi.getTimerCount()).toBe(0);
    });
  });

  it('totalTimeout ends a call that waits', async () => {
    const { calls } = setup(() => answer(429, { 'retry-after': '30' }), { totalTimeout: 45_000 });
    const settled = calls(1);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await settled).toMatchObject([{ status: 'rejected' }]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

it('ends a retry although neither Date nor performance moves, as with the legacy timers of Jest', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { calls } = setup((request) => (request === 1 ? answer(429, { 'retry-after': '20' }) : undefined));
  const settled = calls(1);
  await vi.advanceTimersByTimeAsync(25_000);
  expect(await settled).toMatchObject([{ status: 'fulfilled' }]);
});
