/** What happens when you make many calls at once, for all clients side by side. `npm run bench rate-limit -- [--save]` */
import { run, type Result, type Scenario } from './rate-limit/run.ts';
import { contestants } from './shared/clients.ts';
import { installTools } from '../test/support/tools.ts';
import { saveResults } from './shared/results.ts';
import { print, rateLimitTables } from './shared/tables.ts';

installTools('all');
const workers = 15;
const names = Object.keys(contestants);

/** The API as its reference describes it. */
const plain: Scenario = {
  ...{ limit: 100, window: 60_000, isShared: false },
  ...{ calls: 300, processes: 1, store: 'none', offset: 0 },
};
const own = ['@example/sdk'];
/** In other cases, the best of the others. */
const best = [...own, 'ky, 10 retries'];
const cases: readonly (readonly [title: string, changes: Partial<Scenario>, contestants: readonly string[]])[] = [
  ['300 calls at once', {}, names],
  ['1 000 calls at once', { calls: 1000 }, best],
  ['300 calls, the client’s clock 20 s ahead', { offset: 20_000 }, best],
  ['300 calls, the client’s clock 20 s behind', { offset: -20_000 }, best],
  ['300 calls by four processes that share a Redis server', { processes: 4, store: 'redis' }, own],
  ['300 calls by four processes that share a SQLite file', { processes: 4, store: 'sqlite' }, own],
  ['300 calls by four processes that share nothing', { processes: 4 }, best],
  ['300 calls while another program uses a third of the limit', { isShared: true }, best],
];

const runs = cases.flatMap(([title, changes, tried]) =>
  tried.map((name) => ({ title, name, scenario: { ...plain, ...changes }, result: undefined as Result | undefined })),
);
// The longest first.
const jobs = runs.toSorted((a, b) => b.scenario.calls - a.scenario.calls);
await Promise.all(Array.from({ length: workers }, work));
// Runs end in any order. The tables keep the order of the cases.
const rows = runs.flatMap(({ title, name, result }) => (result ? [{ title, name, ...result }] : []));
print(rateLimitTables(rows));
saveResults('rate-limit', rows);

/** Spreads the windows of the workers over the minute, so that parallel runs don't burst at the same time. */
async function work(_: unknown, worker: number): Promise<void> {
  for (let job = jobs.shift(); job; job = jobs.shift()) {
    const { title, name, scenario } = job;
    try {
      job.result = await run(name, scenario, (worker * 60_000) / workers);
    } catch (error) {
      // A run that fails leaves a gap in the table. The other runs continue.
      process.exitCode = 1;
      console.error(`${title}: ${name}:`, error);
    }
  }
}
