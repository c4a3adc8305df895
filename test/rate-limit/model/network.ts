import type { Fetch } from '@example/sdk';
import { between, type Random } from '../../support/random.ts';
import type { Server } from './server.ts';
import type { World } from './world.ts';

/** Milliseconds from a request to its answer: `middle` more or less `spread`. */
export interface Latency {
  readonly middle: number;
  readonly spread: number;
}

export interface NetworkOptions {
  readonly latency: Latency;
  /** The part of the requests that is lost, half of them before they reach the server. */
  readonly loss?: number;
  /** When something happens that the client can't foresee. Only what is on its way then may be refused. */
  readonly surprises?: readonly number[];
}

/** Losses of one path in succession, so that a call with two retries can succeed. */
const mostLosses = 2;

/** The requests of clients on their way to a server and back. */
export class Network {
  readonly #world: World;
  readonly #server: Server;
  readonly #options: NetworkOptions;
  readonly #random: Random;
  readonly #losses = new Map<string, number>();
  #inFlight = 0;
  #mostOnTheirWay: number[];
  sent = 0;
  /** Answers other than a success. */
  refused = 0;

  constructor(world: World, server: Server, options: NetworkOptions, random: Random) {
    this.#world = world;
    this.#server = server;
    this.#options = options;
    this.#random = random;
    this.#mostOnTheirWay = (options.surprises ?? []).map(() => 0);
    for (const at of options.surprises ?? []) world.at(at, () => this.#observe());
  }

  /** Requests that no client could have held back, because it could not know better. */
  get onTheirWay(): number {
    return this.#mostOnTheirWay.reduce((sum, most) => sum + most, 0);
  }

  readonly fetch: Fetch = async (url, { headers, signal }) => {
    const { middle, spread } = this.#options.latency;
    const latency = between(this.#random, middle - spread, middle + spread);
    const path = new URL(url).pathname;
    const loss = this.#lossOf(path);
    this.sent++;
    this.#inFlight++;
    this.#observe();
    try {
      await this.#pass(latency / 4);
      if (loss === 'request') throw new TypeError('fetch failed');
      const token = (headers['authorization'] ?? '').replace('Bearer ', '');
      const reply = this.#server.receive({ path, token }, this.#world.now, latency / 2);
      const isAccepted = reply.status === 200;
      if (!isAccepted) this.refused++;
      if (typeof reply.status === 'string') throw connectionError(reply.status, url);
      if (isAccepted) await this.#pass(latency / 2);
      const date = new Date(this.#world.epoch + this.#world.now).toUTCString();
      await this.#pass(latency / 4);
      if (loss === 'answer') throw new TypeError('fetch failed');
      signal.throwIfAborted();
      return new Response(isAccepted ? bodyOf(path) : errorOf(reply.status), {
        status: reply.status,
        headers: { 'content-type': 'application/json', date, ...reply.headers },
      });
    } finally {
      this.#inFlight--;
    }
  };

  /** Without latency, the answer comes within the same tick. */
  async #pass(duration: number): Promise<void> {
    if (duration > 0) await this.#world.sleep(duration);
  }

  #lossOf(path: string): 'request' | 'answer' | undefined {
    const { loss = 0 } = this.#options;
    const losses = this.#losses.get(path) ?? 0;
    const isLost = loss > 0 && losses < mostLosses && this.#random() < loss;
    if (loss > 0) this.#losses.set(path, isLost ? losses + 1 : 0);
    if (!isLost) return undefined;
    return this.#random() < 0.5 ? 'request' : 'answer';
  }

  /** Until an answer arrives that was sent after the surprise, what the client sends is on its way as well. */
  #observe(): void {
    const { surprises = [], latency } = this.#options;
    const longest = latency.middle + latency.spread;
    surprises.forEach((at, index) => {
      const { now } = this.#world;
      if (now < at || now > at + longest) return;
      this.#mostOnTheirWay[index] = Math.max(this.#mostOnTheirWay[index]!, this.#inFlight);
    });
  }
}

/** As the `fetch` of Node.js says it. */
export function connectionError(problem: string, url: string): Error {
  const { hostname } = new URL(url);
  const details = { code: 'ECONNREFUSED', syscall: 'connect', hostname };
  const cause = problem === 'connection refused' ? Object.assign(new Error('ECONNREFUSED'), details) : undefined;
  return new TypeError('fetch failed', { cause });
}

function bodyOf(path: string): string {
  const id = path.slice(path.lastIndexOf('/') + 1);
  return JSON.stringify({ id, name: 'Ada', email: 'ada@example.com', created_at: '2026-01-01T00:00:00Z' });
}

function errorOf(status: number): string {
  return JSON.stringify({ error: { code: `code_${status}`, message: `Answered ${status}.`, details: {} } });
}
