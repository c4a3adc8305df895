import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** What the processes of a run share: a URL of Redis, or the path of a SQLite file. */
export type StorePlace = { readonly redis: string } | { readonly sqlite: string };

export interface SharedStore {
  readonly place: StorePlace;
  stop(): Promise<void>;
}

export function startStore(kind: 'redis' | 'sqlite'): Promise<SharedStore> {
  return kind === 'redis' ? startRedis() : createFolder();
}

async function createFolder(): Promise<SharedStore> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-sqlite-'));
  return {
    place: { sqlite: join(folder, 'rate-limit.db') },
    stop: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Starts a `redis-server` that keeps nothing on disk, on a free port. */
async function startRedis(): Promise<SharedStore> {
  const port = await freePort();
  const server = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const failed = once(server, 'error').then(() => {
    throw new Error(
      'The runs with Redis need redis-server. Install it, for example with: apt-get install redis-server',
    );
  });
  await Promise.race([failed, ready(server.stdout)]);
  return {
    place: { redis: `redis://127.0.0.1:${port}` },
    stop: async () => {
      server.kill();
      await once(server, 'exit');
    },
  };
}

async function ready(output: NodeJS.ReadableStream): Promise<void> {
  for await (const line of createInterface(output)) {
    if (line.includes('Ready to accept connections')) break;
  }
  output.resume();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server that listens on TCP has such an address.
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
