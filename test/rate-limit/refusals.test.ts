import { describe, expect, it } from 'vitest';
import type { APIError, ClientOptions } from '@example/sdk';
import { Throttle } from '../../src/rate-limit/throttle.ts';
import { between, bucket, documentedApi, epoch, failing, failingAt } from '../support/world/api.ts';
import { failure, faults, limitedBy, slidingWindow } from '../support/world/api.ts';
import type { Answer, Api } from '../support/world/network.ts';
import { newBaseUrl, World, worldWith } from '../support/world/world.ts';

/** Makes this many calls at once. Returns their outcome, and when each request was sent. */
async function burst(api: Api, count: number, options: ClientOptions = {}) {
  const { world, get } = worldWith(api, options);
  const figures = await world.run(() => world.burst(count, get));
  return { ...figures, exchanges: world.exchanges, sentAt: world.sentAt() };
}

const refused = (headers: Record<string, string> = {}) => failure(429, 'slow_down', headers);
const after = (value: number | string) => ({ 'retry-after': `${value}` });
/** The headers of a window that ends after this many seconds. */
const announced = (left: number, seconds = 60, limit = 100) => ({
  'x-ratelimit-limit': `${limit}`,
  'x-ratelimit-remaining': `${left}`,
  'x-ratelimit-reset': `${epoch / 1000 + seconds}`,
});

// A 429 alone doesn't make a call fail.

describe('a refused call is sent again', () => {
  it.each<[name: string, answers: Answer[], sentAt: number[]]>([
    ['after 1, 2, 4 s', [refused(), refused(), refused()], [0, 1_040, 3_080, 7_120]],
    ['after Retry-After', [refused(after(3))], [0, 3_040]],
    ['after Retry-After, as a date', [refused(after(new Date(epoch + 5_000).toUTCString()))], [0, 5_040]],
    ['after a Retry-After of an hour', [refused(after(3600))], [0, 3_600_040]],
    ['after a second if Retry-After is 0', [refused(after(0))], [0, 1_040]],
    ['after a second if the window has requests left', [refused(announced(5))], [0, 1_040]],
    ['when the window ends if nothing is left', [refused(announced(0, 43))], [0, 43_040]],
    ['after Retry-After if that is later', [refused({ ...announced(0, 43), ...after(50) })], [0, 50_040]],
    ['when the window ends if that is later', [refused({ ...announced(0, 43), ...after(5) })], [0, 43_040]],
  ])('%s', async (_, answers, sentAt) => {
    const api = failingAt(documentedApi({ limit: Infinity }), [refused(), ...answers]);
    expect(await burst(api, 1)).toMatchObject({ answered: 1, sentAt });
  });

  it("and this doesn't count as a retry", async () => {
    const fates = [...Array<Answer>(13).fill(refused(after(1))), failure(503)];
    expect(await burst(failingAt(documentedApi(), fates), 1, { maxRetries: 1 })).toMatchObject({
      answered: 1,
      requests: 14,
    });
  });

  it("but a failed one isn't if the window leaves no time for a retry", async () => {
    const { world, client, get } = worldWith(() => failure(503, 'busy', announced(0, 43)), { totalTimeout: 42_800 });
    let retries = 0;
    client.on('retry', () => (retries += 1));
    const { errors, end } = await world.run(() => world.burst(1, get));
    expect([(errors[0] as APIError).status, end, retries]).toEqual([503, 0.04, 0]);
  });

  it.each<[name: string, headers: Record<string, string>, options: ClientOptions]>([
    ['with maxRetries: 0', after(1), { maxRetries: 0 }],
    ['if Retry-After is more than an hour', after(3601), {}],
    ['if Retry-After is longer than maxWait', after(30), { rateLimit: { maxWait: 29_000 } }],
    ['if the window ends after maxWait', announced(0, 43), { rateLimit: { maxWait: 40_000 } }],
    ['if Retry-After is longer than totalTimeout', after(30), { totalTimeout: 20_000 }],
    ['if the window ends after totalTimeout', announced(0, 43), { totalTimeout: 40_000 }],
  ])('but rejects at once with the 429 %s', async (_, headers, options) => {
    const { errors, end, requests } = await burst(() => refused(headers), 1, options);
    expect(errors).toMatchObject([{ name: 'RateLimitError', status: 429, code: 'slow_down' }]);
    expect([requests, end]).toEqual([1, 0.04]);
  });

  it('or treated as any other failure with rateLimit: false', async () => {
    expect(await burst(() => refused(), 1, { rateLimit: false })).toMatchObject({ answered: 0, requests: 3 });
  });
});

it.each([
  ['first if the window explains it', announced(0, 60, 12), [1, 12, 13, 14, 15, 16, 17, 18, 19]],
  ['last otherwise', {}, [12, 13, 14, 15, 16, 17, 18, 19, 1]],
])('of the waiting calls, a refused one goes %s', async (_, headers, order) => {
  // The second request of a window of twelve is refused.
  const { exchanges } = await burst(failingAt(documentedApi({ limit: 12 }), { 2: refused(headers) }), 20);
  const later = exchanges.filter(({ at }) => at > 60_000);
  expect(later.map(({ path }) => path)).toEqual(order.map((index) => `/users/user_${index}`));
});

