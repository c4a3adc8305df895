import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What a process is to do. */
export interface Work {
  readonly baseUrl: string;
  readonly apiToken: string;
  readonly calls: number;
  /** Milliseconds of a window of the API. */
  readonly window: number;
  /** Shares the limit with other processes; absent if it does not. */
  readonly store?: StorePlace | undefined;
}

/** Where the shared state is kept. */
export type StorePlace =
  | { readonly kind: 'node-redis' | 'ioredis'; readonly url: string }
  | { readonly kind: 'cluster'; readonly urls: readonly string[] }
  | { readonly kind: 'sqlite'; readonly path: string };

/** What became of a process's calls. */
export interface Report {
  done: number;
  /** The error of each call that failed. */
  readonly failed: string[];
  /** How often the API answered 429. */
  refused: number;
  /** How often the store did not answer in time, as it may on a busy machine. */
  outages: number;
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

const program = fileURLToPath(new URL('./processes/worker.ts', import.meta.url));

/** A process that works, and the report that it ends with. */
export class Worker {
  readonly report: Promise<Report>;
  readonly #process: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#process = child;
    this.report = new Promise((resolve, reject) => {
      // The program sends one object.
      child.on('message', (message) => typeof message === 'object' && resolve(message as Report));
      // At 'exit', the report can still be on its way: 'close' comes after it.
      child.once('close', (code, signal) => reject(new Error(`The process ended with ${code ?? signal}.`)));
    });
    // A process that is killed leaves no report.
    this.report.catch(() => undefined);
  }

  /** Starts processes, and lets them begin at the same time. */
  static async startAll(works: readonly Work[]): Promise<Worker[]> {
    const workers = await Promise.all(works.map((work) => Worker.#start(work)));
    for (const worker of workers) worker.#process.send('go');
    return workers;
  }

  static async #start(work: Work): Promise<Worker> {
    const child = fork(program, [JSON.stringify(work)], { execArgv: ['--disable-warning=ExperimentalWarning'] });
    running.add(child);
    child.once('exit', () => running.delete(child));
    const worker = new Worker(child);
    await Promise.race([once(child, 'message'), worker.report]);
    return worker;
  }

  /** Ends it at once, as a crash would. */
  kill(): void {
    this.#process.kill('SIGKILL');
  }
}
