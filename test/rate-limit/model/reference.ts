// A pacer by the rules of the first table, as short as it can be. It shows which goals those rules alone reach.
import type { FetchResponse } from '@example/sdk';
import type { ClientFactory, ClientSetup, TestedClient, WorkloadCall } from './tested-client.ts';

interface Waiting {
  readonly call: WorkloadCall;
  readonly send: () => void;
}

const sleep = (duration: number) => new Promise<void>((resolve) => setTimeout(resolve, duration));

class ReferencePacer implements TestedClient {
  readonly #setup: ClientSetup;
  #queue: Waiting[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #token = '';
  /** What is known of the window; `reset` is on the server's clock. */
  #limit: number;
  #left = 0;
  #reset = -Infinity;
  /** By how much windows end later than `reset` says. */
  #late = 0;
  /** The server's clock is at least this much ahead of `performance.now()`. */
  #ahead = -Infinity;
  /** After a refusal at a turn. */
  #notBefore = 0;
  #sent = 0;
  #inFlight = 0;
  #isAsking = false;
  #normal = { last: 0, current: 0 };

  constructor(setup: ClientSetup) {
    this.#setup = setup;
    this.#limit = setup.rateLimit?.limit ?? 100;
  }

  async read(call: WorkloadCall, signal: AbortSignal): Promise<void> {
    for (let retries = 0, pause = 1000; ;) {
      await new Promise<void>((send) => {
        this.#queue.push({ call, send });
        this.#pump();
      });
      const token = this.#token;
      const headers = { authorization: `Bearer ${token}` };
      const response = await this.#setup
        .fetch(this.#setup.baseUrl + call.path, { method: 'GET', headers, redirect: 'manual', signal })
        .catch(() => undefined);
      signal.throwIfAborted();
      const isExplained = token === this.#token && this.#answered(response);
      if (response?.ok) return;
      const retryAfter = Number(response?.headers.get('retry-after') ?? NaN) * 1000;
      if (response?.status !== 429) {
        if (++retries > 2 || response?.status === 401) throw new Error(`failed with ${response?.status}`);
        await sleep(retryAfter || Math.random() * 500 * 2 ** retries);
      } else if (!isExplained) {
        await sleep(retryAfter || pause);
        pause = Math.min(pause * 2, 60_000);
      }
    }
  }

  /** @returns Whether the window explains a refusal. */
  #answered(response: FetchResponse | undefined): boolean {
    this.#inFlight--;
    const wasAsking = this.#isAsking;
    if (this.#inFlight === 0 || response) this.#isAsking = false;
    const of = (name: string) => Number(response?.headers.get(`x-ratelimit-${name}`) ?? NaN);
    const date = Date.parse(response?.headers.get('date') ?? '');
    if (!isNaN(date)) this.#ahead = Math.max(this.#ahead, date - performance.now());
    const [limit, left, reset] = [of('limit'), of('remaining'), of('reset') * 1000];
    const isRefusal = response?.status === 429;
    if (isNaN(reset)) {
      if (wasAsking && response)
        this.#begin(this.#limit, this.#limit, this.#serverNow() + (this.#setup.rateLimit?.window ?? 60_000));
    } else if (reset >= this.#reset + 1500) this.#begin(limit, left, reset);
    else if (reset > this.#reset - 1500) {
      if (isRefusal && wasAsking && left === 0) {
        this.#late = Math.min(1000, this.#late + 250);
        this.#notBefore = performance.now() + 250;
      }
      if (limit - left >= this.#limit - this.#left || (isRefusal && left === 0))
        [this.#limit, this.#left] = [limit, left];
    }
    // A refusal that the window does not explain has used nothing of it.
    if (isRefusal && left > 0) this.#sent--;
    this.#pump();
    return isRefusal && left === 0;
  }

  #begin(limit: number, left: number, reset: number): void {
    [this.#limit, this.#left, this.#reset] = [limit, left, reset];
    this.#sent = this.#inFlight + 1;
    this.#normal = { last: this.#normal.current, current: 0 };
  }

  #serverNow(): number {
    return performance.now() + (this.#ahead === -Infinity ? Date.now() - performance.now() : this.#ahead);
  }

  /** Milliseconds until a request may be sent; `Infinity` if an answer decides. */
  #readyIn(priority: WorkloadCall['priority']): number {
    const rest = this.#reset + this.#late - this.#serverNow();
    if (rest <= 0) return this.#isAsking ? Infinity : Math.max(0, this.#notBefore - performance.now());
    const left = Math.min(this.#left - this.#inFlight, this.#limit - this.#sent);
    const duration = this.#setup.rateLimit?.window ?? 60_000;
    const reserve =
      priority === 'background' ? Math.ceil((this.#normal.last * Math.min(rest, duration)) / duration) : 0;
    return left > reserve ? 0 : rest;
  }

  #pump(): void {
    clearTimeout(this.#timer);
    const token = this.#setup.apiToken();
    if (token !== this.#token)
      [this.#token, this.#reset, this.#inFlight, this.#isAsking] = [token, -Infinity, 0, false];
    for (;;) {
      const next = this.#queue.find(({ call }) => call.priority !== 'background') ?? this.#queue[0];
      if (!next) return;
      const delay = this.#readyIn(next.call.priority);
      if (delay > 0) {
        if (delay < Infinity) this.#timer = setTimeout(() => this.#pump(), Math.ceil(delay));
        return;
      }
      this.#isAsking = this.#reset + this.#late <= this.#serverNow();
      this.#inFlight++;
      this.#sent++;
      if (next.call.priority !== 'background') this.#normal.current++;
      this.#queue.splice(this.#queue.indexOf(next), 1);
      next.send();
    }
  }
}

export const reference: ClientFactory = (setup) => new ReferencePacer(setup);
