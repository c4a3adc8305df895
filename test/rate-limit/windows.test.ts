import { describe, expect, it } from 'vitest';
import { between, documentedApi, failing, faults } from '../support/world/api.ts';
import { type WindowOptions, windowApi } from '../support/world/limits.ts';
import { newBaseUrl, World } from '../support/world/world.ts';

// P1: of the calls of a process, the documented API refuses none, in at most 1.04 times the least time.

/** The windows that so many calls need after the first one, one after the other. */
const leastTime = (count: number, { limit = 100, duration = 60_000, begun = 0 }: WindowOptions) =>
  (Math.ceil(count / limit) - 1) * duration - begun;

/** What a row may cost, because nothing announces it. */
interface Cost {
  readonly refused?: number;
  /** Times the least time. */
  readonly within?: number;
}

const rows: (readonly [name: string, count: number, options: WindowOptions, cost?: Cost])[] = [
  ['aligned', 300, {}],
  ['begun 17 s ago', 300, { begun: 17_000 }],
  ['begun 59.9 s ago', 300, { begun: 59_900 }],
  ['ending between two seconds', 500, { begun: 17_400 }],
  ['ending later than announced, by less than a second', 500, { begun: 17_400, rounding: 'floor' }, { refused: 4 }],
  ['begun with the first request', 300, { windows: 'first' }],
  ['rolling, five of them', 500, { windows: 'first' }],
  ['begun with a request 31.4 s ago', 300, { windows: 'first', begun: 31_400 }],
  ['without a Date', 300, { date: 'none' }],
  ['without a Date, begun 17 s ago', 300, { date: 'none', begun: 17_000 }],
  ['a clock 20 s ahead', 300, { date: 20 }],
  ['a clock 20 s behind', 300, { date: -20 }],
  ['an Age of 30 s in every response', 300, { age: 30 }],
  ['replicas that lag by 300 ms', 300, { lag: 300 }],
  ['ending a second later than announced', 300, { endsLate: 1_000 }, { refused: 2 }],
  ['answers that overtake each other', 300, { takes: (request) => (request * 137) % 400 }],
  ['answers of 5 s, of which each window takes one to be known', 300, { takes: () => 5_000 }, { within: 1.13 }],
  ['10 requests', 30, { limit: 10 }],
  ['1 request, which the first ones find out', 3, { limit: 1 }, { refused: 2 }],
  ['1000 requests', 1500, { limit: 1000 }],
  ['windows of 10 s', 500, { duration: 10_000 }],
  [
    'windows of 10 s, rolling, announced in whole seconds',
    300,
    { duration: 10_000, windows: 'first' },
    { within: 1.11 },
  ],
  ['windows of a second', 500, { duration: 1_000 }],
  ['windows of a second, 10 requests', 50, { duration: 1_000, limit: 10 }],
];

describe('so many calls at once', () => {
  it.each(rows.map(([name, count, options, cost = {}]) => ({ name, count, options, cost })))(
    '$count in windows: $name',
    async ({ count, options, cost: { refused = 0, within = 1.04 } }) => {
      const world = new World({ kind: 'sdk', api: windowApi(options) });
      const client = world.sdk();
      const figures = await world.run(() => world.burst(count, (index) => client.users.get(`user_${index}`)));
      expect(figures).toMatchObject({ answered: count, requests: count + figures.refused });
      expect(figures.refused).toBeLessThanOrEqual(refused);
      expect(figures.end).toBeLessThanOrEqual((within * leastTime(count, options)) / 1000);
    },
  );

  it('go no more than ten at a time while no window is known, and no more than its limit', async () => {
    const world = new World({ kind: 'sdk', api: windowApi({ limit: 3 }) });
    const client = world.sdk({ rateLimit: { limit: 3 } });
    const figures = await world.run(async () => {
      for (let page = 0; page < 3; page += 1) {
        world.burst(5, (index) => client.users.get(`user_${index}`));
        await world.clock.sleep(150_000);
      }
    });
    expect(figures).toMatchObject({ answered: 15, refused: 0 });
  });

  it('of several clients on one token share the window, and another token has its own', async () => {
    const world = new World({ kind: 'sdk', api: documentedApi().receive });
    const baseUrl = newBaseUrl();
    const [one, same, other] = ['a', 'a', 'b'].map((apiToken) => world.sdk({ baseUrl, apiToken }));
    const figures = await world.run(() => {
      for (const [count, client] of [
        [60, one!],
        [60, same!.withOptions({ timeout: 5_000 })],
        [100, other!],
      ] as const)
        world.burst(count, (index) => client.users.get(`user_${index}`));
    });
    expect(figures).toMatchObject({ answered: 220, refused: 0 });
    expect(world.exchanges.filter(({ at }) => at < 60_000)).toHaveLength(200);
  });
});

