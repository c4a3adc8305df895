import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Dialect, LimitedServer, type Rounding, type ServerOptions } from './support/servers.ts';
import { type CallRecord, seeded, World } from './support/simulation.ts';

const minute = 60_000;

/** The same histories in each run. For others: `SEED=7 npx vitest run test/rate-limit/model.test.ts`. */
const seed = Number(process.env['SEED'] ?? 1);

interface Scenario {
  readonly server: ServerOptions;
  readonly offset: number;
  readonly seed: number;
  /** Typical latency one way, and how many times as long the slowest takes. */
  readonly latency: number;
  readonly spread: number;
  /** Bursts of calls: when, and how many. */
  readonly arrivals: readonly { readonly at: number; readonly count: number }[];
}

const rounding = fc.constantFrom<Rounding>('up', 'down', 'nearest', 'exact');

function scenarioOf(server: fc.Arbitrary<ServerOptions>): fc.Arbitrary<Scenario> {
  return fc.record({
    server,
    offset: fc.integer({ min: 1_600_000_000_000, max: 1_900_000_000_000 }),
    seed: fc.nat(),
    latency: fc.constantFrom(0.5, 5, 50, 400),
    spread: fc.constantFrom(1, 3, 20),
    arrivals: fc.array(fc.record({ at: fc.nat(4 * minute), count: fc.integer({ min: 1, max: 60 }) }), {
      minLength: 1,
      maxLength: 8,
    }),
  });
}

/** Windows of the documented length, whatever else differs. */
const documented = scenarioOf(
  fc.record({
    kind: fc.constantFrom('aligned', 'first-request'),
    // A lower limit would have to be configured: about ten are sent before the first answer.
    limit: fc.integer({ min: 20, max: 50 }),
    window: fc.constant(minute),
    rounding,
    dialect: fc.constantFrom<Dialect>('x-ratelimit', 'x-ratelimit', 'draft-07', 'draft-08', 'none'),
    retryAfter: fc.boolean(),
  }),
);

const anyServer = scenarioOf(
  fc.record({
    kind: fc.constantFrom('aligned', 'first-request', 'bucket'),
    limit: fc.integer({ min: 5, max: 40 }),
    window: fc.constantFrom(1000, 3000, 10_000, minute),
    rounding,
    dialect: fc.constantFrom<Dialect>('x-ratelimit', 'draft-03', 'draft-07', 'draft-08', 'none'),
    date: fc.boolean(),
    retryAfter: fc.boolean(),
    bucketReset: fc.constantFrom('full', 'next'),
    silentEvery: fc.constantFrom(Infinity, Infinity, 7, 2),
  }),
);

function start({ server: options, offset, seed, latency, spread, arrivals }: Scenario): [World, LimitedServer] {
  const server = new LimitedServer({ ...options });
  const world = new World(server, { offset, seed });
  const random = seeded(seed);
  // Few are slow, as in practice.
  world.network.latency = () => latency * (0.5 + random() ** 8 * spread);
  if (options.dialect === 'none') world.limiter.configure({ limit: options.limit });
  for (const { at, count } of arrivals) world.time.after(at, () => world.call(count));
  return [world, server];
}

/** Calls that were not refused are sent in the order in which they were made. */
function expectOrder(records: readonly CallRecord[]): void {
  const orders = records.filter(({ refusals }) => refusals === 0).map(({ order }) => order);
  expect(orders).toEqual([...orders].sort((a, b) => a - b));
}

describe('whatever the server is like', () => {
  it('no request is refused if the SDK is the only client and windows have the documented length', async () => {
    await fc.assert(
      fc.asyncProperty(documented, async (scenario) => {
        const [world, server] = start(scenario);
        const records = await world.finish();
        expect(server.refused).toBe(0);
        expect(records.every(({ status }) => status === 200)).toBe(true);
        expectOrder(records);
        // No call waits longer than it takes to send all of them, with the delay that the slowest answers cause.
        const most =
          (Math.ceil(records.length / scenario.server.limit) + 1) *
          (minute + 2000 + 40 * scenario.latency * scenario.spread);
        for (const { askedAt, doneAt } of records) expect(doneAt - askedAt).toBeLessThan(most);
      }),
      { numRuns: 300, seed },
    );
  });

  /** A clock that is set back within an aligned window: it ends later than was announced. */
  const setBack: Scenario = {
    server: {
      kind: 'aligned',
      limit: 5,
      window: minute,
      rounding: 'up',
      dialect: 'x-ratelimit',
      date: true,
      retryAfter: false,
      bucketReset: 'full',
      silentEvery: Infinity,
    },
    offset: 1_600_000_000_000,
    seed: 0,
    latency: 0.5,
    spread: 1,
    arrivals: [{ at: 0, count: 11 }],
  };

  it('every call is admitted, in order, while other clients use the token and clocks jump', async () => {
    const trouble = fc.record({
      foreign: fc.double({ min: 0, max: 0.4, noNaN: true }),
      jumps: fc.array(fc.record({ at: fc.nat(4 * minute), by: fc.integer({ min: -10 * minute, max: 10 * minute }) }), {
        maxLength: 3,
      }),
      limits: fc.array(fc.record({ at: fc.nat(4 * minute), limit: fc.integer({ min: 5, max: 60 }) }), { maxLength: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(anyServer, trouble, async (scenario, { foreign, jumps, limits }) => {
        const [world, server] = start(scenario);
        // If a clock that is set back makes the API refuse for longer, and no header shows it, calls fail in the end.
        const { date, kind } = scenario.server;
        if (date === true && kind !== 'bucket') {
          for (const { at, by } of jumps) world.time.after(at, () => (world.network.offset += by));
        }
        for (const { at, limit } of limits) world.time.after(at, () => (server.options.limit = limit));
        const perWindow = foreign * Math.min(server.options.limit, ...limits.map(({ limit }) => limit));
        if (perWindow >= 1) {
          const pause = server.options.window / perWindow;
          const send = () => {
            server.answer(world.time.now() + world.network.offset);
            if (world.time.now() < 4 * minute) world.time.after(pause, send);
          };
          send();
        }
        const records = await world.finish();
        expect(records.filter(({ status }) => status !== 200)).toEqual([]);
        expectOrder(records);
        expect(world.limiter.snapshot.waiting).toBe(0);
        expect(world.time.pending).toBe(0);
      }),
      { numRuns: 300, seed, examples: [[setBack, { foreign: 0, jumps: [{ at: 20_002, by: -23_503 }], limits: [] }]] },
    );
  });
});
