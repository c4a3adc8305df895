import { format } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Client, ClientOptions, RateLimitStore, RateLimitStoreEvent, RequestOptions } from '@example/sdk';
import { createRateLimitStore } from '@example/sdk/rate-limit';
import type { Report } from '../../src/sharing/step.ts';
import { throwing } from '../support/http-server.ts';
import { between, documentedApi, failing, faults } from '../support/world/api.ts';
import type { Api } from '../support/world/network.ts';
import { MemoryStore } from '../support/world/store.ts';
import { World } from '../support/world/world.ts';
import { reply } from './support/store-requests.ts';

// What one process does with a store: when it asks, what it does without the store, and what it reports.

type Sync = (world: World) => RateLimitStore['sync'];

/** A world with one process. Its store is in memory, unless `sync` replaces it. */
function setup({ sync, api = documentedApi(), ...options }: ClientOptions & { sync?: Sync; api?: Api } = {}) {
  const world: World = new World({ api });
  const memory = new MemoryStore(world.clock);
  const syncs: { at: number; key: string; report: Report }[] = [];
  const inner = sync?.(world) ?? memory.connect().sync;
  const store = createRateLimitStore((key, request) => {
    syncs.push({ at: world.clock.now, key, report: request as unknown as Report });
    return inner(key, request);
  });
  const events: RateLimitStoreEvent[] = [];
  let client: Client | undefined;
  const get = (index: number, more: RequestOptions = {}) => {
    // Created while time is virtual, because a client hashes its token on another thread.
    client ??= world.sdk({ rateLimit: { store }, ...options }).on('rateLimitStore', (event) => events.push(event));
    return client.users.get(`user_${index}`, more);
  };
  return { world, memory, syncs, events, get };
}

const rejecting = () => Promise.reject(new Error('connect ECONNREFUSED'));
const late: Sync = (world) => async () => {
  await world.clock.sleep(1_001);
  return reply();
};
const answering = (value: unknown) => () => () => Promise.resolve(value as never);

it('a custom store is created from a function', () => {
  expect(() => createRateLimitStore({ sync: () => ({}) } as never)).toThrow('sync must be a function; got Object.');
});

describe('an unavailable store stops no call, and is reported once', () => {
  const noGrants = [{ normal: -1 }, { normal: NaN }, { processes: Infinity }].map((grant) => reply(grant));
  const unusable = [undefined, null, {}, ...noGrants];
  it.each<[string, Sync]>([
    ['rejects', () => rejecting],
    ['throws', () => throwing(new Error('no'))],
    ['never answers', () => () => new Promise<never>(() => undefined)],
    ['answers after 1 001 ms', late],
    ...unusable.map((value): [string, Sync] => [`answers ${format(value)}`, answering(value)]),
  ])('if it %s', async (_, sync) => {
    const { world, events, get } = setup({ sync });
    const figures = await world.run(() => world.burst(100, get));
    expect(figures).toMatchObject({ answered: 100, refused: 0 });
    expect(figures.end).toBeLessThanOrEqual(2);
    expect(events).toEqual([{ available: false, reason: expect.any(String) }]);
  });

  it('and again when it recovers', async () => {
    const { world, memory, events, get } = setup();
    await world.run(async () => {
      for (const condition of ['up', 'down', 'down', 'up', 'up'] as const) {
        memory.condition = condition;
        world.burst(1, get);
        await world.clock.sleep(61_000);
      }
    });
    const gone = { available: false, reason: 'connect ECONNREFUSED' };
    expect(events).toEqual([gone, { available: true, reason: undefined }]);
  });

  it('and again when it recovers while no call waits', async () => {
    const { world, memory, events, get } = setup();
    world.clock.at(5_000, () => (memory.condition = 'down'));
    world.clock.at(8_000, () => (memory.condition = 'up'));
    await world.run(async () => {
      void world.every(1_500, 20, get);
      await world.clock.sleep(12_000);
      expect(events.map(({ available }) => available)).toEqual([false, true]);
    });
  });

  it('and is called again after 1, 2, 4 … 30 s', async () => {
    const { world, syncs, get } = setup({ sync: () => rejecting });
    await world.run(() => world.every(500, 200, get));
    const pauses = syncs.slice(1).map(({ at }, index) => Math.round((at - syncs[index]!.at) / 1000));
    expect(pauses.slice(0, 7)).toEqual([1, 2, 4, 8, 16, 30, 30]);
  });

  it.each([
    [5, 20],
    [200, 1],
  ])('and the process uses an equal part of the window, as one of %i', async (processes, sent) => {
    let syncs = 0;
    const grant = reply({ normal: 1, processes });
    const { world, get } = setup({ sync: () => () => (syncs++ === 0 ? Promise.resolve(grant) : rejecting()) });
    await world.run(async () => {
      world.burst(50, get);
      await world.clock.sleep(30_000);
      expect(world.exchanges).toHaveLength(sent);
    });
  });
});

