/**
 * What it takes to read 2 000 items: how many requests, and how many items are lost or repeated, while the list rests and
 * while it changes; and how long it takes, compared with an ideal client that makes as many parallel requests. Then how much
 * heap a list of a million items uses, and how much CPU one of 200 000 takes. `npm run bench:pagination -- [--save]`
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ideal, pageByPage, sdk, type Read } from './pagination/clients.ts';
import { saveResults } from './shared/results.ts';
import { print, walkTables, type WalkRow } from './shared/figure-tables.ts';

const walks = 200;
const length = 2_000;
const parallel = 8;

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const server = fork(here('pagination/server.ts'));
// The server's only message is its port.
const [port] = (await once(server, 'message')) as [number];
const url = `http://127.0.0.1:${port}`;

const results = [...(await readMoving()), await measureTime(50), await readMillion(1_000_000), await measureCpu()];
server.disconnect();
saveResults('pagination', results);

async function readMoving(): Promise<object[]> {
  const clients: [string, Read][] = [
    ['page by page, 20 items', pageByPage(20)],
    ['page by page, 100 items', pageByPage(100)],
    ['@example/sdk', sdk()],
    ['@example/sdk, prefetch: 8', sdk(parallel)],
  ];
  const rows: WalkRow[] = [];
  for (const changes of [0, 15]) {
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
  }
  print(walkTables(rows));
  return rows.map((row) => ({ what: 'a moving list', ...row }));
}

async function stayed(list: string): Promise<string[]> {
  return (await (await fetch(`${list}/stayed`)).json()) as string[];
}

async function measureTime(latency: number): Promise<object> {
  const list = `${url}/${latency}/${length}/0/time`;
  const [floors, times]: [number[], number[]] = [[], []];
  // Both open their connections and are compiled before they are measured. Then they take turns.
  for (let round = -1; round < 7; round += 1) {
    const [floor, time] = [await timed(ideal(parallel), list), await timed(sdk(parallel), list)];
    if (round < 0) continue;
    floors.push(floor);
    times.push(time);
  }
  // Other load on the machine can only add time, so the best round of each says most.
  const [floor, time] = [Math.min(...floors), Math.min(...times)];
  const ratio = time / floor;
  console.log(
    `\nThe time, with ${latency} ms latency and prefetch: ${parallel}: ${ratio.toFixed(2)} × that of an ideal client`,
  );
  return { what: 'time', name: '@example/sdk', length, latency, parallel, time, ideal: floor, ratio };
}

async function timed(read: Read, list: string): Promise<number> {
  const start = performance.now();
  const { ids } = await read(list);
  const time = performance.now() - start;
  if (ids.length !== length) throw new Error(`${ids.length} items were read, not ${length}.`);
  return time;
}

async function readMillion(items: number): Promise<object> {
  const child = fork(here('pagination/heap.ts'), [url, String(items), String(parallel)], { execArgv: ['--expose-gc'] });
  // Its only message is the growth.
  const [heap] = (await once(child, 'message')) as [number];
  console.log(`\nThe heap, after ${items.toLocaleString('en')} items: ${(heap / 1e6).toFixed(0)} MB more`);
  return { what: 'heap', name: '@example/sdk', items, at: 'end', heap };
}

async function measureCpu(): Promise<object> {
  const child = fork(here('pagination/cpu.ts'));
  // Its only message is the ratio.
  const [ratio] = (await once(child, 'message')) as [number];
  console.log(`\nThe CPU, for 200,000 items: ${ratio.toFixed(1)} × that of a generator that only parses the pages`);
  return { what: 'cpu', name: '@example/sdk', items: 200_000, ratio };
}
