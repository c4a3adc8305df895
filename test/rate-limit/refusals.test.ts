import { describe, expect, it } from 'vitest';
import type { ClientOptions } from '@example/sdk';
import { documentedApi, failing, failingAt, failure, faults } from '../support/world/api.ts';
import { bucket, limitedBy, slidingWindow, windowApi } from '../support/world/limits.ts';
import type { Answer, Api } from '../support/world/network.ts';
import { World } from '../support/world/world.ts';

/** Makes so many calls at once. Returns what came of them, and when each request was sent. */
async function burst(api: Api, count: number, options: ClientOptions = {}) {
  const world = new World({ kind: 'sdk', api, options });
  const client = world.sdk();
  const figures = await world.run(() => world.burst(count, (index) => client.users.get(`user_${index}`)));
  return { ...figures, exchanges: world.exchanges, sentAt: world.exchanges.map(({ at }) => at - 20) };
}

const refused = (headers: Record<string, string> = {}) => failure(429, 'slow_down', headers);
const epoch = Date.UTC(2026, 0, 1);
/** The headers of a window that ends after so many seconds. */
const announced = (left: number, seconds = 60) => ({
  'x-ratelimit-limit': '100',
  'x-ratelimit-remaining': `${left}`,
  'x-ratelimit-reset': `${epoch / 1000 + seconds}`,
});

// P2: a 429 alone fails no call.

describe('a call that is refused is sent again', () => {
  it.each<[name: string, answers: Answer[], sentAt: number[]]>([
    ['after 1, 2, 4 s', [refused(), refused(), refused()], [0, 1_040, 3_080, 7_120]],
    ['after Retry-After', [refused({ 'retry-after': '3' })], [0, 3_040]],
    ['after Retry-After, as a date', [refused({ 'retry-after': new Date(epoch + 5_000).toUTCString() })], [0, 5_040]],
    ['after a Retry-After of an hour', [refused({ 'retry-after': '3600' })], [0, 3_600_040]],
    ['after a second if Retry-After is 0', [refused({ 'retry-after': '0' })], [0, 1_040]],
    ['after a second if the window has requests left', [refused(announced(5))], [0, 1_040]],
    ['when the window ends if nothing is left', [refused(announced(0, 43))], [0, 43_040]],
    ['after Retry-After if that is later', [refused({ ...announced(0, 43), 'retry-after': '50' })], [0, 50_040]],
    ['when the window ends if that is later', [refused({ ...announced(0, 43), 'retry-after': '5' })], [0, 43_040]],
  ])('%s', async (_, answers, sentAt) => {
    const api = failingAt(
      documentedApi({ limit: Infinity }).receive,
      Object.fromEntries(answers.map((answer, index) => [index + 1, answer])),
    );
    expect(await burst(api, 1)).toMatchObject({ answered: 1, sentAt });
  });

  it('and that counts as no retry', async () => {
    const twelve = Object.fromEntries(
      Array.from({ length: 12 }, (_, index) => [index + 1, refused({ 'retry-after': '1' })]),
    );
    const api = failingAt(documentedApi().receive, { ...twelve, 13: failure(503) });
    expect(await burst(api, 1, { maxRetries: 1 })).toMatchObject({ answered: 1, requests: 14 });
  });

  it.each<[name: string, headers: Record<string, string>, options: ClientOptions]>([
    ['with maxRetries: 0', { 'retry-after': '1' }, { maxRetries: 0 }],
    ['if Retry-After is more than an hour', { 'retry-after': '3601' }, {}],
    ['if Retry-After is longer than maxWait', { 'retry-after': '30' }, { rateLimit: { maxWait: 29_000 } }],
    ['if the window ends after maxWait', announced(0, 43), { rateLimit: { maxWait: 40_000 } }],
    ['if Retry-After is longer than totalTimeout', { 'retry-after': '30' }, { totalTimeout: 20_000 }],
    ['if the window ends after totalTimeout', announced(0, 43), { totalTimeout: 40_000 }],
  ])('but rejects at once with the 429 %s', async (_, headers, options) => {
    const { errors, end, requests } = await burst(() => refused(headers), 1, options);
    expect(errors).toMatchObject([{ name: 'RateLimitError', status: 429, code: 'slow_down' }]);
    expect([requests, end]).toEqual([1, 0.04]);
  });

  it('or counts as any other failure with rateLimit: false', async () => {
    expect(await burst(() => refused(), 1, { rateLimit: false })).toMatchObject({ answered: 0, requests: 3 });
  });
});

