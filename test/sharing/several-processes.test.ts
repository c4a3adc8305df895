import { describe, expect, it } from 'vitest';
import type { Client, ClientOptions } from '@example/sdk';
import { rateLimitStep } from '@example/sdk/rate-limit';
import { documentedApi } from '../support/world/api.ts';
import { type WindowOptions, windowApi } from '../support/world/limits.ts';
import { MemoryStore, type StoreCondition } from '../support/world/store.ts';
import { World } from '../support/world/world.ts';

// P1, P3 and P4 for several processes on one store. Row 5 of main street shows a web backend and an import.

/** Processes on one token: each client has a base URL, and so a limiter, of its own. */
function setup(count: number, api: WindowOptions = {}, options: ClientOptions = {}) {
  const world = new World({ kind: 'sdk', api: windowApi(api) });
  const store = new MemoryStore(world.clock);
  const start = (more: ClientOptions = {}, step = rateLimitStep) => {
    let client: Client | undefined;
    return (index: number) => {
      // Made while time is virtual: a client hashes its token on another thread.
      client ??= world.sdk({ ...options, ...more, rateLimit: { store: store.connect(step) } });
      return client.users.get(`user_${index}`);
    };
  };
  return { world, store, start, processes: Array.from({ length: count }, () => start()) };
}

describe('of the calls of processes with a store, none is refused, in the least time', () => {
  it.each<[processes: number, calls: number, api: WindowOptions]>([
    [2, 150, {}],
    [4, 75, { begun: 17_000 }],
    [8, 40, { windows: 'first' }],
    [30, 10, {}],
    [4, 60, { takes: (request) => (request * 137) % 400 }],
    [3, 100, { limit: 10, duration: 10_000 }],
    [3, 30, { date: 20 }],
  ])('%i processes, %i calls each: %j', async (count, calls, api) => {
    const { limit = 100, duration = 60_000, begun = 0 } = api;
    const { world, processes } = setup(count, api);
    const figures = await world.run(() => processes.forEach((get) => world.burst(calls, get)));
    const least = (Math.ceil((count * calls) / limit) - 1) * duration - begun;
    expect(figures).toMatchObject({ answered: count * calls, refused: 0 });
    expect(figures.end).toBeLessThanOrEqual((1.04 * least) / 1000 + 1);
  });

  it('and calls that come one by one wait for nothing', async () => {
    const { world, processes } = setup(3);
    const figures = await world.run(() =>
      Promise.all(processes.map((get) => world.every(4_000, 60, get))).then(() => undefined),
    );
    expect(figures).toMatchObject({ answered: 180, refused: 0 });
    expect(figures.p95).toBeLessThanOrEqual(0.1);
  });

  it('nor do background calls, if there is room', async () => {
    const { world, start } = setup(0, { limit: 1_000 });
    const importing = start({ priority: 'background' });
    const figures = await world.run(() => world.every(100, 60, importing));
    expect(figures).toMatchObject({ answered: 60, refused: 0 });
    expect(figures.p95).toBeLessThanOrEqual(0.1);
  });

  it('ten go together over all processes while no window is known', async () => {
    const { world, processes } = setup(4, { takes: () => 1_000 });
    await world.run(() => processes.forEach((get) => world.burst(3, get)));
    const first = world.exchanges.filter(({ at }) => at < 1_000);
    expect(first.length).toBeGreaterThanOrEqual(9);
    expect(first.length).toBeLessThanOrEqual(10);
  });
});

describe('by priority', () => {
  it('a process with normal calls finds room beside one in the background, which gets the rest', async () => {
    const { world, processes, start } = setup(1);
    const importing = start({ priority: 'background' });
    await world.run(async () => {
      world.burst(600, importing, 'import');
      await world.every(2_000, 150, processes[0]!, 'web');
    });
    const web = world.figures('web');
    expect(web.answered).toBe(150);
    expect(web.p95).toBeLessThanOrEqual(0.2);
    expect(world.figures('import').end).toBeLessThanOrEqual(60 * 11);
  });

  it('background calls get a tenth of each window beside normal calls without end', async () => {
    const { world, processes, start } = setup(2);
    const importing = start({ priority: 'background' });
    await world.run(() => {
      processes.forEach((get) => world.burst(250, get));
      world.burst(40, importing, 'import');
    });
    expect(world.figures('import').end).toBeLessThanOrEqual(60 * 5 + 5);
  });
});

describe('no call fails and few are refused', () => {
  type Disturb = (world: World, store: MemoryStore) => void;
  const during =
    (duration: number, condition: StoreCondition): Disturb =>
    ({ clock }, store) => {
      store.condition = condition;
      clock.at(clock.now + duration, () => (store.condition = 'up'));
    };
  const disturbances: [string, Disturb][] = [
    ['is gone', (_, store) => (store.condition = 'down')],
    ['is gone for half a minute', during(30_000, 'down')],
    ['can not be written', (_, store) => (store.condition = 'read-only')],
    ['applies the step but does not answer', (_, store) => (store.condition = 'deaf')],
    ['does nothing for two seconds', during(2_000, 'silent')],
    ['takes 600 ms to answer', (_, store) => (store.latency = 300)],
    ['forgets everything', (_, store) => (store.state = undefined)],
  ];

  it.each(disturbances)('if the store %s', async (_, disturb) => {
    for (const at of [100, 1_500, 59_900]) {
      const { world, store, processes } = setup(8);
      world.clock.at(at, () => disturb(world, store));
      const figures = await world.run(() => processes.forEach((get) => world.burst(40, get)));
      expect(figures.answered, `at ${at}`).toBe(320);
      expect(figures.refused, `at ${at}`).toBeLessThanOrEqual(50);
    }
  });

  it('if half of the processes are killed', async () => {
    const { world, processes, start } = setup(4);
    const killed = new AbortController();
    const doomed = Array.from({ length: 4 }, () => {
      const client = start({}, (...args) =>
        killed.signal.aborted ? (new Promise(() => undefined) as never) : rateLimitStep(...args),
      );
      return client;
    });
    const figures = await world.run(async () => {
      processes.forEach((get) => world.burst(40, get), 'alive');
      // Their promises never settle once they are killed.
      for (const get of doomed) for (let index = 0; index < 40; index += 1) void get(index).catch(() => undefined);
      await world.clock.sleep(1_000);
      killed.abort();
    });
    expect(figures.rejected).toEqual({});
    expect(figures.refused).toBeLessThanOrEqual(50);
  });
});

it('processes without a store get all of their calls done', async () => {
  const world = new World({ kind: 'sdk', api: documentedApi().receive });
  const figures = await world.run(() => {
    for (let process = 0; process < 8; process += 1) {
      const client = world.sdk();
      world.burst(50, (index) => client.users.get(`user_${index}`));
    }
  });
  expect(figures.answered).toBe(400);
  expect(figures.refused).toBeLessThanOrEqual(600);
});
