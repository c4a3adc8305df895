// Writes every project to a file exactly once, one JSON object per line. You can stop or kill it at any moment. Run it
// again after that, or if it failed, and it continues where it left off.
//
//   node examples/export-projects/main.ts [projects.jsonl]
//
// Needs EXAMPLE_API_TOKEN (and EXAMPLE_BASE_URL for the local API).
import { Client } from '@example/sdk';
import { ExportFile } from './export-file.ts';

const file = process.argv[2] ?? 'projects.jsonl';
const exported = new ExportFile(file);
const stop = new AbortController();
process.once('SIGINT', () => stop.abort()); // a second Ctrl-C ends it immediately
if (exported.count > 0) console.log(`Going on after ${exported.count} projects.`);

const client = new Client();
client.on('rateLimitWait', ({ delay }) => console.log(`Rate limit: ${Math.ceil(delay / 1000)} s`));

try {
  const list = client.projects.list({}, { cursor: exported.cursor, prefetch: 4, signal: stop.signal });
  for await (const { data, meta, cursor } of list.pages()) {
    exported.append(data, cursor);
    console.log(`${exported.count} of ${meta.total_count}`);
  }
  console.log(`${exported.count} projects are in ${file}.`);
} catch (error) {
  const why = stop.signal.aborted ? 'Stopped' : `Failed (${String(error)})`;
  console.log(`${why} with ${exported.count} projects in ${file}. Run it again to go on.`);
  process.exitCode = stop.signal.aborted ? 130 : 1;
}
