/**
 * What happens when you make many calls at once, for all clients side by side. `npm run bench:rate-limit` runs all
 * cases. Any of these options runs a single case:
 *
 *   --calls 300            calls that start at once
 *   --offset=-20s          the client's clock is wrong (`+20s`, `-10min`)
 *   --processes 4          several client processes
 *   --store redis          what they share the limit through: `redis`, or a `sqlite` file
 *   --foreign spread       a foreign client uses a third of the budget: `spread` evenly, or all at once (`burst`)
 *   --kind first-request   windows start with the first request instead of following the clock, or are `sliding`
 *   --hidden concurrency   a second limit that no header reports: of the `concurrency`, of the `rate`, or a `bucket`
 *   --silent               no header reports any limit
 *   --cdn                  a CDN answers three of ten requests, with headers that are out of date
 *   --retry-after          a 429 has a Retry-After header
 *   --window 4000          length of a window in milliseconds
 *
 * Every run also takes `--only ky,openai` (prefixes of names), `--parallel 4` (runs at a time),
 * `--verbose`, and `--save`, which writes `bench/results/rate-limit.json`.
 */
import { parseArgs } from 'node:util';
import { run, type Result, type Scenario } from './rate-limit/run.ts';
import { chapters, plain, type Chapter } from './rate-limit/scenarios.ts';
import { installPeers } from './shared/peers.ts';
import { saveResults } from './shared/results.ts';
import { print, rateLimitTables } from './shared/figure-tables.ts';

const { values: options } = parseArgs({
  options: {
    calls: { type: 'string' },
    offset: { type: 'string' },
    processes: { type: 'string' },
    store: { type: 'string' },
    foreign: { type: 'string' },
    kind: { type: 'string' },
    hidden: { type: 'string' },
    'retry-after': { type: 'boolean' },
    silent: { type: 'boolean' },
    cdn: { type: 'boolean' },
    window: { type: 'string' },
    only: { type: 'string' },
    parallel: { type: 'string', default: '4' },
    save: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});

installPeers();
// Imports the peers, which are installed only now.
const { contestants } = await import('./rate-limit/contestants.ts');
const wanted = options.only?.split(',');
const names = Object.keys(contestants).filter((name) => wanted?.some((start) => name.startsWith(start)) ?? true);

const only = (chapter: Chapter): Chapter => ({
  ...chapter,
  contestants: chapter.contestants.filter((name) => names.includes(name)),
});
const scenario = describedScenario();
const matrix = (scenario ? [{ title: titleOf(scenario), scenario, contestants: names }] : chapters(names)).map(only);

const results = new Map(matrix.map((chapter) => [chapter, new Map<string, Result>()]));
const jobs = matrix.flatMap((chapter) => chapter.contestants.map((contestant) => ({ chapter, contestant })));
const total = jobs.length;
const workers = Number(options.parallel);
let finished = 0;
await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
// Runs end in any order. The tables keep the order of the contestants.
const rows = [...results].flatMap(([{ title }, outcome]) =>
  names.flatMap((name) => {
    const result = outcome.get(name);
    if (!result) return [];
    const { done, failed, unfinished, refused } = result;
    return [{ title, name, done, failed, unfinished, refused, ratio: failed + unfinished > 0 ? null : result.ratio }];
  }),
);
print(rateLimitTables(rows));
if (options.save) saveResults('rate-limit', rows);

/** Shifts the windows of each worker by a second, so that parallel runs don't burst at the same time. */
async function work(worker: number): Promise<void> {
  for (let job = jobs.shift(); job; job = jobs.shift()) {
    const { chapter, contestant } = job;
    // A run that fails leaves a gap in the table. The other runs continue.
    const result = await run(contestant, chapter.scenario, worker * 1000).catch((error: unknown) => {
      process.exitCode = 1;
      console.error(`${chapter.title}: ${contestant}:`, error);
    });
    finished += 1;
    if (!result) continue;
    results.get(chapter)?.set(contestant, result);
    const progress = `${finished} of ${total}  ${chapter.title}: ${contestant}`;
    if (options.verbose) console.error(progress, result);
    else if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${progress}`);
  }
}

/** The scenario that the options describe; `undefined` if they describe none. */
function describedScenario(): Scenario | undefined {
  const { calls, offset, processes, store, foreign, kind, hidden, window, silent, cdn } = options;
  const retryAfter = options['retry-after'];
  if (
    [calls, offset, processes, store, foreign, kind, hidden, window, retryAfter, silent, cdn].every(
      (option) => option === undefined,
    )
  ) {
    return undefined;
  }
  if (!(Number(calls ?? plain.calls) > plain.limit))
    throw new Error('--calls must be greater than 100. Otherwise no call has to wait.');
  if (foreign !== undefined && kind !== undefined && kind !== 'aligned')
    throw new Error('--foreign requires windows that follow the clock.');
  return {
    ...plain,
    calls: Number(calls ?? plain.calls),
    offset: milliseconds(offset ?? '0s'),
    processes: Number(processes ?? 1),
    store: oneOf(['none', 'redis', 'sqlite'], store ?? 'none'),
    foreign: oneOf(['none', 'spread', 'burst'], foreign ?? 'none'),
    kind: oneOf(['aligned', 'first-request', 'sliding'], kind ?? 'aligned'),
    hidden: oneOf(['none', 'concurrency', 'rate', 'bucket'], hidden ?? 'none'),
    window: Number(window ?? plain.window),
    retryAfter: retryAfter ?? false,
    silent: silent ?? false,
    cdn: cdn ?? false,
  };
}

function titleOf({
  calls,
  processes,
  store,
  offset,
  kind,
  foreign,
  hidden,
  retryAfter,
  window,
  silent,
  cdn,
}: Scenario): string {
  return [
    `${calls} calls at once`,
    `windows of ${window} ms (${kind})`,
    ...(processes > 1 ? [`${processes} processes ${store === 'none' ? 'that share nothing' : `with ${store}`}`] : []),
    ...(offset ? [`clock off by ${offset / 1000} s`] : []),
    ...(foreign === 'none' ? [] : [`foreign client (${foreign})`]),
    ...(hidden === 'none' ? [] : [`a hidden limit of the ${hidden}`]),
    ...(retryAfter ? ['Retry-After'] : []),
    ...(silent ? ['no headers'] : []),
    ...(cdn ? ['a CDN'] : []),
  ].join(', ');
}

function milliseconds(offset: string): number {
  const [, value, unit] = /^([+-]?\d+)(s|min)$/.exec(offset) ?? [];
  if (value === undefined) throw new Error(`--offset must look like +20s or -10min, not ${offset}.`);
  return Number(value) * (unit === 's' ? 1000 : 60_000);
}

function oneOf<T extends string>(choices: readonly T[], given: string): T {
  const choice = choices.find((each) => each === given);
  if (choice === undefined) throw new Error(`Expected one of ${choices.join(', ')}, got ${given}.`);
  return choice;
}
