import { describe, expect, it } from 'vitest';
import { DocumentedServer, type DocumentedOptions } from './support/documented-server.ts';
import { seeded, summary, World } from './support/simulation.ts';

// The API as its reference documents it, in virtual time. A second model of it, written without knowledge of this code, is in
// model/.

const minute = 60_000;
const runs = Math.min(12, Math.max(3, Number(process.env['FUZZ_RUNS'] ?? 3)));
const seeds = Array.from({ length: runs }, (_, index) => index + 1);
const kinds = ['aligned', 'first-request'] as const;
const aMinute = 1_700_000_040_000;

interface Setting extends DocumentedOptions {
  readonly calls?: number;
  /** Milliseconds of the first minute that have passed; random by default. */
  readonly begun?: number;
  readonly latency?: number;
  readonly setUp?: (world: World, server: DocumentedServer) => void;
}

/** So many distinct reads at once, for each seed. The figures are those of the worst seed. */
async function measure({ calls = 300, begun, latency = 20, setUp, ...options }: Setting) {
  const worst = { failed: 0, refused: 0, most: 0, excess: 0 };
  for (const seed of seeds) {
    const start = begun ?? Math.floor(seeded(seed)() * minute);
    const server = new DocumentedServer(options);
    const world = new World(server, { seed, latency, offset: aMinute + start });
    setUp?.(world, server);
    for (let id = 0; id < calls; id += 1) world.call(1, { path: `/users/${id}`, route: '/users/{id}' });
    const { failed, end } = summary(await world.finish());
    const { windows = 'aligned', limit = 100, window = minute } = options;
    const later = Math.ceil(calls / limit) - 1;
    // What a client needs that knows the windows.
    const least = windows === 'aligned' ? later * window - (start % window) : later * window;
    worst.failed = Math.max(worst.failed, failed);
    worst.refused = Math.max(worst.refused, server.refused);
    worst.most = Math.max(worst.most, server.most);
    worst.excess = Math.max(worst.excess, (end - least) / (later * window));
  }
  return worst;
}

describe.each(kinds)('windows %s', (windows) => {
  it.each(['exact', 'up'] as const)(
    'no call is refused and no time is lost if reset is rounded: %s',
    async (rounding) => {
      const { failed, refused, excess } = await measure({ windows, rounding });
      expect({ failed, refused }).toEqual({ failed: 0, refused: 0 });
      expect(excess).toBeLessThanOrEqual(0.03);
    },
  );

  it.each([0, 250, 500, 999])(
    'two are refused, and none fails, if windows end %i ms after the announced reset',
    async (phase) => {
      const { failed, refused, excess } = await measure({ windows, phase, rounding: 'down' });
      expect(failed).toBe(0);
      expect(refused).toBeLessThanOrEqual(2);
      expect(excess).toBeLessThanOrEqual(0.04);
    },
  );

  it('no window gets more than the limit while replicas report what was true two seconds ago', async () => {
    const { failed, refused, most } = await measure({ windows, lag: { replicas: 3, by: 2000 } });
    expect({ failed, refused, most }).toEqual({ failed: 0, refused: 0, most: 100 });
  });

  it.each([10, 50, 90, 100])('%i requests of others before the first call are noticed by one request', async (used) => {
    const { failed, refused } = await measure({
      windows,
      setUp: (world, server) => server.use(world.serverTime, used),
    });
    expect(failed).toBe(0);
    expect(refused).toBe(used === 100 ? 1 : 0);
  });

  it('a burst of others refuses what is on its way, and fails nothing', async () => {
    const setUp = (world: World, server: DocumentedServer) => {
      world.time.after(50, () => server.use(world.serverTime, 50));
    };
    const { failed, refused } = await measure({ windows, begun: 1000, setUp });
    expect(failed).toBe(0);
    expect(refused).toBeLessThanOrEqual(50);
  });

  it.each([
    [60 * minute, minute],
    [24 * 60 * minute, minute],
    [minute, 60 * minute],
  ])('the announced length counts: %i ms announced, %i ms configured', async (window, configured) => {
    const setUp = (world: World) => world.limiter.configure({ window: configured });
    const { failed, refused, excess } = await measure({ calls: 250, windows, window, setUp });
    expect({ failed, refused }).toEqual({ failed: 0, refused: 0 });
    expect(excess).toBeLessThanOrEqual(0.03);
  });

  it.each([-0.02, 0.02])('a clock of the server that gains %d s each second fails no call', async (drift) => {
    const { failed, refused } = await measure({ windows, setUp: (world) => (world.network.speed = 1 + drift) });
    expect(failed).toBe(0);
    expect(refused).toBeLessThanOrEqual(drift < 0 ? 3 : 0);
  });

  it.each([-20_000, 20_000])('a clock of the server that is set by %i ms fails no call', async (by) => {
    const setUp = (world: World) => void world.time.after(30_000, () => (world.network.offset += by));
    const { failed, refused } = await measure({ windows, setUp });
    expect(failed).toBe(0);
    expect(refused).toBeLessThanOrEqual(by < 0 ? 2 : 0);
  });

  it('of a lowered limit, only what is on its way is refused', async () => {
    const setUp = (world: World, server: DocumentedServer) => void world.time.after(50, () => (server.limit = 10));
    const { failed, refused } = await measure({ windows, calls: 150, begun: 1000, setUp });
    expect(failed).toBe(0);
    expect(refused).toBeLessThanOrEqual(99);
  });

  it('lost requests and answers make none of the others fail', async () => {
    const setUp = (world: World) => {
      world.network.loses = () => (world.random() < 0.05 ? (world.random() < 0.5 ? 'request' : 'answer') : undefined);
    };
    const { failed, refused, most } = await measure({ windows, setUp });
    expect({ failed, refused }).toEqual({ failed: 0, refused: 0 });
    expect(most).toBeLessThanOrEqual(100);
  });

  it('an API that answers within the same tick is paced like any other', async () => {
    const { failed, refused, excess } = await measure({ windows, latency: 0 });
    expect({ failed, refused }).toEqual({ failed: 0, refused: 0 });
    expect(excess).toBeLessThanOrEqual(0.03);
  });
});