// P9: a browser that can't see the headers keeps to the documented limit.

describe('if responses show no limit, 100 requests are sent in any 60 s', () => {
  /** The most requests that arrived in a time of this length. */
  const most = (times: readonly number[], length: number) =>
    Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + length).length));

  it.each<
    [
      name: string,
      count: number,
      pause: number,
      rateLimit: { limit?: number; window?: number },
      limit: number,
      end: number,
    ]
  >([
    ['250 at once', 250, 0, {}, 100, 120.2],
    ['a call each 500 ms', 250, 500, {}, 100, 145],
    ['250 at once, with a limit and a window of its own', 250, 0, { limit: 50, window: 10_000 }, 50, 40.5],
  ])('%s', async (_, count, pause, rateLimit, limit, end) => {
    const world = new World({ kind: 'sdk', api: documentedApi({ limit: Infinity }).receive });
    const client = world.sdk({ rateLimit });
    const figures = await world.run(() => world.every(pause, count, (index) => client.users.get(`user_${index}`)));
    expect(figures.answered).toBe(count);
    expect(
      most(
        world.exchanges.map(({ at }) => at),
        rateLimit.window ?? 60_000,
      ),
    ).toBe(limit);
    expect(figures.end).toBeLessThanOrEqual(end);
  });
});

// P6: what was not sent isn't counted.

describe('of a request that fails, the window counts', () => {
  it.each([
    ['no connection', 'refused', 99],
    ['no connection, in a browser', 'offline', 99],
    ['a connection that breaks', 'reset', 98],
    ['no answer', 'hang', 98],
    ['an answer of a gateway', '503', 98],
    ['a refusal of a gateway', '429 without headers', 99],
  ] as const)('%s (%s): %i are left', async (_, fault, left) => {
    const world = new World({ kind: 'sdk', api: failing(documentedApi().receive, faults[fault], between(30, 10_000)) });
    await world.run(async () => {
      const client = world.sdk({ maxRetries: 0, timeout: 1_000 });
      await client.users.get('user_1');
      await client.users.get('user_2').catch(() => undefined);
      expect(client.rateLimit?.remaining).toBe(left);
    });
  });
});

describe('client.rateLimit', () => {
  it('says what is known of the window, and how many calls wait', async () => {
    const world = new World({ kind: 'sdk', api: documentedApi({ limit: 20 }).receive });
    await world.run(async () => {
      const client = world.sdk();
      const reset = world.clock.epoch / 1000 + 60;
      expect(client.rateLimit).toEqual({ limit: 100, remaining: 100, reset: undefined, waiting: 0 });
      world.burst(23, (index) => client.users.get(`user_${index}`));
      await world.clock.sleep(1_000);
      expect(client.rateLimit).toEqual({ limit: 20, remaining: 0, reset, waiting: 3 });
      await world.clock.sleep(60_000);
      expect(client.rateLimit).toEqual({ limit: 20, remaining: 17, reset: reset + 60, waiting: 0 });
      await world.clock.sleep(60_000);
      expect(client.rateLimit).toEqual({ limit: 20, remaining: 20, reset: undefined, waiting: 0 });
    });
  });

  it('is undefined without pacing, and while the token is not known', () => {
    const client = new World({ kind: 'sdk', api: documentedApi().receive }).sdk({ rateLimit: false });
    expect(client.rateLimit).toBeUndefined();
    expect(client.withOptions({ rateLimit: {}, apiToken: () => 'token' }).rateLimit).toBeUndefined();
  });
});
