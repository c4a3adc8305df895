import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { describe, expect, it } from 'vitest';
import { redisReplayStore, type RedisClient } from '@example/sdk/redis';
import { sqliteReplayStore } from '@example/sdk/sqlite';
import type { ReplayStore } from '@example/sdk/webhooks';
import { temporaryFolder } from '../sqlite/support/temporary-folder.ts';
import { seeded } from '../support/random.ts';
import { canRun, RedisServer } from '../support/redis-server.ts';
import { receiver } from './support/receiver.ts';
import { intercepted } from './support/faulty-stores.ts';
import { signed, userCreated } from './support/signed-request.ts';

const histories = 5_000;
/** How many are under way at a time. */
const width = 40;
const lease = 3_000;
const timeout = 500;

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

interface Totals {
  events: number;
  deliveries: number;
  notAccepted: number;
  lost: string[];
  doubled: string[];
  /** Events that were handled again, as an error had said. */
  reported: number;
}

/** Three processes that share a store, of which each may fail in its own way. */
class Service {
  readonly totals: Totals = { events: 0, deliveries: 0, notAccepted: 0, lost: [], doubled: [], reported: 0 };
  readonly #processes: ReturnType<Service['process']>[];
  readonly #handled = new Map<string, number>();
  readonly #reports = new Map<string, number>();
  readonly #failing = new Set<string>();

  constructor(stores: readonly ReplayStore[], early: boolean) {
    this.#processes = stores.map((store) => this.process(store, early));
  }

  process(replayStore: ReplayStore, early: boolean) {
    const { webhooks } = receiver({
      acknowledge: early ? 'early' : 'handled',
      replayStore,
      logLevel: 'off',
      onError: (error, { id = '' }) => {
        const { message } = error as Error;
        const isUnknown = /could not record|claim was lost/.test(message);
        if (isUnknown) this.#reports.set(id, (this.#reports.get(id) ?? 0) + 1);
      },
    });
    webhooks.on('user.created', async (_, { id }) => {
      await pause(id.length % 4);
      if (!early && this.#failing.delete(id)) throw new Error('the handler failed');
      this.#handled.set(id, (this.#handled.get(id) ?? 0) + 1);
    });
    return webhooks;
  }

  /** Delivers an event as the API does, with attempts that overlap, until one is accepted, and once more. */
  async history(id: string, random: () => number): Promise<void> {
    if (random() < 0.2) this.#failing.add(id);
    const deliver = () => this.#deliver(id, random);
    for (let isAccepted = false, attempts = 0; !isAccepted && attempts < 2_000; attempts += 1) {
      const overlapping = Array.from({ length: random() < 0.3 ? 2 : 1 }, deliver);
      isAccepted = (await Promise.all(overlapping)).includes(true);
      if (!isAccepted) await pause(random() * 20);
    }
    await deliver();
    this.totals.events += 1;
  }

  /** Resolves to whether it is accepted. */
  async #deliver(id: string, random: () => number): Promise<boolean> {
    const { body, headers } = await signed(userCreated, { id });
    const process = this.#processes[Math.floor(random() * this.#processes.length)]!;
    const { status } = await process.receive(body, headers);
    this.totals.deliveries += 1;
    if (status >= 300) this.totals.notAccepted += 1;
    return status < 300;
  }

