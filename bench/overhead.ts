/**
 * How much CPU time a call adds to `fetch`, for all clients side by side.
 * `npm run bench:overhead -- [--rounds 100] [--save]`
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { contestantNames } from './overhead/contestants.ts';
import type { Assignment } from './overhead/measure.ts';
import { installPeers } from './shared/peers.ts';
import { saveResults } from './shared/results.ts';
import { median, quantile } from './shared/statistics.ts';
import { overheadTables, print, type OverheadRow } from './shared/figure-tables.ts';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    save: { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds);
const turns = 15;

installPeers();

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const server = fork(here('overhead/server.ts'));
// The server's only message is its port.
const [port] = (await once(server, 'message')) as [number];

try {
  const results: OverheadRow[] = [];
  for (const concurrency of [1, 10]) {
    const costs = ranked(concurrency, await measure(port, concurrency));
    print(overheadTables(costs));
    results.push(...costs);
  }
  if (options.save) saveResults('overhead', results);
} finally {
  server.disconnect();
}

/** The cost of one round: microseconds of CPU time per call, by contestant. */
type Round = Readonly<Record<string, number>>;

/**
 * Each contestant has a process of its own, as in a service: within one process, they would push each other's code out of
 * the processor's caches, and collect each other's garbage.
 */
async function measure(port: number, concurrency: number): Promise<Round[]> {
  const processes = await Promise.all(contestantNames.map((name) => start({ name, port, concurrency })));
  const measured: Round[] = [];
  for (let i = 0; i < rounds; i++) {
    const round: Record<string, number> = {};
    // A round has many short turns, so that other load on the machine affects all contestants alike.
    for (let j = 0; j < turns; j++) {
      for (const { name, child } of shuffled(processes)) {
        child.send('turn');
        const [cost] = (await once(child, 'message')) as [number];
        round[name] = (round[name] ?? 0) + cost / turns;
      }
    }
    measured.push(round);
  }
  for (const { child } of processes) child.disconnect();
  return measured;
}

async function start(assignment: Assignment): Promise<{ name: string; child: ChildProcess }> {
  const child = fork(here('overhead/measure.ts'), [JSON.stringify(assignment)], {
    // Collects garbage on the main thread in small pieces, so that it happens within the turn that caused it.
    execArgv: ['--single-threaded-gc', '--min-semi-space-size=2', '--max-semi-space-size=2'],
  });
  // An uncaught error ends the benchmark.
  child.once('exit', (code) => {
    if (code !== 0) throw new Error(`Measuring ${assignment.name} failed with exit code ${String(code)}.`);
  });
  await once(child, 'message');
  return { name: assignment.name, child };
}

function shuffled<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);
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
