// The client process of a run: when it gets a message, it makes all its calls at once and reports how they ended.
import { once } from 'node:events';
import { contestants } from '../shared/clients.ts';

export interface Assignment {
  readonly contestant: string;
  readonly calls: number;
  readonly port: number;
  /** Milliseconds after which calls that are still in flight are counted as unfinished. */
  readonly patience: number;
}

export interface WorkerReport {
  readonly done: number;
  readonly failed: number;
  readonly unfinished: number;
  /** Milliseconds. */
  readonly started: number;
  readonly ended: number;
}

// Without a parent there is nobody to report to.
process.once('disconnect', () => process.exit());

const { contestant, calls, patience, port } = JSON.parse(process.argv[2] ?? '') as Assignment;
const call = await contestants[contestant]?.(port);
if (!call) throw new Error(`There is no contestant ${contestant}.`);

let done = 0;
let failed = 0;

process.send?.('ready');
await once(process, 'message');
const started = performance.now();
setTimeout(report, patience);
await Promise.all(Array.from({ length: calls }, attempt));
report();

async function attempt(_: unknown, index: number): Promise<void> {
  try {
    await call?.(`user_${index}`);
    done += 1;
  } catch {
    failed += 1;
  }
}

function report(): void {
  const unfinished = calls - done - failed;
  process.send?.({ done, failed, unfinished, started, ended: performance.now() } satisfies WorkerReport, () =>
    process.exit(),
  );
}
