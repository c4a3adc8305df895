/** What happens when you make many calls at once, for all clients side by side. `npm run bench rate-limit -- [--save]` */
import { run, type Result } from './rate-limit/run.ts';
import { chapters } from './rate-limit/scenarios.ts';
import { contestants } from './shared/clients.ts';
import { installTools } from '../test/support/tools.ts';
import { saveResults } from './shared/results.ts';
import { print, rateLimitTables } from './shared/tables.ts';

installTools('all');
const workers = 15;
const names = Object.keys(contestants);
const matrix = chapters(names);

const results = new Map(matrix.map((chapter) => [chapter, new Map<string, Result>()]));
// The longest first.
const jobs = matrix
  .toSorted((a, b) => b.scenario.calls - a.scenario.calls)
  .flatMap((chapter) => chapter.contestants.map((contestant) => ({ chapter, contestant })));
await Promise.all(Array.from({ length: workers }, work));
// Runs end in any order. The tables keep the order of the contestants.
const rows = [...results].flatMap(([{ title }, outcome]) =>
  names.flatMap((name) => {
    const result = outcome.get(name);
    return result ? [{ title, name, ...result }] : [];
  }),
);
print(rateLimitTables(rows));
saveResults('rate-limit', rows);

/** Spreads the windows of the workers over the minute, so that parallel runs don't burst at the same time. */
async function work(_: unknown, worker: number): Promise<void> {
  for (let job = jobs.shift(); job; job = jobs.shift()) {
    const { chapter, contestant } = job;
    // A run that fails leaves a gap in the table. The other runs continue.
    const result = await run(contestant, chapter.scenario, (worker * 60_000) / workers).catch((error: unknown) => {
      process.exitCode = 1;
      console.error(`${chapter.title}: ${contestant}:`, error);
    });
    if (result) results.get(chapter)?.set(contestant, result);
  }
}
