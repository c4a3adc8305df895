/**
 * How long `example-sandbox` takes from the start of its process until it says that it listens:
 * `npm run bench:sandbox-startup -- [--rounds 30] [--save]`
 *
 * Beside it run Node.js alone and a bare server on hono, which is what the sandbox is built on. The first start finds no
 * compiled code on the disk; a later one does. All take turns. The exit code is 1 if a later start takes more than 300 ms.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { saveResults } from './shared/results.ts';
import { median, quantile } from './shared/statistics.ts';
import { print, sandboxStartupTable } from './shared/figure-tables.ts';

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '30' }, save: { type: 'boolean', default: false } },
});

/** Milliseconds that a start may take. */
const target = 300;

const bareServer = `
  import { serve } from ${JSON.stringify(import.meta.resolve('@hono/node-server'))};
  import { Hono } from ${JSON.stringify(import.meta.resolve('hono'))};
  const app = new Hono().get('/v1/projects', (context) => context.json({ data: [] }));
  serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => console.log(port));
`;
const sandbox = [fileURLToPath(new URL('../sandbox/dist/cli.js', import.meta.url)), '--port', '0', '--quiet'];
const scratch = await mkdtemp(join(tmpdir(), 'sandbox-startup-'));

interface Start {
  readonly args: readonly string[];
  /** Directory of the compiled code. */
  readonly cache: (round: number) => string;
}

const later = () => join(scratch, 'later');
const starts: Readonly<Record<string, Start>> = {
  'Node.js alone': { args: ['--eval', 'console.log()'], cache: later },
  'a bare server on hono': { args: ['--input-type=module', '--eval', bareServer], cache: later },
  'example-sandbox, a later start': { args: sandbox, cache: later },
  'example-sandbox, the first start': { args: sandbox, cache: (round) => join(scratch, `first-${round}`) },
};

const times = new Map<string, number[]>(Object.keys(starts).map((name) => [name, []]));
// The first round only warms the file system's cache, and leaves the compiled code for later starts.
for (let round = 0; round <= Number(options.rounds); round += 1) {
  for (const [name, { args, cache }] of Object.entries(starts)) {
    const time = await timeOf(args, cache(round));
    if (round > 0) times.get(name)?.push(time);
  }
}
await rm(scratch, { recursive: true });

const rows = [...times].map(([name, each]) => ({
  name,
  time: median(each),
  low: quantile(each, 0.25),
  high: quantile(each, 0.75),
}));
print([sandboxStartupTable(rows)]);
if (options.save) saveResults('sandbox-startup', rows);
process.exitCode = median(times.get('example-sandbox, a later start') ?? []) <= target ? 0 : 1;

/** Milliseconds until the process prints something: that it listens. */
async function timeOf(args: readonly string[], cache: string): Promise<number> {
  const begin = performance.now();
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: cache },
  });
  const exited = once(child, 'exit');
  await once(child.stdout, 'data');
  const time = performance.now() - begin;
  child.kill('SIGTERM');
  await exited;
  return time;
}