it('a refusal that no window explains delays all calls of its token for a second, but of no other token', async () => {
  const world = new World({ api: failingAt(documentedApi(), { 2: refused() }) });
  await world.run(async () => {
    const [client, other] = [world.sdk(), world.sdk({ apiToken: 'other' })];
    await client.users.get('0');
    world.burst(1, () => client.users.get('1'));
    await world.clock.sleep(50);
    world.burst(2, () => client.users.get('2'));
    world.burst(1, () => other.users.get('3'));
  });
  const order = world.exchanges.map(({ at, path }) => `${path.slice('/users/'.length)} at ${at}`);
  expect(order).toEqual(['0 at 20', '1 at 60', '3 at 110', '2 at 1100', '2 at 1197', '1 at 1292']);
});

it('a call whose maxWait ends during a pause rejects with the time left in the pause', async () => {
  const world = new World({ api: () => refused() });
  await world.run(async () => {
    const baseUrl = newBaseUrl();
    const client = world.sdk({ baseUrl, totalTimeout: 9_000 });
    const hurried = world.sdk({ baseUrl, rateLimit: { maxWait: 1_000 } });
    world.burst(1, () => client.users.get('1')); // is refused after 0, 1, 3 and 7 s
    await world.clock.sleep(3_500);
    world.burst(1, () => hurried.users.get('2'), 'hurried');
  });
  expect(world.figures('hurried').errors).toMatchObject([{ name: 'RateLimitWaitError', retryAfter: 3 }]);
});

// The client adapts to hidden limits: all calls get done.

const takes = (duration: number) => documentedApi({ limit: Infinity, takes: () => duration });
const perSecond = () => bucket(10, 20);

it.each<[name: string, api: () => Api, refused: number, end: number]>([
  ['10 a second, burst 20', () => limitedBy(perSecond()), 100, 80],
  ['1 a second, burst 5', () => limitedBy(bucket(1, 5)), 200, 220],
  ['100 in any minute', () => limitedBy(slidingWindow(100, 60_000)), 0, 62],
  ['10 in any second', () => limitedBy(slidingWindow(10, 1_000)), 120, 90],
  ['one at once', () => limitedBy(slidingWindow(1, 200), 429, takes(200)), 30, 120],
  ['10 a second before the documented limit', () => limitedBy(perSecond(), 429, documentedApi()), 100, 80],
  ['10 a second before an API of 1 000', () => limitedBy(perSecond(), 429, documentedApi({ limit: 1_000 })), 220, 30],
  ['a gateway that limits with 503: 10 a second', () => limitedBy(perSecond(), 503), 0, 150],
  ['429 for two minutes', () => failing(documentedApi(), faults['429 without headers'], between(0, 120_000)), 30, 250],
])('200 calls get done: %s', async (_, api, refused, end) => {
  const figures = await burst(api(), 200);
  expect(figures.answered).toBe(200);
  expect(figures.refused).toBeLessThanOrEqual(refused);
  expect(figures.end).toBeLessThanOrEqual(end);
});

it('a 503 slows nothing down while no call waits', async () => {
  const { world, get } = worldWith(failingAt(documentedApi(), { 2: faults[503] }));
  await world.run(async () => {
    await get(0);
    await get(1); // The first attempt fails.
    world.burst(5, get, 'page');
  });
  expect(world.figures('page').max).toBe(0.04);
});

it('a 503 slows down waiting calls, from when its request was sent', async () => {
  const { world, get } = worldWith(failingAt(documentedApi(), { 1: faults[503] }), { maxRetries: 0 });
  await world.run(() => world.burst(12, get));
  // 100 ms apart, and 3% less after each of the nine other responses.
  expect(world.sentAt().slice(10)).toEqual([77, 151]);
});

describe('after a refused burst', () => {
  it('the token pauses for 1, 2, 4 … 60 s, until a later request is admitted', () => {
    const throttle = new Throttle();
    let now = 1;
    const pauses = Array.from({ length: 8 }, () => {
      throttle.recordRefusal(now + 20, now);
      const pause = throttle.readyAt - now - 20;
      now = throttle.readyAt;
      return pause / 1000;
    });
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    throttle.recordSuccess(0); // The request was sent before.
    expect(throttle.since).toBe(21);
    throttle.recordSuccess(now);
    expect(throttle.since).toBe(Infinity);
    throttle.recordRefusal(now + 20, now, 300); // This one asks for less than a second.
    expect(throttle.readyAt).toBe(now + 20 + 300);
    throttle.recordRefusal(now + 30, now + 20); // This one was sent before the last refusal came.
    expect(throttle.readyAt).toBe(now + 20 + 300);
  });
});
