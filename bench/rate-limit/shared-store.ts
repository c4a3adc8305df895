import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RedisServer } from '../../test/support/redis-server.ts';

/** What the processes of a run share: a URL of Redis, or the path of a SQLite file. */
export type StorePlace = { readonly redis: string } | { readonly sqlite: string };

export interface SharedStore {
  readonly place: StorePlace;
  stop(): Promise<void>;
}

export async function startStore(kind: 'redis' | 'sqlite'): Promise<SharedStore> {
  if (kind === 'redis') {
    const server = await RedisServer.start();
    return { place: { redis: server.url }, stop: () => server.kill() };
  }
  const folder = await mkdtemp(join(tmpdir(), 'bench-sqlite-'));
  return {
    place: { sqlite: join(folder, 'rate-limit.db') },
    stop: () => rm(folder, { recursive: true, force: true }),
  };
}
