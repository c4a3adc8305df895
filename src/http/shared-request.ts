import type { ResponsePromise } from 'ky';
import type { TimeoutError } from '../errors/index.ts';
import type { Permit } from '../rate-limit/limiter.ts';
import { request, send, timeoutError, type Attempt, type Result } from './attempt.ts';
import { CallDeadline } from './call-deadline.ts';
import type { Call } from './call.ts';

const requests = new WeakMap<Permit, SharedRequest>();

/** The request of a permit that was given to several calls; `undefined` if it was given to one. */
export function sharedRequest(permit: Permit | undefined): SharedRequest | undefined {
  if (permit?.waited !== true) return undefined;
  const known = requests.get(permit);
  if (known !== undefined || permit.callers === 1) return known;
  const created = new SharedRequest(permit);
  requests.set(permit, created);
  return created;
}

/**
 * The one request of identical reads that have waited together. The first of the callers sends it. Each of them reads
 * the response on its own, within its own timeouts, and the request is aborted when all have left.
 */
export class SharedRequest {
  readonly #permit: Permit;
  readonly #controller = new AbortController();
  #exchange: ResponsePromise | undefined;
  #callers = 0;

  constructor(permit: Permit) {
    this.#permit = permit;
  }

  get isSent(): boolean {
    return this.#exchange !== undefined;
  }

  /** As {@link send} does. */
  async send(call: Call, attempt: Attempt): Promise<Result> {
    const timeout = new CallDeadline(attempt.signal, call.timeout, () => timeoutError(call));
    this.#callers += 1;
    try {
      return await send(call, { ...attempt, signal: timeout.signal, raw: false }, () => this.#join(call, attempt));
    } catch (error) {
      if (attempt.signal?.aborted) throw error;
      // Nothing but the timeout has aborted it.
      return { kind: 'failure', response: undefined, failure: { kind: 'lost' }, error: error as TimeoutError };
    } finally {
      timeout.dispose();
      this.#callers -= 1;
      if (this.#callers === 0 && this.#permit.callers === 0) this.#controller.abort();
    }
  }

  #join(call: Call, attempt: Attempt): ResponsePromise {
    if (this.#exchange !== undefined) return this.#exchange;
    const exchange = request({ ...call, timeout: Infinity }, { ...attempt, signal: this.#controller.signal });
    let text: Promise<string> | undefined;
    const read = exchange.text.bind(exchange);
    this.#exchange = Object.assign(exchange, { text: () => (text ??= read()) });
    return this.#exchange;
  }
}