describe('of the calls that wait, one that was refused', () => {
  /** The order of the requests after the first window, whose second request is refused. */
  const order = async (answer: Answer) => {
    const { exchanges } = await burst(failingAt(documentedApi({ limit: 12 }).receive, { 2: answer }), 20);
    return exchanges.filter(({ at }) => at > 60_000).map(({ path }) => Number(path.slice('/users/user_'.length)));
  };

  it('goes first if the window explains it', async () => {
    expect(await order(refused({ ...announced(0), 'x-ratelimit-limit': '12' }))).toEqual([
      1, 12, 13, 14, 15, 16, 17, 18, 19,
    ]);
  });

  it('goes last otherwise', async () => {
    expect((await order(refused())).at(-1)).toBe(1);
  });
});

describe('a refusal that no window explains', () => {
  it('holds all calls of the token for a second, and not those of another one', async () => {
    const api = failingAt(documentedApi().receive, { 2: refused() });
    const world = new World({ kind: 'sdk', api });
    await world.run(async () => {
      const [client, other] = [world.sdk(), world.sdk({ apiToken: 'other' })];
      await client.users.get('user_0');
      world.burst(1, () => client.users.get('user_1'));
      await world.clock.sleep(50);
      world.burst(2, () => client.users.get('user_2'));
      world.burst(1, () => other.users.get('user_3'));
    });
    expect(world.exchanges.map(({ at, path }) => `${path} ${at}`)).toEqual([
      '/users/user_0 20',
      '/users/user_1 60',
      '/users/user_3 110',
      '/users/user_2 1100',
      '/users/user_2 1197',
      '/users/user_1 1292',
    ]);
  });
});

// P8: hidden limits are adapted to: all calls get done.

describe('200 calls get done', () => {
  const rows: readonly [name: string, api: () => Api, most: { refused: number; end: number }][] = [
    ['10 a second, burst 20', () => limitedBy(bucket(10, 20)), { refused: 100, end: 80 }],
    ['1 a second, burst 5', () => limitedBy(bucket(1, 5)), { refused: 200, end: 220 }],
    ['100 in any minute', () => limitedBy(slidingWindow(100, 60_000)), { refused: 0, end: 62 }],
    ['10 in any second', () => limitedBy(slidingWindow(10, 1_000)), { refused: 120, end: 90 }],
    [
      'one at once',
      () => limitedBy(slidingWindow(1, 200), 429, documentedApi({ limit: Infinity, takes: 200 }).receive),
      { refused: 30, end: 120 },
    ],
    [
      'five at once',
      () => limitedBy(slidingWindow(5, 200), 429, documentedApi({ limit: Infinity, takes: 200 }).receive),
      { refused: 15, end: 80 },
    ],
    [
      '10 a second, burst 20, before the documented limit',
      () => limitedBy(bucket(10, 20), 429, documentedApi().receive),
      { refused: 100, end: 80 },
    ],
    [
      '10 a second, burst 20, before an announced limit of 1 000',
      () => limitedBy(bucket(10, 20), 429, windowApi({ limit: 1_000 })),
      { refused: 220, end: 30 },
    ],
    [
      'a gateway that limits with 503: 10 a second, burst 20',
      () => limitedBy(bucket(10, 20), 503),
      { refused: 0, end: 150 },
    ],
  ];

  it.each(rows)('%s', async (_, api, most) => {
    const { answered, refused, end } = await burst(api(), 200);
    expect(answered).toBe(200);
    expect(refused).toBeLessThanOrEqual(most.refused);
    expect(end).toBeLessThanOrEqual(most.end);
  });

  it('although the API refuses everything for two minutes', async () => {
    const api = failing(documentedApi().receive, faults['429 without headers'], (_, now) => now < 120_000);
    expect(await burst(api, 200)).toMatchObject({ answered: 200 });
  });
});
