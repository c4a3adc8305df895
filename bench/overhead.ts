/** Compares how much CPU time each client adds to a `fetch`. `npm run bench overhead -- [--save]` */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Assignment } from './overhead/measure.ts';
import { ranked, takeTurns } from './overhead/turns.ts';
import type { ServerOptions } from './rate-limit/server.ts';
import { overheadTables, print, type OverheadRow } from './shared/tables.ts';
import { installTools } from '../test/support/tools.ts';
import { saveResults } from './shared/results.ts';

installTools('all');

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const names = ['fetch', 'ky', 'openai', 'stripe', '@octokit/core', '@example/sdk'];

// The limit is so large that no client has to wait.
const options: ServerOptions = { limit: 1_000_000_000, window: 60_000, shift: 0 };
const server = fork(here('rate-limit/server.ts'), [JSON.stringify(options)]);
// The server's only message is its port.
const [port] = (await once(server, 'message')) as [number];

const results: OverheadRow[] = [];
for (const concurrency of [1, 10]) {
  const assignments = names.map((name): Assignment => ({ name, port, concurrency }));
  const costs = await takeTurns(here('overhead/measure.ts'), assignments, 100, 15);
  const rows = ranked(costs, 'fetch').map((row) => ({ concurrency, ...row }));
  print(overheadTables(rows));
  results.push(...rows);
}
server.disconnect();
saveResults('overhead', results);
