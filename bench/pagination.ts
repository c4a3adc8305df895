/**
 * How long it takes to read 100 pages, compared with an ideal client that makes as many parallel requests; and how much
 * heap a list of a million items uses (`--items 0` skips that).
 * `npm run bench:pagination -- [--rounds 7] [--items 1000000] [--markdown]`
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ideal, perPage, sdk, type Read } from './pagination/clients.ts';
import { median } from './shared/statistics.ts';
import { table } from './shared/table.ts';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    items: { type: 'string', default: '1000000' },
    markdown: { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds);
const items = Number(options.items);
const pages = 100;
const target = 1.15;

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const server = fork(here('pagination/server.ts'));
// The server's only message is its port.
const [port] = (await once(server, 'message')) as [number];
const list = (latency: number, length: number): string => `http://127.0.0.1:${port}/${latency}/${length}`;

try {
  for (const latency of [20, 50]) await compare(latency);
  if (items > 0) await readMillion();
} finally {
  server.disconnect();
}

async function compare(latency: number): Promise<void> {
  const rows: string[][] = [];
  let sequential = Number.NaN;
  for (const parallel of [1, 2, 4, 8, 16]) {
    const floors: number[] = [];
    const times: number[] = [];
    // Both open their connections and are compiled before they are measured. Then they take turns.
    for (const read of [ideal, sdk]) await timed(read, latency, parallel);
    for (let round = 0; round < rounds; round += 1) {
      floors.push(await timed(ideal, latency, parallel));
      times.push(await timed(sdk, latency, parallel));
    }
    // Other load on the machine can only add time, so the best round of each says most.
    const [floor, time] = [Math.min(...floors), Math.min(...times)];
    if (parallel === 1) sequential = time;
    const ratio = time / floor;
    rows.push([
      parallel === 1 ? 'one page at a time' : `prefetch: ${parallel}`,
      ratio.toFixed(2) + (ratio <= target ? '' : ' !'),
      median(times.map((each, round) => each / (floors[round] ?? Number.NaN))).toFixed(2),
      time.toFixed(0),
      floor.toFixed(0),
      `${(sequential / time).toFixed(1)} ×`,
    ]);
  }
  console.log(`\n${pages} pages, ${latency} ms latency; the target is at most ${target} × the ideal time\n`);
  console.log(table(['', '× ideal', 'median', 'ms', 'ideal, ms', 'speed-up'], rows, options));
}

async function timed(read: Read, latency: number, parallel: number): Promise<number> {
  const start = performance.now();
  const count = await read(list(latency, pages * perPage), parallel);
  const time = performance.now() - start;
  if (count !== pages * perPage) throw new Error(`${count} items were read, not ${pages * perPage}.`);
  return time;
}

async function readMillion(): Promise<void> {
  const measured: [number | 'end', number][] = [];
  const child = fork(here('pagination/heap.ts'), [list(0, items), '8', String(items / 5)], {
    execArgv: ['--expose-gc'],
  });
  child.on('message', (message) => measured.push(message as [number | 'end', number]));
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`Reading failed with exit code ${String(code)}.`);
  const before = measured[0]?.[1] ?? Number.NaN;
  const rows = measured.map(([count, heap]) => [
    count === 0 ? 'before' : count === 'end' ? 'after' : `at ${count.toLocaleString('en')}`,
    (heap / 2 ** 20).toFixed(2),
    ((heap - before) / 2 ** 20).toFixed(2),
  ]);
  console.log(
    `\n${items.toLocaleString('en')} items, 100 per page, prefetch: 8; heap after a full garbage collection\n`,
  );
  console.log(table(['', 'MB', 'growth, MB'], rows, options));
}
