// Four processes share the rate limit of one token. Start a Redis or Valkey server, and set REDIS_URL and
// EXAMPLE_API_TOKEN (and EXAMPLE_BASE_URL for the local API, `npx @example/sandbox`).
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const calls = process.argv[2] ?? '50';
const worker = fileURLToPath(new URL('worker.ts', import.meta.url));

const started = performance.now();
const ends = ['one', 'two', 'three', 'four'].map((name) => once(fork(worker, [name, calls]), 'exit'));
const codes = (await Promise.all(ends)).map(([code]) => code as number | null);

console.log(`Done in ${((performance.now() - started) / 1000).toFixed(1)} s.`);
process.exitCode = codes.every((code) => code === 0) ? 0 : 1;
