// What the playground's editor costs a visitor: `npm run site:build && node bench/editor.ts`. Needs Chromium.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import { gzipSync } from 'node:zlib';
import { launch } from '../test/support/chromium.ts';

const dist = new URL('../site/dist/', import.meta.url);
const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };
const runs = 5;

let bytes = 0;
const server = createServer(({ url = '/' }, response) => {
  const path = url.replace('/js-sdk/', '').replace(/(^|\/)$/, '$1index.html');
  readFile(new URL(path, dist)).then(
    (content) => {
      bytes += gzipSync(content, { level: 9 }).length;
      response.setHeader('Content-Type', types[extname(path)] ?? 'application/octet-stream').end(content);
    },
    () => response.writeHead(404).end(),
  );
}).listen(0, '127.0.0.1');
await once(server, 'listening');
// A server that listens on TCP has a port.
const { port } = server.address() as AddressInfo;

const browser = await launch();
const waits: number[] = [];
let [before, after] = [0, 0];
for (let run = 0; run < runs; run++) {
  const page = await browser.newPage();
  bytes = 0;
  await page.goto(`http://127.0.0.1:${port}/js-sdk/playground/`, { waitUntil: 'networkidle' });
  before = bytes;
  const start = performance.now();
  await page.fill('.cm-content', `import { Client } from '@example/sdk';\nnew Client().users`);
  await page.keyboard.press('Control+End');
  await page.getByText('F1 describes').waitFor();
  await page.keyboard.type('.');
  await page.waitForSelector('.cm-completionLabel');
  waits.push(performance.now() - start);
  after = bytes;
  await page.close();
}
await browser.close();
server.close();

const kilobytes = (count: number) => `${Math.round(count / 1000)} kB`;
const [median = 0] = waits.toSorted((a, b) => a - b).slice(Math.floor(runs / 2));
console.log(`Loaded before the editor is touched: ${kilobytes(before)} gzipped`);
console.log(`Loaded in all after the first completion: ${kilobytes(after)} gzipped`);
console.log(`From the first focus to the first completion: ${Math.round(median)} ms, the median of ${runs} runs`);
