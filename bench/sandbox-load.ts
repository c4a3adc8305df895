/**
 * How many requests per second the local API can answer: `npm run bench:sandbox`.
 *
 * Starts the built `example-sandbox` as its users do. Then sends requests at a constant rate, without waiting for earlier
 * answers: nine tenths read projects, one tenth creates users. The exit code is 1 if a request failed.
 *
 *   --rate <n>     requests per second (default: 2000)
 *   --seconds <n>  duration (default: 10)
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

type Child = ChildProcessByStdio<null, Readable, null>;

const { values } = parseArgs({
  options: { rate: { type: 'string', default: '2000' }, seconds: { type: 'string', default: '10' } },
});
const rate = Number(values.rate);
const seconds = Number(values.seconds);
const cli = fileURLToPath(new URL('../sandbox/dist/cli.js', import.meta.url));
const token = 'sandbox_token';
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

async function start(): Promise<{ child: Child; url: string }> {
  const args = ['--port', '0', '--token', token, '--rate-limit', '100000000/h', '--quiet'];
  const child = spawn(process.execPath, [cli, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  for await (const chunk of child.stdout) {
    text += String(chunk);
    const url = /URL +(http:\S+)/.exec(text)?.[1];
    if (url === undefined) continue;
    await send(url, 0);
    return { child, url };
  }
  throw new Error(`example-sandbox exited before it was ready. Its output: ${text}`);
}

async function stop(child: Child): Promise<void> {
  child.kill('SIGTERM');
  await once(child, 'exit');
}

/** Sends one request. Resolves when the answer has been read; rejects if it is not a success. */
function send(url: string, index: number): Promise<void> {
  const create = index % 10 === 9;
  const body = create
    ? JSON.stringify({ name: 'Load Test', email: `load-${index}@example.com`, password: 'secure_password' })
    : undefined;
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': body.length }),
    };
    const path = create ? '/users' : `/projects?per_page=20&page=${(index % 5) + 1}`;
    request(`${url}${path}`, { agent, method: create ? 'POST' : 'GET', headers }, (response) => {
      response.resume();
      response.on('end', () => {
        if (response.statusCode === (create ? 201 : 200)) resolve();
        else reject(new Error(`status ${String(response.statusCode)}`));
      });
      response.on('error', reject);
    })
      .on('error', reject)
      .end(body);
  });
}

/** Resident memory of a process in MB; `undefined` without /proc. */
async function memory(pid: number | undefined): Promise<number | undefined> {
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8').catch(() => '');
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Math.round(Number(kilobytes) / 1024);
}

/** Milliseconds of CPU time that a process has used; `undefined` without /proc. */
async function cpu(pid: number | undefined): Promise<number | undefined> {
  const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => undefined);
  // After the name, which may contain spaces: user and system time are the 12th and 13th, in hundredths of a second.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields && (Number(fields[11]) + Number(fields[12])) * 10;
}

const { child, url } = await start();
const latencies: number[] = [];
const failures = new Map<string, number>();
const underWay = new Set<Promise<void>>();
const begin = performance.now();
let sent = 0;
let second = 0;
while (second < seconds) {
  const elapsed = performance.now() - begin;
  for (const due = Math.min(elapsed, seconds * 1000) * (rate / 1000); sent < due; sent++) {
    const at = performance.now();
    const call = send(url, sent + 1)
      .then(() => void latencies.push(performance.now() - at))
      .catch((error: unknown) => void failures.set(String(error), (failures.get(String(error)) ?? 0) + 1))
      .finally(() => underWay.delete(call));
    underWay.add(call);
  }
  if (elapsed >= (second + 1) * 1000) {
    second += 1;
    console.log(
      `${String(second).padStart(3)} s  ${String(latencies.length).padStart(7)} answered  ` +
        `${String(underWay.size).padStart(5)} in flight  ${String((await memory(child.pid)) ?? '?').padStart(5)} MB`,
    );
  }
  await sleep(1);
}
await Promise.all(underWay);
const used = await cpu(child.pid);
const took = (performance.now() - begin) / 1000;
latencies.sort((a, b) => a - b);
const quantile = (share: number) => (latencies[Math.floor(latencies.length * share)] ?? NaN).toFixed(1);

console.log(
  `\n${sent} requests in ${took.toFixed(2)} s, ${(latencies.length / took).toFixed(0)} answered per second; ` +
    `latency ${quantile(0.5)} ms median, ${quantile(0.99)} ms p99`,
);
if (used !== undefined) {
  console.log(
    `${(used / sent).toFixed(3)} ms of CPU time per request: one core can answer ${((1000 * sent) / used).toFixed(0)} per second`,
  );
}
console.log(failures.size === 0 ? 'no errors' : [...failures].map(([what, count]) => `${count} × ${what}`).join('\n'));

agent.destroy();
await stop(child);
process.exitCode = failures.size === 0 ? 0 : 1;
