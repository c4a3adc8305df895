/**
 * What it takes to read 2 000 items: how many requests, and how many items are lost or repeated, while the list rests and
 * while it changes. Then how much heap a list of a million items uses. `npm run bench pagination -- [--save]`
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { pageByPage, sdk, type Read } from './pagination/clients.ts';
import { saveResults } from './shared/results.ts';
import { print, walkTables, type WalkRow } from './shared/tables.ts';

const walks = 200;
const length = 2_000;
const parallel = 8;

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const server = fork(here('pagination/server.ts'));
// The server's only message is its port.
const [port] = (await once(server, 'message')) as [number];
const url = `http://127.0.0.1:${port}`;

const results = [...(await readMoving()), await readMillion(1_000_000)];
server.disconnect();
saveResults('pagination', results);

async function readMoving(): Promise<WalkRow[]> {
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
        const list = `${url}/${length}/${changes}/${walk * 10 + index}`;
        const reading = await read(list);
        const seen = new Set(reading.ids);
        requests.push(reading.requests);
        repeated += reading.ids.length - seen.size;
        if (changes > 0) lost += (await stayed(list)).filter((id) => !seen.has(id)).length;
        else lost += length - seen.size;
      }
      const mean = requests.reduce((sum, count) => sum + count, 0) / requests.length;
      const most = Math.max(...requests);
      rows.push({ what: 'a moving list', name, length, changes, walks, requests: mean, most, lost, repeated });
    }
  }
  print(walkTables(rows));
  return rows;
}

async function stayed(list: string): Promise<string[]> {
  return (await (await fetch(`${list}/stayed`)).json()) as string[];
}

async function readMillion(items: number): Promise<object> {
  const child = fork(here('pagination/heap.ts'), [url, String(items)], { execArgv: ['--expose-gc'] });
  // Its only message is the growth.
  const [heap] = (await once(child, 'message')) as [number];
  console.log(`\nThe heap, after ${items.toLocaleString('en')} items: ${(heap / 1e6).toFixed(0)} MB more`);
  return { what: 'heap', name: '@example/sdk', items, heap };
}
