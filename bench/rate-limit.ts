/**
 * What happens when you make many calls at once, for all clients side by side: `npm run bench:rate-limit`
 *
 * `--only ky,openai` (prefixes of names) restricts the clients, `--title 300` (a part of it) the cases. `--save` writes
 * `bench/results/rate-limit.json`.
 */
import { parseArgs } from 'node:util';
import { run, type Result } from './rate-limit/run.ts';
import { chapters } from './rate-limit/scenarios.ts';
import { installPeers } from './shared/peers.ts';
import { saveResults } from './shared/results.ts';
import { print, rateLimitTables } from './shared/figure-tables.ts';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    title: { type: 'string', default: '' },
    save: { type: 'boolean', default: false },
  },
});

installPeers();
// Imports the peers, which are installed only now.
const { contestants } = await import('./rate-limit/contestants.ts');
const wanted = options.only.split(',');
const names = Object.keys(contestants).filter((name) => wanted.some((start) => name.startsWith(start)));
const matrix = chapters(names).filter(({ title }) => title.includes(options.title));

const results = new Map(matrix.map((chapter) => [chapter, new Map<string, Result>()]));
const jobs = matrix.flatMap((chapter) => chapter.contestants.map((contestant) => ({ chapter, contestant })));
const total = jobs.length;
let finished = 0;
await Promise.all([0, 1, 2, 3].map(work));
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
saveResults('rate-limit', rows);

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
    if (process.stderr.isTTY)
      process.stderr.write(`\r\u001b[K${finished} of ${total}  ${chapter.title}: ${contestant}`);
  }
}
