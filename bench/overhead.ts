/** How much CPU time a call adds to `fetch`, for all clients side by side. `npm run bench:overhead -- [--save]` */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { contestantNames } from './overhead/contestants.ts';
import type { Assignment } from './overhead/measure.ts';
import { overheadTables, print, type OverheadRow } from './shared/figure-tables.ts';
import { installPeers } from './shared/peers.ts';
import { saveResults } from './shared/results.ts';
import { ranked } from './shared/statistics.ts';
import { takeTurns } from './shared/turns.ts';

installPeers();

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const server = fork(here('overhead/server.ts'));
// The server's only message is its port.
const [port] = (await once(server, 'message')) as [number];

const results: OverheadRow[] = [];
for (const concurrency of [1, 10]) {
  const assignments = contestantNames.map((name): Assignment => ({ name, port, concurrency }));
  const costs = await takeTurns(here('overhead/measure.ts'), assignments, 100, 15);
  const rows = ranked(costs, 'fetch').map((row) => ({ concurrency, ...row }));
  print(overheadTables(rows));
  results.push(...rows);
}
server.disconnect();
saveResults('overhead', results);
