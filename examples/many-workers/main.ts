// Four processes on one token, a live line each. Needs a Redis or Valkey server (REDIS_URL), and an API:
// EXAMPLE_API_TOKEN, with EXAMPLE_BASE_URL for the local one (`npx @example/sandbox`).
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { lineOf, type Progress } from './progress.ts';

const calls = process.argv[2] ?? '50';
const workers = ['one  ', 'two  ', 'three', 'four '];
const lines = new Map<string, string>();

const started = performance.now();
const codes = await Promise.all(
  workers.map((name) => {
    const worker = fork(fileURLToPath(new URL('worker.ts', import.meta.url)), [name, calls]);
    // Only worker.ts sends to this process.
    worker.on('message', (message) => show(message as Progress));
    return new Promise((resolve) => worker.once('exit', resolve));
  }),
);

if (!process.stdout.isTTY) console.log([...lines.values()].join('\n'));
console.log(`Done in ${((performance.now() - started) / 1000).toFixed(1)} s.`);
process.exitCode = codes.every((code) => code === 0) ? 0 : 1;

function show(progress: Progress): void {
  const isFirst = lines.size === 0;
  for (const name of isFirst ? workers : [progress.name])
    lines.set(name, name === progress.name ? lineOf(progress) : name);
  if (!process.stdout.isTTY) return;
  const up = isFirst ? '' : `\u001B[${workers.length}A`;
  console.log(up + [...lines.values()].map((line) => `\u001B[2K${line}`).join('\n'));
}
