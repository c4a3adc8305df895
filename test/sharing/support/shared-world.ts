import type { Permit, RateLimiter, Verdict } from '../../../src/rate-limit/types.ts';
import { Scheduler } from '../../../src/rate-limit/scheduler.ts';
import { createRateLimitStore } from '../../../src/sharing/store-connection.ts';
import type { DocumentedOptions, DocumentedServer } from '../../rate-limit/model/documented-server.ts';
import { type CallRecord, documented, VirtualTime, SchedulerWorld } from '../../rate-limit/support/simulation.ts';
import { type Step, SimulatedStore } from './simulated-store.ts';

/** What a process may do differently from the others. */
interface ProcessOptions {
  readonly hasStore?: boolean;
  /** Another version of `rateLimitStep`. */
  readonly step?: Step;
}

/** Several processes on one token, with or without a store between them, in virtual time. */
export class SharedWorld {
  readonly time = new VirtualTime();
  readonly store = new SimulatedStore(this.time);
  readonly server: DocumentedServer;
  readonly processes: SimulatedProcess[] = [];
  readonly #seed: number;
  readonly #latency: number;

  /** @param latency Typical milliseconds to the API, one way. */
  constructor(server: DocumentedOptions = {}, { seed = 1, latency = 20 } = {}) {
    this.server = documented(server);
    this.#seed = seed;
    this.#latency = latency;
  }

  /** Starts a process. It shares nothing with the others if it has no store. */
  start(options: ProcessOptions = {}): SimulatedProcess {
    const seed = 1000 * this.#seed + this.processes.length;
    const process = new SimulatedProcess(this, { seed, latency: this.#latency, ...options });
    this.processes.push(process);
    return process;
  }

  startAll(count: number): SimulatedProcess[] {
    return Array.from({ length: count }, () => this.start());
  }

  /** Uses up requests as a client would that does not share. */
  useElsewhere(count: number): void {
    for (let index = 0; index < count; index += 1) this.server.receive({ path: '', token: '' }, this.time.now());
  }

  /** Runs until all calls of the processes that are alive have ended. */
  async finish(): Promise<CallRecord[][]> {
    await this.time.run();
    const alive = this.processes.filter(({ isDead }) => !isDead);
    return Promise.all(alive.map(({ calls }) => Promise.all(calls)));
  }
}

/** One process: a limiter of its own, and the calls it makes. */
export class SimulatedProcess {
  readonly #world: SharedWorld;
  readonly #calls: SchedulerWorld;
  isDead = false;
  /** What would happen next in a process that is stopped; `undefined` while it runs. */
  #pending: (() => void)[] | undefined;

  constructor(world: SharedWorld, options: ProcessOptions & { readonly seed: number; readonly latency: number }) {
    const { hasStore = true, step, seed, latency } = options;
    const { time, store, server } = world;
    this.#world = world;
    const scheduler = new Scheduler('token', {
      now: () => time.now(),
      after: (delay, run) => time.after(delay, () => this.#do(run)),
    });
    if (hasStore) {
      const sync = createRateLimitStore(
        (key, request) =>
          new Promise((resolve, reject) => {
            store.sync(key, request, step).then(
              (reply) => this.#do(() => resolve(reply)),
              (error: unknown) => this.#do(() => reject(error)),
            );
          }),
      );
      scheduler.configure({ store: sync });
    }
    this.#calls = new SchedulerWorld(server, { seed, latency, time, limiter: this.#guard(scheduler) });
  }

  get calls(): readonly Promise<CallRecord>[] {
    return this.#calls.calls;
  }

  /** Makes calls now. */
  call(...call: Parameters<SchedulerWorld['call']>): void {
    this.#do(() => this.#calls.call(...call));
  }

  /** Makes a call every so many milliseconds. */
  callEvery(pause: number, count: number, admission: Parameters<SchedulerWorld['call']>[1] = {}): void {
    for (let index = 0; index < count; index += 1) {
      this.#world.time.after(index * pause, () => this.call(1, admission));
    }
  }

  /** Kills the process: the calls that wait are never made. */
  kill(): void {
    this.isDead = true;
  }

  /** Stops the process, as SIGSTOP does: what has been sent reaches the API, and nothing else happens. */
  stop(): void {
    this.#pending ??= [];
  }

  continue(): void {
    const pending = this.#pending ?? [];
    this.#pending = undefined;
    for (const run of pending) this.#do(run);
  }

  #do(run: () => void): void {
    if (this.isDead) return;
    if (this.#pending === undefined) run();
    else this.#pending.push(run);
  }

  /** The limiter, as long as the process runs. */
  #guard(scheduler: Scheduler): RateLimiter & Pick<Scheduler, 'configure'> {
    const verdictOf = (record: () => Verdict): Verdict => {
      let verdict: Verdict = { isUncounted: false, isGatewayLimit: false, isQueueHeld: false };
      this.#do(() => (verdict = record()));
      return verdict;
    };
    const guardPermit = (permit: Permit): Permit => ({
      waited: permit.waited,
      recordResponse: (status, headers) => verdictOf(() => permit.recordResponse(status, headers)),
      recordLoss: () => verdictOf(() => permit.recordLoss()),
      release: () => verdictOf(() => permit.release()),
    });
    return {
      acquire: (admission) =>
        new Promise((resolve, reject) => {
          this.#do(() => void Promise.resolve(scheduler.acquire(admission)).then(guardPermit).then(resolve, reject));
        }),
      isTooLate: (admission, delay) => scheduler.isTooLate(admission, delay),
      configure: (options) => scheduler.configure(options),
      get snapshot() {
        return scheduler.snapshot;
      },
    };
  }
}

/** How long the calls took, in milliseconds: the typical one, all but a few, and all. */
export function waitsOf(records: readonly CallRecord[]): { p50: number; p99: number; max: number } {
  const waits = records.map(({ askedAt, doneAt }) => doneAt - askedAt).sort((a, b) => a - b);
  const at = (part: number) => waits[Math.ceil(waits.length * part) - 1] ?? NaN;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

/** Jain's index of fairness: 1 if all are equal, 1 / n if one has everything. */
export function fairness(amounts: readonly number[]): number {
  const sum = amounts.reduce((total, amount) => total + amount, 0);
  const squares = amounts.reduce((total, amount) => total + amount ** 2, 0);
  return squares === 0 ? 1 : sum ** 2 / (amounts.length * squares);
}
