import { describe, expect, it } from 'vitest';
import { type ApiOptions, between, documentedApi, epoch, failing, faults } from '../support/world/api.ts';
import { newBaseUrl, World, worldWith } from '../support/world/world.ts';

// The documented API refuses no call of a single process, and the calls take at most 1.04 times the minimum.

/** What a row may cost, because no header announces its case. `within` is a multiple of the minimum time. */
interface Cost {
  readonly refused?: number;
  readonly within?: number;
}

describe('simultaneous calls', () => {
  it.each<[count: number, windows: string, options: ApiOptions, cost?: Cost]>([
    [300, 'begun 17 s ago', { begun: 17_000 }],
    [500, 'ending between two seconds', { begun: 17_400 }],
    [500, 'ending later than announced, by less than a second', { begun: 17_400, rounding: 'floor' }, { refused: 4 }],
    [500, 'begun with the first request', { windows: 'first' }],
    [300, 'begun with a request 31.4 s ago', { windows: 'first', begun: 31_400 }],
    [300, 'without a Date, begun 17 s ago', { date: 'none', begun: 17_000 }],
    [300, 'a clock three days ahead', { date: 3 * 86_400 }],
    [300, 'an Age of 30 s in every response', { age: 30 }],
    [300, 'replicas that lag by 300 ms', { lag: 300 }],
    [300, 'ending a second later than announced', { endsLate: 1_000 }, { refused: 2 }],
    [300, 'responses that overtake each other', { takes: (request) => (request * 137) % 400 }],
    [300, 'responses after 5 s, one of which has to show each window', { takes: () => 5_000 }, { within: 1.13 }],
    [3, '1 request, which the first responses show', { limit: 1 }, { refused: 2 }],
    [1500, '1000 requests', { limit: 1000 }],
    [300, 'of 10 s, announced in whole seconds', { duration: 10_000, windows: 'first' }, { within: 1.11 }],
    [500, 'of a second', { duration: 1_000 }],
  ])('%i in windows: %s', async (count, _, options, { refused = 0, within = 1.04 } = {}) => {
    const { world, get } = worldWith(documentedApi(options));
    const figures = await world.run(() => world.burst(count, get));
    expect(figures).toMatchObject({ answered: count, requests: count + figures.refused });
    expect(figures.refused).toBeLessThanOrEqual(refused);
    const { limit = 100, duration = 60_000, begun = 0 } = options;
    const least = (Math.ceil(count / limit) - 1) * duration - begun;
    expect(figures.end).toBeLessThanOrEqual((within * least) / 1000);
  });

  it('never exceed the limit while no window is known', async () => {
    const { world, get } = worldWith(documentedApi({ limit: 3 }), { rateLimit: { limit: 3 } });
    const figures = await world.run(async () => {
      world.burst(5, get);
      await world.clock.sleep(150_000);
      world.burst(5, get);
    });
    expect(figures).toMatchObject({ answered: 10, refused: 0 });
  });

  it('of several clients with one token share a window; another token has its own', async () => {
    const world = new World({ api: documentedApi() });
    const baseUrl = newBaseUrl();
    const [one, same, other] = ['a', 'a', 'b'].map((apiToken) => world.sdk({ baseUrl, apiToken }));
    const clients = { 60: one!, 61: same!.withOptions({ timeout: 5_000 }), 100: other! };
    const figures = await world.run(() => {
      for (const [count, client] of Object.entries(clients))
        world.burst(Number(count), () => client.users.get('user_1'));
    });
    expect(figures).toMatchObject({ answered: 221, refused: 0 });
    expect(world.sentAt(50_000)).toHaveLength(21);
  });
});

// A browser that can't see the headers applies the documented limit.

it.each<[what: string, pause: number, rateLimit: { limit?: number; window?: number }, most: number, end: number]>([
  ['at once', 0, {}, 100, 120.2],
  ['one each 500 ms', 500, {}, 100, 145],
  ['at once, with a custom limit and window', 0, { limit: 50, window: 10_000 }, 50, 40.5],
])('if responses show no limit, 250 calls keep to it at any time: %s', async (_, pause, rateLimit, most, end) => {
  const { world, get } = worldWith(documentedApi({ limit: Infinity }), { rateLimit });
  const figures = await world.run(() => world.every(pause, 250, get));
  const { window = 60_000 } = rateLimit;
  const times = world.sentAt();
  const together = times.map((from) => times.filter((at) => at >= from && at < from + window).length);
  expect([figures.answered, Math.max(...together)]).toEqual([250, most]);
  expect(figures.end).toBeLessThanOrEqual(end);
});

// A request that was not sent doesn't count.

it.each<[gets: string, fault: keyof typeof faults, left: number, abortAfter?: number]>([
  ['no connection', 'refused', 99],
  ['no connection, in a browser', 'offline', 99],
  ['a connection that breaks', 'reset', 98],
  ['no answer', 'hang', 98],
  ['no answer before it is aborted', 'hang', 98, 500],
  ['nowhere, because it is aborted', 'hang', 99, 0],
  ['an answer of a gateway', '503', 98],
  ['a refusal of a gateway', '429 without headers', 99],
])('of a request that gets %s (%s), the window counts what may have been sent: %i left', async (...row) => {
  const [, fault, left, abortAfter = 5_000] = row;
  const api = failing(documentedApi(), faults[fault], between(30, 10_000));
  const { world, client, get } = worldWith(api, { maxRetries: 0, timeout: 1_000 });
  await world.run(async () => {
    await get(1);
    const signal = abortAfter === 0 ? AbortSignal.abort() : AbortSignal.timeout(abortAfter);
    await get(2, { signal }).catch(() => undefined);
    expect(client.rateLimit?.remaining).toBe(left);
  });
});

describe('client.rateLimit', () => {
  it('says what is known about the window, and how many calls are waiting', async () => {
    const { world, client, get } = worldWith(documentedApi({ limit: 20 }));
    await world.run(async () => {
      const reset = epoch / 1000 + 60;
      expect(client.rateLimit).toEqual({ limit: 100, remaining: 100, reset: undefined, waiting: 0 });
      world.burst(23, get);
      await world.clock.sleep(1_000);
      expect(client.rateLimit).toEqual({ limit: 20, remaining: 0, reset, waiting: 3 });
      await world.clock.sleep(60_000);
      expect(client.rateLimit).toEqual({ limit: 20, remaining: 17, reset: reset + 60, waiting: 0 });
      await world.clock.sleep(60_000);
      expect(client.rateLimit).toEqual({ limit: 20, remaining: 20, reset: undefined, waiting: 0 });
    });
  });

  it('is undefined without pacing, and while the token is unknown', () => {
    const { client } = worldWith(documentedApi(), { rateLimit: false });
    expect(client.rateLimit).toBeUndefined();
    expect(client.withOptions({ rateLimit: {}, apiToken: () => 'token' }).rateLimit).toBeUndefined();
  });
});
