import { Client, type ClientOptions, type Fetch, type FetchInit, type RequestOptions } from '@example/sdk';
import { SimpleClient } from '../../reference/simple-client.ts';
import { randomOf } from '../random.ts';
import { Clock } from './clock.ts';
import { type Figures, figuresOf, type CallRecord } from './figures.ts';
import { type Api, type Exchange, fetchTo } from './network.ts';

/** This SDK, `fetch` alone, or the client of `test/reference/`. */
export type ClientKind = 'sdk' | 'fetch' | 'simple';

export interface CallOptions {
  /** For the whole call, in milliseconds. */
  readonly deadline?: number;
  /** For each attempt, in milliseconds. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
  readonly body?: unknown;
}

/** What all clients can do. `path` is `/users/{id}` or another path with two parts. */
export type Call = (method: 'GET' | 'POST', path: string, options?: CallOptions) => Promise<unknown>;

export interface WorldOptions {
  /** Default: this SDK. */
  readonly kind?: ClientKind;
  readonly api: Api;
  /** In milliseconds, one way. */
  readonly latency?: number;
  /** Options of the SDK's clients. */
  readonly options?: ClientOptions;
  /** Whether the simple client counts requests. Default: true. */
  readonly isPaced?: boolean;
  /** Whether clients use the global `fetch`, which is replaced while the world runs. */
  readonly isGlobal?: boolean;
  /** The clock of another world, if this world continues that one. */
  readonly clock?: Clock;
}

let hosts = 0;
/** A new base URL each time, so that no other test shares its state. */
export const newBaseUrl = () => `https://api-${++hosts}.test/v1`;

/** An API, programs that call it with whole clients, and the outcome, in virtual time. */
export class World {
  readonly clock: Clock;
  readonly exchanges: Exchange[] = [];
  readonly calls: CallRecord[] = [];
  /** How often the SDK said that it waits for the rate limit. */
  limitWaits = 0;
  readonly fetch: Fetch;
  readonly #options: WorldOptions;
  readonly #random = randomOf(1);
  readonly #pending: Promise<void>[] = [];

  constructor(options: WorldOptions) {
    this.#options = options;
    this.clock = options.clock ?? new Clock();
    this.fetch = fetchTo(options.api, this.clock, options.latency ?? 20, this.exchanges);
  }

  get kind(): ClientKind {
    return this.#options.kind ?? 'sdk';
  }