describe('a store is called', () => {
  it("with a hash of the token and the calls' needs, and 250 ms later with what was sent", async () => {
    const { world, syncs, get } = setup({ api: documentedApi({ takes: () => 400 }) });
    await world.run(() => world.burst(5, get));
    await world.run(() => world.clock.sleep(300_000));
    const [first, sent, last] = [syncs[0]!, syncs[1]!, syncs.at(-1)!];
    expect(first.key).toMatch(/^[0-9a-f]{64}$/);
    const other = setup();
    await other.world.run(() => other.world.burst(1, other.get));
    expect(other.syncs[0]!.key).not.toBe(first.key);
    expect(first.report).toMatchObject({ normal: 5, background: 0, available: 0, inFlight: 0, limit: 100, reset: 0 });
    // By then, the first response has arrived.
    expect(sent.report).toMatchObject({ normal: 0, available: 0, inFlight: 4, sent: 5, arrived: 5 });
    expect(last.report).toMatchObject({ normal: 0, available: 0, inFlight: 0, sent: 5, used: 5, arrived: 5 });
    expect(last.at).toBeLessThanOrEqual(750);
    // There is no further sync when nothing waits.
    expect(syncs.length).toBe(3);
  });

  it('no longer by a process that sees no headers and paces itself', async () => {
    const { world, get } = setup({ api: documentedApi({ limit: Infinity }) });
    expect(await world.run(() => world.burst(150, get))).toMatchObject({ answered: 150 });
  });

  it('a few times for each request while the API fails', async () => {
    const { world, syncs, get } = setup({ api: failing(documentedApi(), faults.refused), outageWait: 60_000 });
    await world.run(() => {
      world.burst(1, get);
      world.burst(1, (index) => get(index, { priority: 'background' }));
    });
    expect(world.exchanges.length).toBeGreaterThan(20);
    expect(syncs.length).toBeLessThan(10 * world.exchanges.length);
    const inOutage = syncs.filter(({ at }) => at > 3_000);
    const wanted = inOutage.map(({ report: { normal, background, available } }) => normal + background + available);
    expect(Math.max(...wanted)).toBe(1);
  });

  it('also for background calls, if no others wait while the API fails', async () => {
    const api = failing(documentedApi(), faults.refused, between(0, 3_000));
    const { world, syncs, get } = setup({ api, priority: 'background' });
    expect(await world.run(() => world.burst(5, get))).toMatchObject({ answered: 5 });
    expect(syncs.map(({ report }) => report.available)).toContain(1);
    expect(world.figures().max).toBeLessThanOrEqual(6);
  });

  it('no more often after it has forgotten a window that is over', async () => {
    const { world, memory, syncs, get } = setup();
    await world.run(async () => {
      world.burst(1, get);
      await world.clock.sleep(61_000);
      memory.state = undefined;
      world.burst(1, get);
    });
    expect(syncs.length).toBeLessThanOrEqual(6);
  });

  it('with no needs after a call was aborted before its grant', async () => {
    const { world, memory, syncs, get } = setup();
    memory.latency = 300;
    const controller = new AbortController();
    await world.run(async () => {
      world.burst(3, (index) => get(index, { signal: controller.signal }));
      await world.clock.sleep(100);
      controller.abort(new Error('no'));
      await world.clock.sleep(5_000);
    });
    expect(world.exchanges).toEqual([]);
    expect(syncs.map(({ report }) => `${report.normal} ${report.available}`)).toEqual(['3 0', '0 0']);
  });

  it("for a call that arrives while another call's sync is pending", async () => {
    const { world, memory, get } = setup();
    memory.latency = 20;
    const figures = await world.run(async () => {
      for (let at = 230; at < 330; at += 7) {
        world.burst(1, get);
        await world.clock.sleep(at);
        world.burst(1, get);
        await world.clock.sleep(2_000);
      }
    });
    expect(figures.answered).toBe(figures.calls);
    expect(figures.max).toBeLessThanOrEqual(0.5);
  });
});
