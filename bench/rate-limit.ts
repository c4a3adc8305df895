/** Compares what each client does with 300 calls at once. `npm run bench rate-limit -- [--save]` */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { installTools } from '../test/support/tools.ts';
import type { ServerOptions } from './rate-limit/server.ts';
import type { Assignment, WorkerReport } from './rate-limit/worker.ts';
import { contestants } from './shared/clients.ts';
import { saveResults } from './shared/results.ts';
import { print, type RateLimitRow, rateLimitTables } from './shared/tables.ts';

installTools('all');

/** The API as its reference describes it. */
const [limit, window] = [100, 60_000];
const calls = 300;
/** A run ends after three times the number of windows it needs. */
const patience = 3 * Math.ceil(calls / limit) * window;

const names = Object.keys(contestants);
// Windows start at different times of the minute, so that parallel runs don't burst at the same time.
const rows = await Promise.all(names.map((name, index) => run(name, (index * window) / names.length)));
print(rateLimitTables(rows));
saveResults('rate-limit', rows);

/** Makes the calls with one client, in its own process, against a new server with windows shifted by `shift` ms. */
async function run(name: string, shift: number): Promise<RateLimitRow> {
  const server = start('rate-limit/server.ts', { limit, window, shift } satisfies ServerOptions);
  const port = await message<number>(server);
  const worker = start('rate-limit/worker.ts', { contestant: name, calls, port, patience } satisfies Assignment);
  await message(worker);
  // Starts after a twentieth of a window, so that all runs have the same time left in it.
  await sleep(window - ((Date.now() - shift) % window) + window / 20);
  worker.send('go');
  const { started, ended, ...counts } = await message<WorkerReport>(worker);
  server.send('report');
  const refused = await message<number>(server);
  server.disconnect();
  return { title: `${calls} calls at once`, name, ...counts, refused, minutes: (ended - started) / 60_000 };
}

function start(file: string, argument: object): ChildProcess {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), [JSON.stringify(argument)]);
  // An uncaught error ends the benchmark.
  return child.once('exit', (code) => {
    if (code !== 0) throw new Error(`${file} ended with exit code ${String(code)}.`);
  });
}

/** The next message of a child process. The child's file declares its type. */
async function message<T>(child: ChildProcess): Promise<T> {
  const [value] = (await once(child, 'message')) as [T];
  return value;
}
