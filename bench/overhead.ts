/**
 * How much CPU time a call adds to `fetch`, for all clients side by side.
 * `npm run bench:overhead -- [--rounds 40] [--save]`
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Assignment, Round } from './overhead/measure.ts';
import { installPeers } from './shared/peers.ts';
import { saveResults } from './shared/results.ts';
import { median, quantile } from './shared/statistics.ts';
import { overheadTables, print, type OverheadRow } from './shared/tables.ts';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '40' },
    save: { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds);

installPeers();

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const server = fork(here('overhead/server.ts'));
// The server's only message is its port.
const [port] = (await once(server, 'message')) as [number];

try {
  const results: OverheadRow[] = [];
  for (const concurrency of [1, 10]) {
    const costs = ranked(concurrency, await measure({ port, concurrency, rounds }));
    print(overheadTables(costs));
    results.push(...costs);
  }
  if (options.save) saveResults('overhead', results);
} finally {
  server.disconnect();
}

async function measure(assignment: Assignment): Promise<Round[]> {
  const measured: Round[] = [];
  const child = fork(here('overhead/measure.ts'), [JSON.stringify(assignment)], {
    // Collects garbage on the main thread in small pieces, so that each contestant pays for its own.
    execArgv: ['--single-threaded-gc', '--min-semi-space-size=2', '--max-semi-space-size=2'],
  });
  child.on('message', (round) => measured.push(round as Round));
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`Measuring failed with exit code ${String(code)}.`);
  return measured;
}

function ranked(concurrency: number, measured: readonly Round[]): OverheadRow[] {
  return Object.keys(measured[0] ?? {})
    .map((name) => {
      const cost = measured.map((round) => round[name] ?? Number.NaN);
      const ratios = measured.map((round) => (round[name] ?? Number.NaN) / (round['fetch'] ?? Number.NaN));
      const [low, high] = [quantile(ratios, 0.25), quantile(ratios, 0.75)];
      return { concurrency, name, cost: median(cost), ratio: median(ratios), low, high };
    })
    .sort((a, b) => a.ratio - b.ratio);
}
