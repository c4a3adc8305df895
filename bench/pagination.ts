/**
 * What it takes to read 2 000 items: how many requests, and how many items are lost or repeated, while the list rests and
 * while it changes; and how long it takes, compared with an ideal client that makes as many parallel requests. Then how much
 * heap a list of a million items uses (`--items 0` skips that).
 * `npm run bench:pagination -- [--walks 200] [--rounds 7] [--items 1000000] [--save]`
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ideal, pageByPage, sdk, type Read } from './pagination/clients.ts';
import { saveResults } from './shared/results.ts';
import { median } from './shared/statistics.ts';
import { table } from './shared/table.ts';
import { print, walkTables, type WalkRow } from './shared/figure-tables.ts';

const { values: options } = parseArgs({
  options: {
    walks: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '7' },
    items: { type: 'string', default: '1000000' },
    save: { type: 'boolean', default: false },
  },
});
const walks = Number(options.walks);
const rounds = Number(options.rounds);
const items = Number(options.items);
const length = 2_000;
const target = 1.1;

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const server = fork(here('pagination/server.ts'));
// The server's only message is its port.
const [port] = (await once(server, 'message')) as [number];
const url = `http://127.0.0.1:${port}`;

const results: object[] = [];
try {
  await readMoving();
  await measureTime(50);
  if (items > 0) await readMillion();
  if (options.save) saveResults('pagination', results);
} finally {
  server.disconnect();
}

async function readMoving(): Promise<void> {
  const clients: [string, Read][] = [
    ['page by page, 20 items', pageByPage(20)],
    ['page by page, 100 items', pageByPage(100)],
    ['@example/sdk', sdk()],
    ['@example/sdk, prefetch: 8', sdk(8)],
  ];
  for (const changes of [0, 2, 5, 15]) {
    const rows: WalkRow[] = [];
    for (const [index, [name, read]] of clients.entries()) {
      const requests: number[] = [];
      let [lost, repeated] = [0, 0];
      for (let walk = 1; walk <= (changes === 0 ? 1 : walks); walk++) {
        const list = `${url}/0/${length}/${changes}/${walk * 10 + index}`;
        const reading = await read(list);
        const seen = new Set(reading.ids);
        requests.push(reading.requests);
        repeated += reading.ids.length - seen.size;
        if (changes > 0) lost += (await stayed(list)).filter((id) => !seen.has(id)).length;
        else lost += length - seen.size;
      }
      const mean = requests.reduce((sum, count) => sum + count, 0) / requests.length;
      const most = Math.max(...requests);
      rows.push({ name, length, changes, walks, requests: mean, most, lost, repeated });
    }
    print(walkTables(rows));
    results.push(...rows.map((row) => ({ what: 'a moving list', ...row })));
  }
}

async function stayed(list: string): Promise<string[]> {
  return (await (await fetch(`${list}/stayed`)).json()) as string[];
}

async function measureTime(latency: number): Promise<void> {
  const rows: string[][] = [];
  const list = `${url}/${latency}/${length}/0/time`;
  for (const parallel of [1, 4, 8, 16]) {
    // By default, `for await` makes one request at a time.
    const clients = { floor: ideal(parallel), sdk: sdk(parallel === 1 ? 0 : parallel) };
    const [floors, times]: [number[], number[]] = [[], []];
    // Both open their connections and are compiled before they are measured. Then they take turns.
    for (let round = -1; round < rounds; round += 1) {
      const [floor, time] = [await timed(clients.floor, list), await timed(clients.sdk, list)];
      if (round < 0) continue;
      floors.push(floor);
      times.push(time);
    }
    // Other load on the machine can only add time, so the best round of each says most.
    const [floor, time] = [Math.min(...floors), Math.min(...times)];
    const ratio = time / floor;
    results.push({ what: 'time', name: '@example/sdk', length, latency, parallel, time, ideal: floor, ratio });
    rows.push([
      parallel === 1 ? 'one request at a time' : `prefetch: ${parallel}`,
      ratio.toFixed(2) + (ratio <= target || parallel !== 8 ? '' : ' !'),
      median(times.map((each, round) => each / (floors[round] ?? Number.NaN))).toFixed(2),
      time.toFixed(0),
      floor.toFixed(0),
    ]);
  }
  console.log(`\n${length} items, ${latency} ms latency; with prefetch: 8, the target is ${target} × the ideal time\n`);
  console.log(table(['', '× ideal', 'median', 'ms', 'ideal, ms'], rows));
}

async function timed(read: Read, list: string): Promise<number> {
  const start = performance.now();
  const { ids } = await read(list);
  const time = performance.now() - start;
  if (ids.length !== length) throw new Error(`${ids.length} items were read, not ${length}.`);
  return time;
}

async function readMillion(): Promise<void> {
  const measured: [number | 'end', number][] = [];
  const child = fork(here('pagination/heap.ts'), [url, String(items), '8', String(items / 5)], {
    execArgv: ['--expose-gc'],
  });
  child.on('message', (message) => measured.push(message as [number | 'end', number]));
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`Reading failed with exit code ${String(code)}.`);
  const before = measured[0]?.[1] ?? Number.NaN;
  results.push(
    ...measured.map(([at, heap]) => ({ what: 'heap', name: '@example/sdk', items, at, heap: heap - before })),
  );
  const rows = measured.map(([count, heap]) => [
    count === 0 ? 'before' : count === 'end' ? 'after' : `at ${count.toLocaleString('en')}`,
    (heap / 2 ** 20).toFixed(2),
    ((heap - before) / 2 ** 20).toFixed(2),
  ]);
  console.log(`\n${items.toLocaleString('en')} items, prefetch: 8; heap after a full garbage collection\n`);
  console.log(table(['', 'MB', 'growth, MB'], rows));
}
