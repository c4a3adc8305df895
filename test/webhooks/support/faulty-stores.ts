import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { vi } from 'vitest';
import { redisReplayStore, type RedisClient } from '@example/sdk/redis';
import { sqliteReplayStore } from '@example/sdk/sqlite';
import type { ReplayStore } from '@example/sdk/webhooks';
import { temporaryFolder } from '../../sqlite/support/temporary-folder.ts';
import { RedisServer, type RedisServerProgram } from '../../support/redis-server.ts';

export const faults = ['stall', 'lost reply', 'error', 'full', 'restart', 'clock jump'] as const;
export type Fault = (typeof faults)[number];

/** A replay store of two processes that can have a bad day. */
export interface FaultyStore {
  /** The store as each of the two processes sees it. The faults are those of the first. */
  readonly stores: readonly [ReplayStore, ReplayStore];
  /** How long a claim lasts, in milliseconds. */
  readonly lease: number;
  /** The fault begins, before the next command of the first process. Resolves once it has. */
  begin(fault: Fault): Promise<void> | void;
  /** The fault ends, if it lasts. */
  end(): Promise<void> | void;
  close(): Promise<void> | void;
}

// Long enough for a machine that is busy with other tests: a process that gets no turn for a lease loses its claims.
const [lease, timeout] = [12_000, 1_500];

/** A real server, and the client of the first process, whose replies may be lost. */
export async function faultyRedis(program: RedisServerProgram, kind: 'ioredis' | 'node-redis'): Promise<FaultyStore> {
  const server = await RedisServer.start(program);
  const admin = new Redis(server.url, { retryStrategy: () => 5 }).on('error', () => undefined);
  const [first, second] = [await client(kind, server.url), await client(kind, server.url)];
  let next: Fault | undefined;
  const faulty = intercepted(first.client, async (send) => {
    const fault = next;
    next = undefined;
    if (fault === 'error') throw new Error('ECONNRESET');
    const reply = await send();
    if (fault !== 'lost reply') return reply;
    // ioredis sends it again, node-redis rejects.
    if (kind === 'ioredis') return send();
    throw new Error('Socket closed unexpectedly');
  });
  const open = (given: RedisClient) => redisReplayStore(given, { lease, timeout });
  return {
    stores: [open(faulty), open(second.client)],
    lease,
    async begin(fault) {
      if (fault === 'stall') server.freeze();
      else if (fault === 'restart') await server.restart();
      else if (fault === 'full') await admin.config('SET', 'maxmemory', '1');
      // The server's clock is that of the machine. To it, a jump ahead is keys that have expired.
      else if (fault === 'clock jump') await expireClaims(admin);
      else next = fault;
    },
    async end() {
      next = undefined;
      server.thaw();
      await admin.config('SET', 'maxmemory', '0');
    },
    async close() {
      for (const { close } of [first, second]) close();
      admin.disconnect();
      await server.kill();
    },
  };
}

async function client(
  kind: 'ioredis' | 'node-redis',
  url: string,
): Promise<{ client: RedisClient; close: () => void }> {
  if (kind === 'ioredis') {
    const ioredis = new Redis(url, { retryStrategy: () => 5 }).on('error', () => undefined);
    return { client: ioredis, close: () => ioredis.disconnect() };
  }
  const nodeRedis = createClient({ url, socket: { reconnectStrategy: 5 } }).on('error', () => undefined);
  await nodeRedis.connect();
  return { client: nodeRedis, close: () => nodeRedis.destroy() };
}

/** The client, all of whose commands go through `command`. */
function intercepted(given: RedisClient, command: (send: () => Promise<unknown>) => Promise<unknown>): RedisClient {
  return new Proxy(given, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      const send = (...args: unknown[]) => Reflect.apply(value, target, args) as Promise<unknown>;
      return String(name).startsWith('eval') ? (...args: unknown[]) => command(() => send(...args)) : send;
    },
  });
}

async function expireClaims(admin: Redis): Promise<void> {
  for (const key of await admin.keys('*')) {
    if (!(await admin.get(key))?.startsWith('handled')) await admin.del(key);
  }
}

/** A file, which another program locks or fills. */
export function faultySqlite(): FaultyStore {
  const path = join(temporaryFolder(), 'webhooks.db');
  const stores = [sqliteReplayStore(path, { lease }), sqliteReplayStore(path, { lease })] as const;
  const other = new DatabaseSync(path, { timeout: 5_000 });
  const table = 'example_sdk_webhook_event';
  const broken = (message: string) => {
    for (const change of ['INSERT', 'DELETE']) {
      other.exec(
        `CREATE TRIGGER bad_${change} BEFORE ${change} ON ${table} BEGIN SELECT RAISE(ROLLBACK, '${message}'); END`,
      );
    }
  };
  return {
    stores,
    lease,
    begin(fault) {
      if (fault === 'stall') other.exec('BEGIN EXCLUSIVE');
      if (fault === 'error' || fault === 'lost reply') broken('disk I/O error');
      if (fault === 'full') broken('database or disk is full');
      // The machine's clock starts anew.
      if (fault === 'restart')
        other.exec(`UPDATE ${table} SET claimed_at = 1e11, expires_at = 1e11 WHERE holder NOT LIKE 'handled:%'`);
      if (fault === 'clock jump') jump();
    },
    end() {
      if (other.isTransaction) other.exec('ROLLBACK');
      for (const change of ['INSERT', 'DELETE']) other.exec(`DROP TRIGGER IF EXISTS bad_${change}`);
    },
    close() {
      for (const store of stores) store.close();
      other.close();
    },
  };
}

/** Sets the wall clock ahead by more than any lease, and by less than events are remembered. */
function jump(): void {
  vi.setSystemTime(Date.now() + 3_600_000);
}
