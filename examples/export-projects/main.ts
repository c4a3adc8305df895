// Writes every project to a file, one JSON object a line. Ctrl-C stops it, and so does a failure; run it again, and it
// goes on where it stopped.
//
//   node examples/export-projects/main.ts [projects.jsonl]
//
// Needs EXAMPLE_API_TOKEN (and EXAMPLE_BASE_URL for the local API).
import { appendFileSync } from 'node:fs';
import { Client } from '@example/sdk';
import { openExport } from './export-file.ts';
import { Progress } from './progress.ts';

const file = process.argv[2] ?? 'projects.jsonl';
const per_page = 100;

const exported = openExport(file);
const progress = new Progress(process.stdout, exported.size);
const stop = new AbortController();
process.once('SIGINT', () => stop.abort()); // a second Ctrl-C ends it at once

const client = new Client();
client.on('rateLimitWait', ({ delay }) => progress.waiting(delay));

try {
  // The page where the last run stopped. If the list has moved since, it may be an earlier one: go back until the page
  // holds something that the file has.
  let page = Math.max(1, Math.ceil(exported.size / per_page));
  const from = (page: number) => client.projects.list({ page, per_page }, { prefetch: 4, signal: stop.signal });
  let list = from(page);
  while (page > 1 && !(await list).data.some(({ id }) => exported.has(id))) list = from(--page);

  for await (const { data, meta } of list.pages()) {
    const fresh = data.filter(({ id }) => !exported.has(id));
    for (const { id } of fresh) exported.add(id);
    appendFileSync(file, fresh.map((project) => `${JSON.stringify(project)}\n`).join(''));
    progress.at(exported.size, meta.total_count);
  }
  progress.end(`${exported.size} projects are in ${file}.`);
} catch (error) {
  const why = stop.signal.aborted ? 'Stopped' : `Failed (${String(error)})`;
  progress.end(`${why} with ${exported.size} projects in ${file}. Run it again to go on.`);
  process.exitCode = stop.signal.aborted ? 130 : 1;
}
