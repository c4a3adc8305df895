import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/**
 * Measures each contestant in its own process, because in a shared one they would evict each other's code from the CPU
 * caches and collect each other's garbage. The program says when it is ready, then answers each message with a cost.
 *
 * @param turns Turns in each round. Many short turns spread other load on the machine evenly over the contestants.
 * @returns The mean cost of a turn in each round, by contestant.
 */
export async function takeTurns(
  program: string,
  contestants: readonly { readonly name: string }[],
  rounds: number,
  turns: number,
): Promise<Map<string, number[]>> {
  const processes = await Promise.all(contestants.map((assignment) => start(program, assignment)));
  const costs = new Map<string, number[]>(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    const sums = new Map<string, number>();
    for (let turn = 0; turn < turns; turn++) {
      for (const { name, child } of shuffled(processes)) {
        child.send('turn');
        const [cost] = (await once(child, 'message')) as [number];
        sums.set(name, (sums.get(name) ?? 0) + cost);
      }
    }
    for (const [name, sum] of sums) costs.get(name)?.push(sum / turns);
  }
  for (const { child } of processes) child.disconnect();
  return costs;
}

async function start(program: string, assignment: { readonly name: string }) {
  const child: ChildProcess = fork(program, [JSON.stringify(assignment)], {
    // Collects garbage on the main thread in small steps, so that each turn pays for its own garbage.
    execArgv: ['--single-threaded-gc', '--min-semi-space-size=2', '--max-semi-space-size=2'],
  });
  // An uncaught error ends the benchmark.
  child.once('exit', (code) => {
    if (code !== 0) throw new Error(`Measuring ${assignment.name} failed with exit code ${String(code)}.`);
  });
  await once(child, 'message');
  return { name: assignment.name, child };
}

const shuffled = <T>(values: readonly T[]): T[] =>
  values
    .map((value) => ({ value, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);

/** How a contestant compares with others. */
export interface Ranked {
  readonly name: string;
  readonly cost: number;
  readonly ratio: number;
}

/** Compares each contestant's costs with the baseline's in the same rounds. The lowest ratio comes first. */
export function ranked(costs: ReadonlyMap<string, readonly number[]>, baseline: string): Ranked[] {
  const references = costs.get(baseline) ?? [];
  return Array.from(costs, ([name, each]) => {
    const ratios = each.map((cost, round) => cost / (references[round] ?? Number.NaN));
    return { name, cost: median(each), ratio: median(ratios) };
  }).sort((a, b) => a.ratio - b.ratio);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.round((sorted.length - 1) / 2)] ?? Number.NaN;
}
