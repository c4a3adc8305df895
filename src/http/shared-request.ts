import type { Permit } from '../rate-limit/limiter.ts';
import { discard, request, sendShared, type Attempt, type Result, type SentRequest } from './attempt.ts';
import type { Call } from './call.ts';

/** Both copies of the package find a request there. Increase the number when the interface changes. */
const key = Symbol.for('@example/sdk/shared-request/1');

/** The request of a permit that was given to several calls; `undefined` if it was given to one. */
export function sharedRequest(permit: (Permit & { [key]?: SharedRequest }) | undefined): SharedRequest | undefined {
  if (permit?.waited !== true) return undefined;
  if (permit[key] === undefined && permit.callers > 1) permit[key] = new SharedRequest(permit);
  return permit[key];
}

/**
 * The one request of identical reads that have waited together. The first of the callers sends it. Each of them reads
 * the response on its own, within its own timeouts, and the request is aborted when all have left.
 */
export class SharedRequest {
  readonly #permit: Permit;
  readonly #controller = new AbortController();
  #exchange: SentRequest | undefined;
  #callers = 0;

  constructor(permit: Permit) {
    this.#permit = permit;
  }

  get isSent(): boolean {
    return this.#exchange !== undefined;
  }

  /** As `send` does. */
  async send(call: Call, attempt: Attempt): Promise<Result> {
    this.#callers += 1;
    try {
      return await sendShared(call, attempt, () => (this.#exchange ??= this.#request(call, attempt)));
    } finally {
      this.#callers -= 1;
      if (this.#callers === 0 && this.#permit.callers === 0) this.#leave();
    }
  }

  #request(call: Call, attempt: Attempt): SentRequest {
    const exchange = request({ ...call, timeout: Infinity }, { ...attempt, signal: this.#controller.signal });
    let text: Promise<string> | undefined;
    const read = exchange.text.bind(exchange);
    return Object.assign(exchange, { text: () => (text ??= read()) });
  }

  /** All have left. A custom fetch may ignore the signal. */
  #leave(): void {
    this.#controller.abort();
    discard(this.#exchange);
  }
}
