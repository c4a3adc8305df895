/** What 100 000 calls cost that wait for the rate limit. `npm run bench:waiting -- [--calls 100000] [--save]` */
import { parseArgs } from 'node:util';
import { saveResults } from './shared/results.ts';
import { loadSdk } from './shared/sdk.ts';
import { print, waitingTable } from './shared/figure-tables.ts';

const { values: options } = parseArgs({
  options: {
    calls: { type: 'string', default: '100000' },
    save: { type: 'boolean', default: false },
  },
});
const calls = Number(options.calls);
const { Client } = await loadSdk();
const settled = () => undefined;

const measured = [
  await measure('each on its own'),
  await measure('that share one `AbortSignal`', new AbortController()),
];
const results = measured.map((each) => ({ calls, ...each }));
print([waitingTable(results)]);
if (options.save) saveResults('waiting', results);
process.exit();

/** Queues the calls of a client whose window is used up, and aborts them if they have a signal. */
async function measure(what: string, controller?: AbortController) {
  const headers = { 'x-ratelimit-limit': '1', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '3600' };
  const user = { id: 'user_1', name: 'John Doe', email: 'john@example.com', created_at: '2024-01-01T00:00:00Z' };
  const client = new Client({
    apiToken: controller ? 'sk_shared' : 'sk_single',
    rateLimit: { limit: 1 },
    logLevel: 'off',
    fetch: () => Promise.resolve(Response.json(user, { headers })),
  });
  await client.users.get('user_1');
  const ids = Array.from({ length: calls }, (_, index) => `user_${index}`);
  const results: unknown[] = new Array(calls);

  const bytes = heap();
  const start = performance.now();
  for (const [index, id] of ids.entries()) {
    results[index] = client.users.get(id, { signal: controller?.signal }).then(settled, settled);
  }
  const queued = performance.now();
  const each = (heap() - bytes) / calls;
  const abort = performance.now();
  controller?.abort();
  await (controller && Promise.all(results));
  const aborted = performance.now();
  if (client.rateLimit?.waiting !== (controller ? 0 : calls)) throw new Error('The calls did not wait.');
  return { what, queued: queued - start, aborted: controller ? aborted - abort : null, bytes: each };
}

function heap(): number {
  if (globalThis.gc === undefined) throw new Error('Run it with --expose-gc.');
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}
