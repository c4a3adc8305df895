import type { FetchResponse } from '@example/sdk';

/** What comes of one attempt; it rejects if there is no answer. */
export type Attempt = () => Promise<FetchResponse>;

/**
 * The client that a good engineer writes in an afternoon: it counts the requests of a window, believes `remaining` and `reset` by its
 * own clock, and honours `Retry-After`. Whatever the server does, the SDK fails no more calls.
 */
export class PacedClient {
  #limit = 100;
  #used = 0;
  #endsAt = 0;
  #holdUntil = 0;
  #queue = Promise.resolve();

  async call(attempt: Attempt, signal: AbortSignal, maxRetries = 2): Promise<void> {
    for (let refusals = 0, failures = 0; ;) {
      await this.#turn(signal);
      const response = await attempt().catch(() => undefined);
      signal.throwIfAborted();
      if (response) this.#learn(response);
      if (response?.ok) return;
      const isRefusal = response?.status === 429;
      if (isRefusal ? ++refusals > 10 : ++failures > maxRetries) throw new Error('failed');
      const seconds = Number(response?.headers.get('retry-after') ?? NaN);
      const backoff = isRefusal ? Math.min(1000 * 2 ** (refusals - 1), 60_000) : 100 * 2 ** failures;
      const isExplained = isRefusal && this.#used >= this.#limit;
      if (isRefusal && seconds > 0) this.#holdUntil = Math.max(this.#holdUntil, Date.now() + seconds * 1000);
      else if (!isExplained) await sleep(seconds > 0 ? seconds * 1000 : backoff, signal);
    }
  }

  /** First in, first out. */
  #turn(signal: AbortSignal): Promise<void> {
    return (this.#queue = this.#queue.then(async () => {
      for (; !signal.aborted; await sleep(200, signal).catch(() => undefined)) {
        const now = Date.now();
        if (now >= this.#endsAt) [this.#used, this.#endsAt] = [0, now + 60_000];
        if (now >= this.#holdUntil && this.#used < this.#limit) break;
      }
      this.#used += 1;
    }));
  }

  #learn({ headers }: FetchResponse): void {
    const [limit, remaining, reset] = ['limit', 'remaining', 'reset'].map((name) => headers.get(`x-ratelimit-${name}`));
    if (!limit || !remaining || !reset) return;
    this.#limit = Number(limit);
    this.#used = Math.max(this.#used, Number(limit) - Number(remaining));
    this.#endsAt = Number(reset) * 1000;
  }
}

function sleep(delay: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
    setTimeout(resolve, delay);
  });
}
