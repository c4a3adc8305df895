import type { Admission, Permit, RateLimiter } from '../../../src/rate-limit/limiter.ts';
import { Scheduler } from '../../../src/rate-limit/scheduler.ts';
import type { Timing } from '../../../src/rate-limit/timing.ts';

/** Virtual time: events happen in order, and no real time passes. */
export class VirtualTime implements Timing {
  #now = 0;
  #events: { readonly at: number; readonly order: number; readonly run: () => void }[] = [];
  #order = 0;

  now(): number {
    return this.#now;
  }

  after(delay: number, run: () => void): () => void {
    const event = { at: this.#now + Math.max(0, delay), order: this.#order++, run };
    // Kept sorted: most events are added near the end.
    let index = this.#events.length;
    while (index > 0 && before(event, this.#events[index - 1]!)) index -= 1;
    this.#events.splice(index, 0, event);
    return () => {
      const found = this.#events.indexOf(event);
      if (found >= 0) this.#events.splice(found, 1);
    };
  }

  /** A number that grows: orders what happens at the same moment. */
  count(): number {
    return this.#order++;
  }

  /** Timers that have not fired. */
  get pending(): number {
    return this.#events.length;
  }

  /** Runs until nothing is left to happen, or until a time. */
  async run(until = Infinity): Promise<void> {
    await settle();
    let events = 0;
    for (let event = this.#events[0]; event !== undefined && event.at <= until; event = this.#events[0]) {
      this.#events.shift();
      this.#now = event.at;
      if (++events > 50_000) throw new Error('The simulation does not end.');
      event.run();
      await settle();
    }
    if (until !== Infinity) this.#now = until;
  }
}

function before(a: { at: number; order: number }, b: { at: number; order: number }): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** Lets the callbacks of settled promises run. */
async function settle(): Promise<void> {
  for (let tick = 0; tick < 6; tick += 1) await Promise.resolve();
}

/** Reproducible pseudo-random numbers between 0 and 1 (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export interface ServerReply {
  readonly status: number;
  readonly headers: Headers;
  /** Milliseconds that the server took. Default: 0. */
  readonly took?: number;
}

/** What the server sees of a request. */
export interface SimulatedRequest {
  readonly path: string;
  readonly route?: string | undefined;
}

/** Answers requests at a time of its own clock, in epoch milliseconds. */
export interface SimulatedServer {
  answer(serverTime: number, request: SimulatedRequest): ServerReply;
}

export interface Network {
  /** Server's clock minus virtual time, in milliseconds. */
  offset: number;
  /** One way, in milliseconds. */
  latency(): number;
}

/** How a call ended. */
export interface CallRecord {
  readonly name: string;
  readonly askedAt: number;
  sentAt: number[];
  /** Orders the calls by when they were last sent. */
  order: number;
  status: number | undefined;
  refusals: number;
  doneAt: number;
  error: unknown;
}

/** Does what the HTTP core does for one call: acquires, sends, reports, and acquires again if refused. */
export async function call(
  time: VirtualTime,
  limiter: RateLimiter,
  server: SimulatedServer,
  network: Network,
  name: string,
  admission: Partial<Admission> = {},
  maxRetries = 2,
): Promise<CallRecord> {
  const record: CallRecord = {
    name,
    askedAt: time.now(),
    sentAt: [],
    order: NaN,
    status: undefined,
    refusals: 0,
    doneAt: NaN,
    error: undefined,
  };
  const target = { method: 'GET', path: '/', route: '/', ...admission };
  let retries = 0;
  try {
    for (let isRetry = false; ; isRetry = true) {
      const permit = await limiter.acquire({ ...target, isRetry });
      const reply = await exchange(time, permit, server, network, record, target);
      if (reply.status !== 429) {
        record.status = reply.status;
        break;
      }
      record.refusals += 1;
      if (!permit.isContended && ++retries > maxRetries) {
        record.status = 429;
        break;
      }
    }
  } catch (error) {
    record.error = error;
  }
  record.doneAt = time.now();
  return record;
}

function exchange(
  time: VirtualTime,
  permit: Permit,
  server: SimulatedServer,
  network: Network,
  record: CallRecord,
  request: SimulatedRequest,
): Promise<ServerReply> {
  record.sentAt.push(time.now());
  record.order = time.count();
  return new Promise((resolve) => {
    time.after(network.latency(), () => {
      const reply = server.answer(time.now() + network.offset, request);
      time.after((reply.took ?? 0) + network.latency(), () => {
        permit.recordAnswer(reply.status, reply.headers);
        resolve(reply);
      });
    });
  });
}

/** One limiter, one server and the network between them, in virtual time. */
export class World {
  readonly time: VirtualTime;
  readonly limiter: Scheduler;
  readonly network: Network;
  readonly server: SimulatedServer;
  readonly calls: Promise<CallRecord>[] = [];

  constructor(
    server: SimulatedServer,
    {
      seed = 1,
      latency = 2,
      offset = 1_700_000_123_456,
      time = new VirtualTime(),
      limiter = new Scheduler('test', time),
    } = {},
  ) {
    const random = seeded(seed);
    this.time = time;
    this.server = server;
    this.network = { offset, latency: () => latency * (0.5 + random()) };
    this.limiter = limiter;
  }

  /** Makes calls now. */
  call(count = 1, admission: Partial<Admission> = {}): void {
    for (let index = 0; index < count; index += 1) void this.one(admission);
  }

  /** Makes one call now. */
  one(admission: Partial<Admission> = {}): Promise<CallRecord> {
    const record = call(this.time, this.limiter, this.server, this.network, String(this.calls.length), admission);
    this.calls.push(record);
    return record;
  }

  /** Runs until all calls have ended. */
  async finish(): Promise<CallRecord[]> {
    await this.time.run();
    return Promise.all(this.calls);
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
