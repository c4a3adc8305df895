/**
 * How much CPU time it takes to verify and parse a webhook, for all libraries side by side.
 * `npm run bench:webhooks -- [--rounds 30] [--save]`
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { installPeers } from './shared/peers.ts';
import { saveResults } from './shared/results.ts';
import { median, medianInterval, quantile } from './shared/statistics.ts';
import { print, webhooksTables, type Ranked, type WebhooksRow } from './shared/figure-tables.ts';
import type { Assignment } from './webhooks/assignment.ts';
import type { Shape } from './webhooks/bodies.ts';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '30' },
    save: { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds);

const contender = '@example/sdk, verifyWebhookSync';
const names = [
  contender,
  '@example/sdk, verifyWebhook',
  'standardwebhooks',
  'svix',
  'stripe',
  '@octokit/webhooks-methods',
  'node:crypto, by hand',
];
const peers = ['@octokit/webhooks-methods', 'stripe', 'standardwebhooks', 'svix'];
const baseline = 'standardwebhooks';
const cases: readonly [bytes: number, Shape][] = [
  [300, 'one long text'],
  [16_384, 'one long text'],
  [262_144, 'one long text'],
  // JSON.parse takes equally long for all. With a body like this, it takes most of the time.
  [16_384, 'many small records'],
  [262_144, 'many small records'],
];

installPeers();

const results: WebhooksRow[] = [];
for (const [bytes, shape] of cases) {
  const processes = await Promise.all(names.map((contestant) => start({ contestant, shape, bytes })));
  try {
    const measured = await measure(processes);
    const ranking = ranked(measured).map((each) => ({ bytes, shape, ...each }));
    print(webhooksTables(ranking, baseline));
    console.log(`\n${contender} is`);
    for (const verdict of verdicts(measured)) console.log(`- ${verdict}`);
    results.push(...ranking);
  } finally {
    for (const child of processes) child.kill();
  }
}
if (options.save) saveResults('webhooks', results);

async function start(assignment: Assignment): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL('webhooks/measure.ts', import.meta.url)), [JSON.stringify(assignment)], {
    // Collects garbage on the main thread in small pieces, so that it counts, and counts evenly.
    execArgv: ['--single-threaded-gc', '--min-semi-space-size=2', '--max-semi-space-size=2'],
  });
  await answer(child);
  return child;
}

/** One array per round, with the cost of each contestant. Each round begins with another one. */
async function measure(processes: readonly ChildProcess[]): Promise<number[][]> {
  const measured: number[][] = [];
  for (let round = 0; round < rounds; round++) {
    const costs: number[] = [];
    for (let turn = 0; turn < processes.length; turn++) {
      const index = (round + turn) % processes.length;
      processes[index]?.send('measure');
      costs[index] = await answer(processes[index]);
    }
    measured.push(costs);
  }
  return measured;
}

async function answer(child: ChildProcess | undefined): Promise<number> {
  if (!child) return Number.NaN;
  const ended = new AbortController();
  const end = once(child, 'exit', { signal: ended.signal }).then(([code]) => {
    throw new Error(`Measuring failed with exit code ${String(code)}.`);
  });
  end.catch(() => undefined);
  const message: unknown[] = await Promise.race([once(child, 'message'), end]);
  ended.abort();
  return Number(message[0]);
}

/** How the synchronous function compares with each other library. A tie is what the rounds can't decide. */
function verdicts(measured: readonly number[][]): string[] {
  const costsOf = (name: string) => measured.map((round) => round[names.indexOf(name)] ?? Number.NaN);
  const ours = costsOf(contender);
  return peers.map((name) => {
    const ratios = costsOf(name).map((cost, round) => cost / (ours[round] ?? Number.NaN));
    const [low, high] = medianInterval(ratios);
    const verdict = low > 1 ? 'ahead of' : high < 1 ? 'behind' : 'a tie with';
    return `${verdict} ${name}: ${median(ratios).toFixed(2)} × (95 %: ${low.toFixed(2)}–${high.toFixed(2)})`;
  });
}

/** `ratio`: how many times as fast as the baseline. */
function ranked(measured: readonly number[][]): Ranked[] {
  const reference = names.indexOf(baseline);
  return names
    .map((name, index) => {
      const costs = measured.map((round) => round[index] ?? Number.NaN);
      const ratios = measured.map((round) => (round[reference] ?? Number.NaN) / (round[index] ?? Number.NaN));
      const [low, high] = [quantile(ratios, 0.25), quantile(ratios, 0.75)];
      return { name, cost: median(costs), ratio: median(ratios), low, high };
    })
    .sort((a, b) => b.ratio - a.ratio);
}
