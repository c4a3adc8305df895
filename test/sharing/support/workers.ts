import { fileURLToPath } from 'node:url';
import { start } from '../../support/child-process.ts';

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
  | { readonly kind: 'node-redis' | 'ioredis' | 'cluster'; readonly url: string }
  | { readonly kind: 'sqlite'; readonly path: string };

/** What became of a process's calls. */
export interface Report {
  done: number;
  /** The error of each call that failed. */
  readonly failed: string[];
  /** How often the store did not answer in time, as it may on a busy machine. */
  outages: number;
}

const program = fileURLToPath(new URL('./processes/worker.ts', import.meta.url));

/** A process that works, and the report that it ends with. */
export class Worker {
  readonly report: Promise<Report>;
  /** Ends it at once, as a crash would. */
  readonly kill: () => void;

  constructor(work: Work) {
    const args = ['--disable-warning=ExperimentalWarning', program, JSON.stringify(work)];
    const child = start(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.kill = () => child.kill();
    this.report = new Promise((resolve, reject) => {
      child.on('message', (message) => resolve(message as Report)); // all that the program sends
      // At 'exit', the report can still be on its way: 'close' comes after it.
      child.once('close', (code, signal) => reject(new Error(`The process ended with ${code ?? signal}.`)));
    });
    // A process that is killed leaves no report.
    this.report.catch(() => undefined);
  }

  static startAll(works: readonly Work[]): Worker[] {
    return works.map((work) => new Worker(work));
  }
}
