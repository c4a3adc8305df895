import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startRedis } from '../../test/support/redis-server.ts';
import type { StorePlace } from '../shared/clients.ts';
import type { ServerOptions } from './server.ts';
import type { Assignment, WorkerReport } from './worker.ts';

/** The task, the same for each contestant. */
export interface Scenario extends Omit<ServerOptions, 'shift'> {
  /** Calls that start at once, in all processes together. */
  readonly calls: number;
  readonly processes: number;
  /** What the processes share the limit through, if they do. */
  readonly store: 'none' | 'redis' | 'sqlite';
  /** Milliseconds by which the client's clock is wrong. */
  readonly offset: number;
}

export interface Result extends Pick<WorkerReport, 'done' | 'failed' | 'unfinished'> {
  /** 429s, as the server counted them. */
  readonly refused: number;
  /** From the first call to the end of the last. */
  readonly minutes: number;
}

/** A run ends after this multiple of the windows that it needs. */
const patience = 3;

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Runs a scenario with one contestant, against a new server whose windows are shifted by `shift` ms. */
export async function run(contestant: string, scenario: Scenario, shift: number): Promise<Result> {
  const { calls, processes, offset, ...rest } = scenario;
  const options: ServerOptions = { ...rest, shift };
  const allowed = patience * Math.ceil(calls / rest.limit) * rest.window;
  await using resources = new AsyncDisposableStack();
  const start = (file: string, argument: object, settings = {}): ChildProcess =>
    resources.adopt(fork(here(file), [JSON.stringify(argument)], settings), (child) => void child.kill());
  const store = await startStore(scenario.store, resources);
  const server = start('server.ts', options);
  const port = await message<number>(server);
  const workers = Array.from({ length: processes }, (_, i) => {
    const share = Math.floor((calls + i) / processes);
    const assignment: Assignment = { contestant, calls: share, port, store, patience: allowed };
    return start('worker.ts', assignment, {
      execArgv: ['--import', here('clock-offset.ts')],
      env: { ...process.env, CLOCK_OFFSET: String(offset) },
    });
  });
  await Promise.all(workers.map((worker) => message(worker)));
  await sleep(untilEarlyInWindow(options, Date.now()));
  for (const worker of workers) worker.send('go');
  // A client that keeps its process too busy to report must not block the other runs.
  const signal = AbortSignal.timeout(allowed + 20_000);
  const reports = await Promise.all(workers.map((worker) => message<WorkerReport>(worker, signal)));

  server.send('report');
  const refused = await message<number>(server);
  const all = (figure: keyof WorkerReport) => reports.map((report) => report[figure]);
  const sum = (figure: keyof WorkerReport) => all(figure).reduce((total, each) => total + each, 0);
  const minutes = (Math.max(...all('ended')) - Math.min(...all('started'))) / 60_000;
  return { done: sum('done'), failed: sum('failed'), unfinished: sum('unfinished'), refused, minutes };
}

/** Each run starts when a twentieth of a window has passed, so that all have the same time ahead of them. */
function untilEarlyInWindow({ window, shift }: ServerOptions, now: number): number {
  const passed = (((now - shift) % window) + window) % window;
  return window - passed + window / 20;
}

/** The next message of a child process. Its type is the one that the child's file declares. */
async function message<T>(child: ChildProcess, signal?: AbortSignal): Promise<T> {
  // At 'exit', a message can still be on its way: 'close' comes after it.
  const ended = once(child, 'close').then(([code]) => {
    throw new Error(`A benchmark process exited with code ${String(code)} before it reported.`);
  });
  // The loser of the race must not become an unhandled rejection.
  ended.catch(() => undefined);
  const [value] = (await Promise.race([once(child, 'message', { signal }), ended])) as [T];
  return value;
}

async function startStore(kind: Scenario['store'], resources: AsyncDisposableStack): Promise<StorePlace | undefined> {
  if (kind === 'none') return undefined;
  if (kind === 'redis') return { redis: resources.use(await startRedis()).url };
  const folder = await mkdtemp(join(tmpdir(), 'bench-sqlite-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  return { sqlite: join(folder, 'rate-limit.db') };
}
