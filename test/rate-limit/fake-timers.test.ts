import { describe, expect, it, vi } from 'vitest';
import { Client, type Fetch } from '@example/sdk';
import { documentedApi, epoch } from '../support/world/api.ts';
import type { ApiRequest } from '../support/world/network.ts';
import { newBaseUrl } from '../support/world/world.ts';

// A user's test with fake timers, whose API responds in the same microtask.

const rest = { query: new URLSearchParams(), headers: new Headers(), body: undefined };
const request: ApiRequest = { method: 'GET', path: '/things/1', token: 'sk', ...rest };

/** Answers a request instead of the API, by the request's number. */
type Disturb = (request: number, signal: AbortSignal) => Promise<Response> | false;

/** Makes this many calls with a client of the documented API. */
function setup(count: number, disturb: Disturb = () => false) {
  const api = documentedApi({ date: 0 });
  let [requests, refusals] = [0, 0];
  const fetch: Fetch = (_url, { signal }) => {
    const disturbed = disturb((requests += 1), signal);
    if (disturbed !== false) return disturbed;
    const answer = api(request, Date.now() - epoch);
    if (!('status' in answer)) throw new Error('This API always answers.');
    if (answer.status === 429) refusals += 1;
    return Promise.resolve(Response.json({ id: 'thing_1' }, answer));
  };
  const client = new Client({ apiToken: 'sk', baseUrl: newBaseUrl(), fetch, logLevel: 'off' });
  const get = (_: unknown, id: number) => client.request('GET', '/things/{id}', { params: { id: `${id}` } });
  return { refusals: () => refusals, settled: Promise.allSettled(Array.from({ length: count }, get)) };
}

const answer = (status: number, headers: Record<string, string> = {}) =>
  Promise.resolve(Response.json({ error: { code: 'error', message: 'No.' } }, { status, headers }));
const refused = (seconds: number) => answer(429, { 'retry-after': `${seconds}` });
const never = (signal: AbortSignal) =>
  new Promise<Response>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

// As `mock.timers` of node:test, which can't run all timers and let promises settle in between.
const withoutClock = ['setTimeout', 'clearTimeout', 'Date'] as const;

describe.each([
  ['advanceTimersByTimeAsync', () => vi.advanceTimersByTimeAsync(600_000), undefined],
  ['runAllTimersAsync', () => vi.runAllTimersAsync(), undefined],
  ['advanceTimersByTimeAsync, with a real performance.now()', () => vi.advanceTimersByTimeAsync(600_000), withoutClock],
] as const)('250 calls end within %s', (_, passTime, toFake) => {
  it.each<[string, Disturb?]>([
    ['if every request is answered'],
    ['if 40 requests get 503', (request) => request > 20 && request <= 60 && answer(503)],
    ['if every tenth request gets 429 with Retry-After', (request) => request % 10 === 0 && refused(2)],
    ['if every tenth request gets 429 without headers', (request) => request % 10 === 0 && answer(429)],
    ['if every fiftieth request times out', (request, signal) => request % 50 === 0 && never(signal)],
    ['if the first request times out', (request, signal) => request === 1 && never(signal)],
  ])('%s', async (_what, disturb) => {
    vi.useFakeTimers({ now: epoch, ...(toFake && { toFake: [...toFake] }) });
    const { refusals, settled } = setup(250, disturb);
    await passTime();
    const errors = (await settled).flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : []));
    expect(errors).toEqual([]);
    // The real time that the test takes passes as well, on a clock that isn't faked.
    if (!toFake) expect(refusals()).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});

it("a retry ends although neither Date nor performance moves, as with Jest's legacy timers", async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { settled } = setup(1, (request) => request === 1 && refused(20));
  await vi.advanceTimersByTimeAsync(25_000);
  expect(await settled).toMatchObject([{ status: 'fulfilled' }]);
});