  /** Delivers all of them once more when no claim lasts, and counts. */
  async end(ids: readonly string[], random: () => number): Promise<void> {
    const idle = () => Promise.all(this.#processes.map((process) => process.idle()));
    await idle();
    await pause(lease);
    for (const id of ids) await this.#deliver(id, random);
    await idle();
    for (const id of ids) {
      const handled = this.#handled.get(id) ?? 0;
      if (handled === 0) this.totals.lost.push(id);
      if (handled <= 1) continue;
      if (handled - 1 > (this.#reports.get(id) ?? 0)) this.totals.doubled.push(id);
      else this.totals.reported += 1;
    }
  }
}

async function run(name: string, stores: readonly ReplayStore[], early: boolean): Promise<Totals> {
  const random = seeded(36);
  const service = new Service(stores, early);
  const ids = Array.from({ length: histories / 2 }, (_, index) => `msg_${early ? 'early' : 'handled'}_${index}`);
  const left = ids.values();
  const worker = async () => {
    for (const id of left) await service.history(id, random);
  };
  await Promise.all(Array.from({ length: width }, worker));
  await service.end(ids, random);
  const { lost, doubled, ...counts } = service.totals;
  console.log(`${name}, ${early ? 'early' : 'handled'}:`, JSON.stringify({ ...counts, lost, doubled }));
  return service.totals;
}

/** A client whose commands fail at random: not sent, reply lost, sent twice, or late. */
function unreliable(client: RedisClient, random: () => number): RedisClient {
  return intercepted(client, async (send) => {
    const chance = random();
    if (chance < 0.03) throw new Error('ECONNRESET');
    if (chance < 0.05) await pause(timeout + 100);
    const reply = await send();
    if (chance > 0.97) throw new Error('Socket closed unexpectedly');
    return chance > 0.94 ? send() : reply;
  });
}

describe.each([
  ['default', false],
  ['early', true],
] as const)(`random histories of deliveries to three processes: %s`, (_, early) => {
  it.runIf(canRun('redis-server'))(
    'Redis, whose replies are lost, late or repeated',
    async () => {
      await using server = await RedisServer.start();
      const ioredis = [new Redis(server.url), new Redis(server.url)] as const;
      const nodeRedis = await createClient({ url: server.url }).connect();
      const random = seeded(early ? 1 : 2);
      const stores = [...ioredis, nodeRedis].map((client) =>
        redisReplayStore(unreliable(client, random), { lease, timeout }),
      );
      const { lost, doubled, reported, notAccepted } = await run('Redis', stores, early);
      for (const client of ioredis) client.disconnect();
      nodeRedis.destroy();
      expect({ lost, doubled }).toEqual({ lost: [], doubled: [] });
      // No fault lasts as long as a lease: what is recorded too late is the fault of a busy machine.
      expect(reported).toBeLessThan(histories / 1_000);
      // Otherwise, no command failed.
      expect(notAccepted).toBeGreaterThan(histories / 50);
    },
    600_000,
  );

  it('SQLite, whose file is locked and full at times', async () => {
    const path = join(temporaryFolder(), 'webhooks.db');
    const stores = [1, 2, 3].map(() => sqliteReplayStore(path, { lease }));
    const random = seeded(early ? 3 : 4);
    let isOver = false;
    const disturbing = disturb(path, random, () => isOver);
    const { lost, doubled, reported, notAccepted } = await run('SQLite', stores, early).finally(() => (isOver = true));
    await disturbing;
    for (const store of stores) store.close();
    expect({ lost, doubled }).toEqual({ lost: [], doubled: [] });
    expect(reported).toBeLessThan(histories / 1_000);
    expect(notAccepted).toBeGreaterThan(histories / 50);
  }, 600_000);
});

/** Another program that locks the file, and a disk that is full at times. */
async function disturb(path: string, random: () => number, isOver: () => boolean): Promise<void> {
  const other = new DatabaseSync(path, { timeout: 5_000 });
  while (!isOver()) {
    await pause(random() * 40);
    if (random() < 0.5) {
      other.exec('BEGIN EXCLUSIVE');
      await pause(random() * (random() < 0.1 ? 1_500 : 60));
      other.exec('ROLLBACK');
    } else {
      other.exec(
        `CREATE TRIGGER full BEFORE INSERT ON example_sdk_webhook_event BEGIN SELECT RAISE(ROLLBACK, 'disk is full'); END`,
      );
      await pause(random() * 30);
      other.exec('DROP TRIGGER full');
    }
  }
  other.close();
}