  /** When requests were sent, from this time on. */
  sentAt(from = 0): number[] {
    return this.exchanges.map(({ at }) => at - (this.#options.latency ?? 20)).filter((at) => at >= from);
  }

  /** A client of the SDK. By default, it belongs to a new process: it has its own base URL. */
  sdk(more: ClientOptions = {}): Client {
    const { options, isGlobal } = this.#options;
    const fetch = isGlobal ? {} : { fetch: this.fetch };
    const defaults = { apiToken: 'token', baseUrl: newBaseUrl(), logLevel: 'off' } as const;
    const client = new Client({ ...defaults, ...fetch, ...options, ...more });
    client.on('rateLimitWait', () => this.limitWaits++);
    return client;
  }

  /** A client of the measured kind. It belongs to a new process unless it has another client's base URL. */
  client(more: ClientOptions = {}): Call {
    if (this.kind === 'sdk') return callOf(this.sdk(more));
    const { apiToken = 'token', baseUrl = newBaseUrl() } = more;
    const simple = new SimpleClient(this.#options.isPaced);
    return async (method, path, { deadline, timeout = 30_000, signal: given, body } = {}) => {
      const overall = anyOf([given, deadline === undefined ? undefined : AbortSignal.timeout(deadline)]);
      const attempt = async () => {
        const token = typeof apiToken === 'string' ? apiToken : await apiToken({ rejectedToken: undefined });
        const init: FetchInit = {
          method,
          headers: { authorization: `Bearer ${token}` },
          redirect: 'manual',
          signal: anyOf([overall, AbortSignal.timeout(timeout)]),
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        };
        return this.fetch(`${String(baseUrl)}${path}`, init);
      };
      const retried = () => orAborted(simple.call(attempt, overall, method === 'GET'), overall);
      const response = await (this.kind === 'simple' ? retried() : attempt());
      if (!response.ok) throw new Error(`Answered ${response.status}`);
      return JSON.parse(await response.text()) as unknown;
    };
  }

  /** Records the outcome of a call. */
  track(call: () => Promise<unknown>, group = ''): void {
    const from = this.clock.now;
    const end = (error?: unknown) => void this.calls.push({ group, from, to: this.clock.now, error });
    this.#pending.push(call().then(() => end(), end));
  }

  /** Makes this many calls at once. */
  burst(count: number, call: (index: number) => Promise<unknown>, group = ''): void {
    for (let index = 0; index < count; index++) this.track(() => call(index), group);
  }

  /** Makes this many calls, one every `pause` milliseconds. */
  async every(pause: number, count: number, call: (index: number) => Promise<unknown>, group = ''): Promise<void> {
    for (let index = 0; index < count; index++) {
      this.track(() => call(index), group);
      await this.clock.sleep(pause);
    }
  }

  /** Calls a function at random, `perMinute` times a minute on average, for this many milliseconds. */
  async visits(perMinute: number, duration: number, visit: () => void): Promise<void> {
    const end = this.clock.now + duration;
    for (;;) {
      const pause = (-Math.log(1 - this.#random()) * 60_000) / perMinute;
      if (this.clock.now + pause > end) return this.clock.sleep(end - this.clock.now);
      await this.clock.sleep(pause);
      visit();
    }
  }

  /** Runs a program and waits for its calls. */
  async run(program: () => Promise<void> | void): Promise<Figures> {
    const { fetch } = globalThis;
    if (this.#options.isGlobal) globalThis.fetch = globalFetch(this.fetch);
    try {
      await this.clock.run(async () => {
        await program();
        while (this.#pending.length > 0) await Promise.all(this.#pending.splice(0));
      });
    } finally {
      globalThis.fetch = fetch;
    }
    return this.figures();
  }

  /** The figures of a group of calls, or of all calls. */
  figures(group?: string): Figures {
    const calls = this.calls.filter((call) => group === undefined || call.group === group);
    return figuresOf(calls, this.exchanges);
  }
}

/** A program's mock of the global `fetch`, which ky calls with a `Request`. */
const globalFetch = (fetch: Fetch) => async (input: RequestInfo | URL, init?: RequestInit) => {
  const { url, method, headers, signal } = new Request(input, init);
  // The world's answers are of this class.
  return (await fetch(url, { method, headers: Object.fromEntries(headers), redirect: 'manual', signal })) as Response;
};

/** Calls of the SDK. */
function callOf(client: Client): Call {
  return async (method, path, { deadline, body, ...rest } = {}) => {
    const options = { ...rest, totalTimeout: deadline };
    const [, resource = '', id = ''] = path.split('/');
    if (method === 'POST') return client.request('POST', '/users', { ...options, body });
    if (resource === 'users') return client.users.get(id, options);
    return client.request('GET', `/${resource}/{id}`, { ...options, params: { id } });
  };
}

const anyOf = (signals: readonly (AbortSignal | undefined)[]): AbortSignal =>
  AbortSignal.any(signals.filter((signal) => signal !== undefined));

function orAborted<T>(call: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => aborted.reject(signal.reason));
  return Promise.race([call, aborted.promise]);
}

/** A world with a client of the SDK, and a function that reads a user with it. */
export function worldWith(api: Api, options: ClientOptions = {}) {
  const world = new World({ api });
  const client = world.sdk(options);
  const get = (index: number | string, more: RequestOptions = {}) => client.users.get(`user_${index}`, more);
  return { world, client, get };
}
