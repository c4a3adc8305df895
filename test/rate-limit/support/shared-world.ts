import { Scheduler } from '../../../src/rate-limit/scheduler.ts';
import type { Admission } from '../../../src/rate-limit/limiter.ts';
import { LimitedServer, type ServerOptions } from './servers.ts';
import { call, type CallRecord, seeded, VirtualTime } from './simulation.ts';
import { SimulatedStore } from './simulated-store.ts';

const epoch = 1_700_000_123_456;

/** Several processes on one token, with or without a store between them, in virtual time. */
export class SharedWorld {
  readonly time = new VirtualTime();
  readonly store = new SimulatedStore(this.time);
  readonly server: LimitedServer;
  readonly #random: () => number;
  readonly #latency: number;

  /** @param latency Typical milliseconds to the API, one way. */
  constructor(server: Partial<ServerOptions> = {}, { seed = 1, latency = 20 } = {}) {
    this.server = new LimitedServer({ kind: 'aligned', limit: 100, window: 60_000, ...server });
    this.#random = seeded(seed);
    this.#latency = latency;
  }

  /** Starts a process. It shares nothing with the others if it has no store. */
  start({ hasStore = true } = {}): SimulatedProcess {
    const network = { offset: epoch, latency: () => this.#latency * (0.5 + this.#random()) };
    return new SimulatedProcess(this, network, hasStore);
  }

  /** Uses up requests as a client would that does not share. */
  useElsewhere(count: number): void {
    for (let index = 0; index < count; index += 1) this.server.answer(epoch + this.time.now());
  }
}

/** One process: a limiter of its own, and the calls it makes. */
export class SimulatedProcess {
  readonly calls: Promise<CallRecord>[] = [];
  readonly #world: SharedWorld;
  readonly #network: { offset: number; latency: () => number };
  readonly #scheduler: Scheduler;
  isDead = false;

  constructor(world: SharedWorld, network: { offset: number; latency: () => number }, hasStore: boolean) {
    this.#world = world;
    this.#network = network;
    const { store, time } = world;
    // Nothing happens any more in a process that was killed.
    const now = () => time.now();
    const after = (delay: number, run: () => void) => time.after(delay, () => this.isDead || run());
    this.#scheduler = new Scheduler('token', { now, after });
    if (hasStore) this.#scheduler.configure({ store: store.shared });
  }

  /** Makes calls now. */
  call(count = 1, admission: Partial<Admission> = {}): void {
    for (let index = 0; index < count; index += 1) {
      const name = String(this.calls.length);
      const { time, server } = this.#world;
      this.calls.push(call(time, this.#scheduler, server, this.#network, name, admission));
    }
  }

  /** Makes a call every so many milliseconds. */
  callEvery(pause: number, count: number, admission: Partial<Admission> = {}): void {
    for (let index = 0; index < count; index += 1) {
      this.#world.time.after(index * pause, () => this.isDead || this.call(1, admission));
    }
  }

  /** Kills the process: the calls that wait are never made. */
  kill(): void {
    this.isDead = true;
  }
}

/** How long the calls took, in milliseconds: the typical one, all but a few, and all. */
export function waitsOf(records: readonly CallRecord[]): { p50: number; p99: number; max: number } {
  const waits = records.map(({ askedAt, doneAt }) => doneAt - askedAt).sort((a, b) => a - b);
  const at = (part: number) => waits[Math.ceil(waits.length * part) - 1] ?? NaN;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}
