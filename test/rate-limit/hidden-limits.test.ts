import { describe, expect, it } from 'vitest';
import {
  CdnServer,
  ConcurrencyLimitedServer,
  type CountingServer,
  NginxServer,
  RoutedServer,
  SlidingCounterServer,
  TwoWindowsServer,
} from './support/hidden-limits.ts';
import { type Dialect, LimitedServer } from './support/servers.ts';
import { type CallRecord, seeded, summary, World } from './support/simulation.ts';

// Limits that the headers don't show. Each server is written from its own documentation. A refusal with budget left is
// then the only evidence, so the first ones can't be avoided; the tests say how many there are, and what they cost.

const minute = 60_000;

/** Fixed seeds, and one that differs with `SEED=7 npx vitest run test/rate-limit/hidden-limits.test.ts`. */
const seeds = [1, 2, 3, 4, 5, 6, Number(process.env['SEED'] ?? 7)];

/** The first call is made in the first half of a window. */
const offsetOf = (seed: number): number => 1_700_000_040_000 + ((seed * 7777) % (minute / 2));

const api = (dialect: Dialect = 'x-ratelimit') =>
  new LimitedServer({ kind: 'aligned', limit: 100, window: minute, dialect });

interface Run {
  readonly records: readonly CallRecord[];
  readonly refused: number;
  readonly failed: number;
  /** Milliseconds until the last call ended. */
  readonly end: number;
  readonly offset: number;
}

/** 300 calls at once, to `resources` resources. */
async function run(server: CountingServer, seed: number, resources: number): Promise<Run> {
  const offset = offsetOf(seed);
  const world = new World(server, { seed, latency: 20, offset });
  for (let index = 0; index < 300; index += 1) {
    world.call(1, { path: `/users/${index % resources}`, route: '/users/{id}' });
  }
  const records = await world.finish();
  return { records, refused: server.refused, offset, ...summary(records) };
}

/** Milliseconds from the first call to the beginning of the third window, in which the last 100 calls are sent. */
const thirdWindow = (offset: number): number => (Math.floor(offset / minute) + 2) * minute - offset;

/** The requests of the API's documented minute and those of nobody else: no headers, so that no window is known. */
const thirdMinute = 2 * minute;

describe.each([
  ['one resource', 1],
  ['a resource per call', 300],
])('calls to %s', (_, resources) => {
  describe('with a limit of 5 requests in progress', () => {
    const takes = 200;

    it.each([undefined, 1])('learn it, Retry-After: %s', async (retryAfter) => {
      for (const seed of seeds) {
        const server = new ConcurrencyLimitedServer(api(), { limit: 5, takes, retryAfter });
        const { failed, refused, end, offset } = await run(server, seed, resources);
        expect(failed).toBe(0);
        expect(refused).toBeLessThanOrEqual(30);
        expect(end / (thirdWindow(offset) + (100 / 5) * takes)).toBeLessThan(1.15);
      }
    });

    it('learn it without any header', async () => {
      for (const seed of seeds) {
        const server = new ConcurrencyLimitedServer(api('none'), { limit: 5, takes });
        const { failed, refused, end } = await run(server, seed, resources);
        expect(failed).toBe(0);
        expect(refused).toBeLessThanOrEqual(30);
        expect(end / (thirdMinute + (100 / 5) * takes)).toBeLessThan(1.15);
      }
    });
  });

  describe('behind a leaky bucket of nginx with a burst of 10', () => {
    const variants = [true, false].flatMap((nodelay) => [undefined, 1].map((retryAfter) => ({ nodelay, retryAfter })));

    it.each(variants)('learn its rate without any header: $nodelay, $retryAfter', async (variant) => {
      for (const seed of seeds) {
        const server = new NginxServer(api('none'), { rate: 100 / 60, burst: 10, ...variant });
        const { failed, refused, end } = await run(server, seed, resources);
        expect(failed).toBe(0);
        expect(refused).toBeLessThanOrEqual(40);
        expect(end / ((300 - 11) * 600)).toBeLessThan(1.2);
      }
    });

    it.each(variants)('learn its rate beside the announced limit: $nodelay, $retryAfter', async (variant) => {
      for (const seed of seeds) {
        const server = new NginxServer(api(), { rate: 5, burst: 10, ...variant });
        const { failed, refused, end, offset } = await run(server, seed, resources);
        expect(failed).toBe(0);
        expect(refused).toBeLessThanOrEqual(40);
        // In each window, the first 11 of 100 requests are admitted at once.
        expect(end / (thirdWindow(offset) + 89 * 200)).toBeLessThan(1.15);
      }
    });
  });

  it.each(['aligned', 'first-request'] as const)(
    'learn a limit of 10 a second beside the announced 100 a minute, windows %s',
    async (kind) => {
      for (const seed of seeds) {
        const server = new TwoWindowsServer(new LimitedServer({ kind, limit: 10, window: 1000 }), api());
        const { failed, refused, end, offset } = await run(server, seed, resources);
        expect(failed).toBe(0);
        expect(refused).toBeLessThanOrEqual(40);
        expect(end / (thirdWindow(offset) + 9000)).toBeLessThan(1.1);
      }
    },
  );

  it('follow a sliding window counter', async () => {
    // The last one begins so early in a window that it seems to have begun it.
    for (const seed of [...seeds, 494]) {
      const { failed, refused, end, offset } = await run(new SlidingCounterServer(100, minute), seed, resources);
      expect(failed).toBe(0);
      expect(refused).toBeLessThanOrEqual(2);
      // From the second window on, one request is admitted every 600 ms.
      expect(end / (thirdWindow(offset) - minute + 200 * 600)).toBeLessThan(1.15);
    }
  });

  it('do not believe what a CDN repeats', async () => {
    for (const seed of seeds) {
      const { failed, refused } = await run(new CdnServer(api(), seed), seed, resources);
      expect(failed).toBe(0);
      expect(refused).toBeLessThanOrEqual(5);
    }
  });
});

