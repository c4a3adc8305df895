import { describe, expect, it } from 'vitest';
import type { Client, ClientOptions } from '@example/sdk';
import { type ApiOptions, documentedApi } from '../support/world/api.ts';
import { MemoryStore } from '../support/world/store.ts';
import { World } from '../support/world/world.ts';

// Several processes with one store. Row 5 of test/scenarios/ shows a web app and an import.

/** Processes with one token: each client has its own base URL, and therefore its own limiter. */
function setup(count: number, api: ApiOptions = {}, { rateLimit, ...options }: ClientOptions = {}) {
  const world = new World({ api: documentedApi(api) });
  const store = new MemoryStore(world.clock);
  const processes = Array.from({ length: count }, () => {
    let client: Client | undefined;
    const connect = () => world.sdk({ rateLimit: { store: store.connect(), ...rateLimit }, ...options });
    // Created while time is virtual, because a client hashes its token on another thread.
    return () => (client ??= connect()).users.get('user_1');
  });
  /** Makes this many calls at once in each process. */
  const burst = (calls: number) => processes.forEach((get) => world.burst(calls, get));
  return { world, store, processes, burst };
}

describe('processes that share a store', () => {
  it.each<[processes: number, calls: number, api: ApiOptions, refused?: number]>([
    [4, 75, { begun: 17_000 }],
    [8, 40, { windows: 'first' }],
    [30, 10, {}],
    [4, 60, { takes: (request) => (request * 137) % 400 }],
    [3, 100, { limit: 10, duration: 10_000 }],
    [3, 50, { date: 20 }],
    [3, 100, { endsLate: 1_000 }, 3],
  ])('have none refused, and take the least time: %i × %i calls, %j', async (count, calls, api, refused = 0) => {
    const { limit = 100, duration = 60_000, begun = 0 } = api;
    const { world, burst } = setup(count, api);
    const figures = await world.run(() => burst(calls));
    const least = (Math.ceil((count * calls) / limit) - 1) * duration - begun;
    expect([figures.answered, Math.max(refused, figures.refused)]).toEqual([count * calls, refused]);
    expect(figures.end).toBeLessThanOrEqual((1.04 * least) / 1000 + 1);
  });

  it('send no call that was not granted before its `maxWait` ended', async () => {
    const { world, burst } = setup(4, { takes: () => 5_000 }, { rateLimit: { maxWait: 1_000 } });
    expect(await world.run(() => burst(60))).toMatchObject({ answered: 1, refused: 0, requests: 1 });
  });

  it.each<[priority: 'normal' | 'background', processes: number, pause: number, api: ApiOptions]>([
    ['normal', 3, 4_000, {}],
    ['background', 1, 100, { limit: 1_000 }],
  ])('send single %s calls without a wait: %i processes, every %i ms', async (...row) => {
    const [priority, count, pause, api] = row;
    const { world, processes } = setup(count, api, { priority });
    const all = () => Promise.all(processes.map((get) => world.every(pause, 60, get)));
    const figures = await world.run(async () => void (await all()));
    expect(figures).toMatchObject({ answered: 60 * count, refused: 0 });
    expect(figures.p95).toBeLessThanOrEqual(0.1);
  });
});

it('each call of an import announces how long it leaves room for a web app in another process', async () => {
  const world = new World({ api: documentedApi() });
  const store = new MemoryStore(world.clock);
  const expected = new Map<string, number>();
  const waited = new Map<string, number>();
  await world.run(async () => {
    const web = world.sdk({ rateLimit: { store: store.connect() } });
    const job = world.sdk({ rateLimit: { store: store.connect() }, priority: 'background' });
    job.on('rateLimitWait', ({ path, delay }) => expected.set(path, delay));
    const read = world.every(1_500, 160, () => web.users.get('1'));
    await world.clock.sleep(125_000);
    const ids = Array.from({ length: 60 }, (_, index) => `job_${index}`);
    const create = async (id: string) => {
      const from = world.clock.now;
      await job.users.get(id);
      waited.set(`/users/${id}`, world.clock.now - from);
    };
    await Promise.all([read, ...ids.map(create)]);
  });
  const long = [...waited].filter(([, wait]) => wait > 10_000);
  expect(long.length).toBeGreaterThan(20);
  // The event comes a second later, once the store has shown the other process's calls.
  for (const [path, wait] of long) expect(Math.abs(wait - 1_000 - (expected.get(path) ?? 0)), path).toBeLessThan(2_000);
});

describe('no call fails, and few are refused', () => {
  it.each<[string, (store: MemoryStore) => void, duration?: number]>([
    ['is gone', (store) => (store.condition = 'down')],
    ['is gone for half a minute', (store) => (store.condition = 'down'), 30_000],
    ['cannot be written', (store) => (store.condition = 'read-only')],
    ['applies the step but does not answer', (store) => (store.condition = 'deaf')],
    ['does nothing for two seconds', (store) => (store.condition = 'silent'), 2_000],
    ['takes 600 ms to answer', (store) => (store.latency = 300)],
    ['forgets everything', (store) => (store.state = undefined)],
  ])('if the store %s', async (_, disturb, duration = Infinity) => {
    for (const at of [100, 1_500, 59_900]) {
      const { world, store, burst } = setup(8);
      world.clock.at(at, () => disturb(store));
      world.clock.at(at + duration, () => (store.condition = 'up'));
      const figures = await world.run(() => burst(40));
      expect(figures.answered, `at ${at}`).toBe(320);
      expect(figures.refused, `at ${at}`).toBeLessThanOrEqual(50);
    }
  });
});
