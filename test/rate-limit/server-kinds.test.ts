import { describe, expect, it } from 'vitest';
import { LimitedServer, type Dialect, type Rounding } from './support/servers.ts';
import { summary, World } from './support/simulation.ts';

const minute = 60_000;
const roundings: Rounding[] = ['up', 'down', 'nearest', 'exact'];

/** Server clocks that differ from each other by fractions of a second and of a minute. */
const offsets = [0, 137, 12_345, 29_999, 41_500, 59_001].map((part) => 1_700_000_040_000 + part);

describe('windows that begin with the first request, of the documented length', () => {
  it.each(roundings)('are followed to the millisecond, reset rounded %s', async (rounding) => {
    for (const offset of offsets) {
      const server = new LimitedServer({ kind: 'first-request', limit: 100, window: minute, rounding });
      const world = new World(server, { offset });
      world.call(300);
      const { failed, refusals, end } = summary(await world.finish());
      expect({ failed, refusals }).toEqual({ failed: 0, refusals: 0 });
      expect(end).toBeLessThan(2 * minute + 30);
    }
  });
});

describe('windows aligned to the clock', () => {
  it.each([minute, 4000])('of %i ms are followed, whatever time it is on the client', async (window) => {
    for (const offset of offsets) {
      const server = new LimitedServer({ kind: 'aligned', limit: 100, window });
      const world = new World(server, { offset });
      world.call(300);
      const { failed, refusals, end } = summary(await world.finish());
      expect({ failed, refusals }).toEqual({ failed: 0, refusals: 0 });
      const secondReset = (Math.floor(offset / window) + 2) * window - offset;
      expect(end - secondReset).toBeGreaterThan(0);
      expect(end - secondReset).toBeLessThan(250);
    }
  });

  it('are followed over many windows without falling behind', async () => {
    const server = new LimitedServer({ kind: 'aligned', limit: 100, window: minute });
    const world = new World(server);
    world.call(1000);
    const records = await world.finish();
    const lastReset = (Math.floor(world.network.offset / minute) + 9) * minute - world.network.offset;
    expect(summary(records)).toMatchObject({ failed: 0, refusals: 0 });
    expect(summary(records).end - lastReset).toBeLessThan(80);
  });
});

describe('short windows of unknown length that begin with the first request', () => {
  it.each([
    ['exact', 0, 1.02],
    ['up', 0, 1.3],
    ['down', 1, 1.2],
    ['nearest', 1, 1.2],
  ] as const)('cost at most one refusal until the rounding is known: %s', async (rounding, mostRefusals, mostTime) => {
    for (const offset of offsets) {
      const server = new LimitedServer({ kind: 'first-request', limit: 100, window: 5000, rounding });
      const world = new World(server, { offset });
      world.call(1000);
      const { failed, refusals, end } = summary(await world.finish());
      expect(failed).toBe(0);
      expect(refusals).toBeLessThanOrEqual(mostRefusals);
      expect(end / (9 * 5000)).toBeLessThan(mostTime);
    }
  });

  it.each(roundings)('cost none if the length is configured, reset rounded %s', async (rounding) => {
    for (const offset of offsets) {
      const server = new LimitedServer({ kind: 'first-request', limit: 100, window: 5000, rounding });
      const world = new World(server, { offset });
      world.limiter.configure({ window: 5000 });
      world.call(1000);
      const { failed, refusals, end } = summary(await world.finish());
      expect({ failed, refusals }).toEqual({ failed: 0, refusals: 0 });
      expect(end / (9 * 5000)).toBeLessThan(1.01);
    }
  });
});

describe('buckets that refill continuously', () => {
  it.each(['full', 'next'] as const)(
    'are used as they fill up, if reset is when the bucket is %s',
    async (bucketReset) => {
      for (const offset of offsets) {
        const server = new LimitedServer({ kind: 'bucket', limit: 100, window: minute, bucketReset });
        const world = new World(server, { offset });
        world.call(300);
        const { failed, refusals, end } = summary(await world.finish());
        expect(failed).toBe(0);
        expect(refusals).toBeLessThanOrEqual(3);
        expect(end).toBeLessThan(1.2 * 2 * minute);
      }
    },
  );
});

describe('the IETF headers', () => {
  it.each(['draft-03', 'draft-07', 'draft-08'] satisfies Dialect[])('of %s report the same', async (dialect) => {
    const server = new LimitedServer({ kind: 'first-request', limit: 100, window: 10_000, dialect });
    const world = new World(server);
    world.call(300);
    const { failed, refusals, end } = summary(await world.finish());
    expect({ failed, refusals }).toEqual({ failed: 0, refusals: 0 });
    expect(end).toBeLessThan(1.02 * 20_000);
  });

  it('need no Date, because they count from now', async () => {
    const server = new LimitedServer({
      kind: 'first-request',
      limit: 100,
      window: 10_000,
      dialect: 'draft-08',
      date: false,
    });
    const world = new World(server);
    world.call(300);
    const { failed, refusals, end } = summary(await world.finish());
    expect({ failed, refusals }).toEqual({ failed: 0, refusals: 0 });
    expect(end).toBeLessThan(1.2 * 20_000);
  });
});

describe('responses that report nothing', () => {
  it('are paced by the documented limit, so that no interval of a minute holds more than 100', async () => {
    for (const kind of ['aligned', 'first-request'] as const) {
      const server = new LimitedServer({ kind, limit: 100, window: minute, dialect: 'none' });
      const world = new World(server);
      world.call(300);
      const { failed, refusals, end } = summary(await world.finish());
      expect({ failed, refusals }).toEqual({ failed: 0, refusals: 0 });
      expect(end).toBeLessThan(2 * minute + 100);
    }
  });

  it('are paced by the configured limit', async () => {
    const server = new LimitedServer({ kind: 'first-request', limit: 20, window: minute, dialect: 'none' });
    const world = new World(server);
    world.limiter.configure({ limit: 20 });
    world.call(60);
    expect(summary(await world.finish())).toMatchObject({ failed: 0, refusals: 0 });
  });

  it('without a Date, a reset on an unknown clock is not trusted, but limit and remaining are', async () => {
    const server = new LimitedServer({ kind: 'first-request', limit: 50, window: minute, date: false });
    const world = new World(server);
    world.call(150);
    const { failed, refusals, end } = summary(await world.finish());
    expect({ failed, refusals }).toEqual({ failed: 0, refusals: 0 });
    expect(end).toBeLessThan(1.05 * 2 * minute);
  });
});
