import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { sqliteRateLimitStore } from '@example/sdk/sqlite';
import { firstRequest } from '../sharing/support/store-requests.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const program = fileURLToPath(new URL('./programs/sync-forever.ts', import.meta.url));

function start(path: string, name: string): ChildProcess {
  const child = fork(program, [path, name], { execArgv: ['--disable-warning=ExperimentalWarning'] });
  process.once('exit', () => child.kill('SIGKILL'));
  return child;
}

/** Waits until the process has opened the file. Rejects if it ends instead. */
async function opened(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`It ended with ${String(code)}.`)));
  await Promise.race([once(child, 'message'), ended]);
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

it('six processes open a new file at the same time', async () => {
  const path = join(temporaryFolder(), 'shared.db');
  const children = Array.from({ length: 6 }, (_, index) => start(path, `process ${index}`));
  const opening = await Promise.allSettled(children.map(opened));
  await Promise.all(children.map(kill));
  expect(opening.map(({ status }) => status)).toEqual(Array(6).fill('fulfilled'));
});

it('a process that is killed while it writes neither damages the file nor holds up the others', async () => {
  const path = join(temporaryFolder(), 'shared.db');
  const store = sqliteRateLimitStore(path);
  let syncs = 0;

  for (let round = 0; round < 12; round += 1) {
    const children = [start(path, `a ${round}`), start(path, `b ${round}`)];
    await Promise.all(children.map(opened));
    // Each round kills them at another point of their transactions.
    for (let index = 0; index < 20 + 7 * round; index += 1) {
      await store.sync('key', firstRequest('survivor'));
      await new Promise(setImmediate);
      syncs += 1;
    }
    await Promise.all(children.map(kill));
    // With nobody else writing, this one recovers what the killed ones left behind.
    expect(await store.sync('key', firstRequest('survivor'))).toHaveProperty('limit', 100);
  }

  expect(syncs).toBeGreaterThan(500);
  expect(new DatabaseSync(path).prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
}, 60_000);
