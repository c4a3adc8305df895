import type { FetchResponse } from '@example/sdk';

/**
 * The client that a good engineer writes in an afternoon: it retries with a backoff, honors `Retry-After`, counts a
 * window's requests, and trusts `remaining` and `reset` by its own clock. On no server does the SDK fail more calls.
 */
export class SimpleClient {
  readonly #isPaced: boolean;
  #limit = 100;
  #used = 0;
  #endsAt = 0;
  #holdUntil = 0;
  #queue = Promise.resolve();

  /** @param isPaced Whether the client counts requests. Otherwise, it only retries. */
  constructor(isPaced = true) {
    this.#isPaced = isPaced;
  }

  /** @param isSafe Whether to retry a failed attempt. A POST's is not retried. */
  async call(attempt: () => Promise<FetchResponse>, signal: AbortSignal, isSafe: boolean): Promise<FetchResponse> {
    for (let refusals = 0, failures = 0; ;) {
      if (this.#isPaced) await this.#turn(signal);
      let error: unknown;
      const response = await attempt().catch((reason: unknown) => void (error = reason));
      signal.throwIfAborted();
      if (response && this.#isPaced) this.#learn(response);
      if (response?.ok) return response;
      const isRefusal = response?.status === 429;
      if (isRefusal ? ++refusals > 10 : !isSafe || ++failures > 2)
        throw response ? new Error(`Answered ${response.status}`) : (error as Error);
      const seconds = Number(response?.headers.get('retry-after') ?? NaN);
      const backoff = isRefusal ? Math.min(1000 * 2 ** (refusals - 1), 60_000) : 100 * 2 ** failures;
      const isExplained = isRefusal && this.#isPaced && this.#used >= this.#limit;
      if (isRefusal && this.#isPaced && seconds > 0)
        this.#holdUntil = Math.max(this.#holdUntil, Date.now() + seconds * 1000);
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
    const abort = () => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    setTimeout(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    }, delay);
  });
}
