import { seeded } from '../../support/random.ts';
import { DocumentedServer, type DocumentedOptions } from '../model/documented-server.ts';
import type { Server } from '../model/server.ts';
import type { Admission, Permit, RateLimiter, Verdict } from '../../../src/rate-limit/types.ts';
import { Scheduler } from '../../../src/rate-limit/scheduler.ts';
import type { Timing } from '../../../src/utils/timing.ts';

/** Something that happens at a time, unless it is cancelled. */
export interface Timer {
  readonly at: number;
  readonly run: () => void;
  isCancelled: boolean;
}

/** Timers in the order in which they fire: those of the same time as they were added. */
export class Timers {
  /** The next one last. */
  readonly #timers: Timer[] = [];

  add<T extends Timer>(timer: T): T {
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#timers[middle]!.at <= timer.at) high = middle;
      else low = middle + 1;
    }
    this.#timers.splice(low, 0, timer);
    return timer;
  }

  /** Removes the next one; `undefined` if there is none until a time. */
  take(until = Infinity): Timer | undefined {
    while (this.#timers.at(-1)?.isCancelled) this.#timers.pop();
    return (this.#timers.at(-1)?.at ?? Infinity) <= until ? this.#timers.pop() : undefined;
  }
}

/** Virtual time: events happen in order, and no real time passes. */
export class VirtualTime implements Timing {
  /** Timers that have not fired. */
  pending = 0;
  #now = 0;
  #count = 0;
  readonly #timers = new Timers();

  now(): number {
    return this.#now;
  }

  after(delay: number, run: () => void): () => void {
    const timer = this.#timers.add<Timer>({ at: this.#now + Math.max(0, delay), run, isCancelled: false });
    this.pending += 1;
    return () => {
      if (!timer.isCancelled) this.pending -= 1;
      timer.isCancelled = true;
    };
  }

  /** A number that grows: orders what happens at the same moment. */
  count(): number {
    return this.#count++;
  }

  /** Runs until nothing is left to happen, or until a time. */
  async run(until = Infinity): Promise<void> {
    await settle();
    let events = 0;
    for (let timer = this.#timers.take(until); timer !== undefined; timer = this.#timers.take(until)) {
      timer.isCancelled = true; // Cancelling it has no effect any more.
      this.pending -= 1;
      this.#now = timer.at;
      if (++events > 500_000) throw new Error('The simulation does not end.');
      timer.run();
      await settle();
    }
    if (until !== Infinity) this.#now = until;
  }
}

/** Lets the callbacks of settled promises run. */
async function settle(): Promise<void> {
  for (let tick = 0; tick < 6; tick += 1) await Promise.resolve();
}

/** The server's clock when virtual time begins, in milliseconds since 1970. */
const beginning = 1_700_000_123_456;

/** The documented server of a world, whose windows follow the clock. `reset` is a whole second. */
export function documented(options: DocumentedOptions = {}, epoch = beginning): DocumentedServer {
  const begun = options.windows === 'first' ? 0 : epoch % (options.duration ?? 60_000);
  return new DocumentedServer(epoch, { begun, reset: 'up', ...options });
}

/** How a call ended. */
export interface CallRecord {
  readonly name: string;
  readonly path: string;
  readonly askedAt: number;
  sentAt: number[];
  /** Orders the calls by when they were last sent. */
  order: number;
  status: number | undefined;
  refusals: number;
  doneAt: number;
  error: unknown;
}

/** What a world needs of a limiter. */
type Limiter = RateLimiter & Pick<Scheduler, 'configure'>;

/** One limiter, one server and the network between them, in virtual time. */
export class SchedulerWorld {
  readonly time: VirtualTime;
  readonly limiter: Limiter;
  readonly server: Server;
  readonly calls: Promise<CallRecord>[] = [];
  readonly random: () => number;
  /** The server's clock when virtual time begins. */
  readonly epoch: number;
  /** Milliseconds of a request or an answer on its way. */
  latency: () => number;
  /** Milliseconds for which the server works on a request that it admits. */
  readonly #work: number;

  constructor(
    server: Server,
    options: {
      readonly seed?: number;
      readonly latency?: number;
      readonly epoch?: number;
      readonly work?: number;
      readonly time?: VirtualTime;
      readonly limiter?: Limiter | undefined;
    } = {},
  ) {
    const { seed = 1, latency = 2, epoch = beginning, work = 0, time = new VirtualTime() } = options;
    const { limiter = new Scheduler('test', time) } = options;
    this.random = seeded(seed);
    this.time = time;
    this.server = server;
    this.epoch = epoch;
    this.#work = work;
    this.latency = () => latency * (0.5 + this.random());
    this.limiter = limiter;
  }

  /** Makes calls now. */
  call(count = 1, admission: Partial<Admission> = {}): void {
    for (let index = 0; index < count; index += 1) void this.one(admission);
  }

  /** Makes one call now. */
  one(admission: Partial<Admission> = {}): Promise<CallRecord> {
    const record = this.#call(String(this.calls.length), admission);
    this.calls.push(record);
    return record;
  }

  /** Runs until all calls have ended. */
  async finish(): Promise<CallRecord[]> {
    await this.time.run();
    return Promise.all(this.calls);
  }

  /** Does what the HTTP core does for one call: acquires, sends, reports, and acquires again if it may be retried. */
  async #call(name: string, admission: Partial<Admission>): Promise<CallRecord> {
    const target = { method: 'GET', path: '/', route: '/', ...admission };
    const record: CallRecord = {
      name,
      path: target.path,
      askedAt: this.time.now(),
      sentAt: [],
      order: NaN,
      status: undefined,
      refusals: 0,
      doneAt: NaN,
      error: undefined,
    };
    let retries = 0;
    try {
      for (let isRetry = false; ; isRetry = true) {
        const permit = await this.limiter.acquire({ ...target, isRetry });
        const { status, isUncounted } = await this.#exchange(permit, record, target);
        record.status = status;
        if (status !== 429) break;
        record.refusals += 1;
        if (!isUncounted && ++retries > 2) break;
      }
    } catch (error) {
      record.error = error;
    }
    record.doneAt = this.time.now();
    return record;
  }

  /** Resolves to the status, and to what the limiter makes of it. */
  #exchange(
    permit: Permit,
    record: CallRecord,
    { path }: { readonly path: string },
  ): Promise<Verdict & { readonly status: number }> {
    const { time } = this;
    record.sentAt.push(time.now());
    record.order = time.count();
    return new Promise((resolve) => {
      time.after(this.latency(), () => {
        const reply = this.server.receive({ path, token: '' }, time.now(), this.#work);
        const status = Number(reply.status);
        const headers = new Headers({ date: new Date(this.epoch + time.now()).toUTCString(), ...reply.headers });
        time.after((status === 200 ? this.#work : 0) + this.latency(), () => {
          resolve({ status, ...permit.recordResponse(status, headers) });
        });
      });
    });
  }
}

/** The figures of a run. */
export function summary(records: readonly CallRecord[]): { failed: number; refusals: number; end: number } {
  return {
    failed: records.filter((record) => record.status !== 200).length,
    refusals: records.reduce((sum, record) => sum + record.refusals, 0),
    end: Math.max(...records.map((record) => record.doneAt)),
  };
}

/** The value below which a part of the values lies. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? NaN;
}