describe('a limit of 5 requests in progress that three routes have in common', () => {
  it.each([
    ['one resource each', 3],
    ['a resource per call', 300],
  ])('is learned: %s', async (_, resources) => {
    for (const seed of seeds) {
      const server = new ConcurrencyLimitedServer(api(), { limit: 5, takes: 200 });
      const world = new World(server, { seed, latency: 20, offset: offsetOf(seed) });
      for (let index = 0; index < 300; index += 1) {
        world.call(1, { path: `/${index % resources}`, route: `/route${index % 3}` });
      }
      const { failed, end } = summary(await world.finish());
      expect(failed).toBe(0);
      expect(server.refused).toBeLessThanOrEqual(30);
      expect(end / (thirdWindow(offsetOf(seed)) + 4000)).toBeLessThan(1.15);
    }
  });
});

describe('limits per endpoint, of 100 and 20 requests a minute', () => {
  const routes = ['/users/{id}', '/projects'];
  const servers = () => {
    const limited = (limit: number) => new LimitedServer({ kind: 'aligned', limit, window: minute });
    return new RoutedServer({ '/users/{id}': limited(100), '/projects': limited(20) });
  };

  it.each([
    ['used at once', 0, 0],
    // The budget is used up by then, so that the second endpoint can show its own only in the second window.
    ['used one after the other', 25_000, minute],
  ])('are followed apart, if they are %s', async (_, pause, later) => {
    for (const seed of seeds) {
      const server = servers();
      const world = new World(server, { seed, latency: 20, offset: offsetOf(seed) });
      for (const [index, route] of routes.entries()) {
        world.time.after(index * pause, () => world.call(index === 0 ? 250 : 50, { path: route, route }));
      }
      const records = await world.finish();
      expect(summary(records).failed).toBe(0);
      expect(server.refused).toBeLessThanOrEqual(5);
      expect(summary(records).end / (thirdWindow(offsetOf(seed)) + later)).toBeLessThan(1.05);
    }
  });

  it('become one budget again if both report the same limit', async () => {
    const server = servers();
    const world = new World(server, { latency: 20 });
    for (const route of routes) world.call(10, { path: route, route });
    await world.time.run(2 * minute);
    const shared = new LimitedServer({ kind: 'aligned', limit: 50, window: minute });
    const both = new World(shared, { latency: 20, time: world.time, limiter: world.limiter });
    for (const route of routes) both.call(10, { path: route, route });
    await both.time.run(4 * minute);
    for (const route of routes) both.call(40, { path: route, route });
    expect(summary(await both.finish()).failed).toBe(0);
    expect(shared.refused).toBe(0);
    expect(both.limiter.snapshot.limit).toBe(50);
  });
});

describe('a resource that is always refused with budget left', () => {
  it.each([
    ['no Retry-After', undefined, 1],
    ['Retry-After: 3600', '3600', 1],
    ['Retry-After: 3600, and three of them', '3600', 3],
  ])('does not delay calls to others: %s', async (_, retryAfter, bad) => {
    for (const seed of seeds) {
      const inner = api();
      const world = new World(
        {
          answer(now, { path }) {
            if (!path.includes('bad')) return inner.answer(now);
            const { headers } = inner.peek(now);
            if (retryAfter !== undefined) headers.set('retry-after', retryAfter);
            return { status: 429, headers };
          },
        },
        { seed, latency: 50, offset: offsetOf(seed) },
      );
      const random = seeded(seed);
      const good: ReturnType<typeof world.one>[] = [];
      for (let second = 0; second < 600; second += 1) {
        world.time.after(second * 1000, () => {
          good.push(world.one({ path: `/users/good${second % 7}`, route: '/users/{id}' }));
        });
      }
      for (let minutes = 0; minutes < 10; minutes += 1) {
        for (let index = 0; index < 3; index += 1) {
          const at = (minutes + random()) * minute;
          world.time.after(at, () => world.call(1, { path: `/users/bad${index % bad}`, route: '/users/{id}' }));
        }
      }
      await world.time.run(11 * minute);
      const delays = (await Promise.all(good)).map(({ askedAt, doneAt }) => doneAt - askedAt).sort((a, b) => a - b);
      expect(delays).toHaveLength(600);
      expect(delays[Math.floor(0.95 * delays.length)]).toBeLessThanOrEqual(1000);
    }
  });

  it('fails its own calls in the end', async () => {
    const inner = api();
    const world = new World({
      answer: (now, { path }) => (path === '/bad' ? { status: 429, headers: new Headers() } : inner.answer(now)),
    });
    for (let second = 0; second < 1200; second += 1) world.time.after(second * 1000, () => world.call(1));
    const bad = world.one({ path: '/bad' });
    await world.finish();
    expect(await bad).toMatchObject({ status: 429 });
  });
});
