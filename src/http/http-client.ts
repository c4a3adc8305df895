import {
  APIError,
  ExampleError,
  RateLimitWaitError,
  TimeoutError,
  type RequestTarget,
  type ValidationIssue,
} from '../errors/index.ts';
import type { ListDriftEvent } from '../telemetry/events.ts';
import { checkedToken, type ResolvedOptions } from './client-options.ts';
import { parseRateLimit } from '../rate-limit/headers.ts';
import type { Permit, RateLimiter, RateLimitSnapshot } from '../rate-limit/limiter.ts';
import { rateLimiterFor } from '../rate-limit/registry.ts';
import { APIPromise, type Exchange } from './api-promise.ts';
import { send } from './attempt.ts';
import { openCall, type Call } from './call.ts';
import { decode, type DecodePolicy } from './decoder.ts';
import { followRedirect } from './redirect.ts';
import type { InternalRequestOptions, Requester, RequestSpec } from './request-options.ts';
import { Retries } from './retries.ts';
import { Secrets } from '../auth/redaction.ts';
import type { SharedState } from './shared-state.ts';
import { TimeLimit } from './time-limit.ts';
import { sleep, untilAborted } from '../utils/abort.ts';
import { placeOf } from './validation.ts';

/** Leave to send, and with which token. */
interface Admitted {
  readonly token: string;
  readonly limiter: RateLimiter | undefined;
  readonly permit: Permit | undefined;
}

/** Takes a call from its specification to its value: waiting for the rate limit, attempts, retries, validation. */
export class HttpClient implements Requester, DecodePolicy {
  readonly responseValidation: DecodePolicy['responseValidation'];
  readonly #options: ResolvedOptions;
  readonly #shared: SharedState;
  #limiter: RateLimiter | undefined;
  /** The token that {@link HttpClient.#limiter} belongs to. */
  #token: string | undefined;

  constructor(options: ResolvedOptions, shared: SharedState) {
    this.#options = options;
    this.#shared = shared;
    this.responseValidation = options.responseValidation;
    if (typeof options.apiToken === 'string') this.#limiterOf(options.apiToken);
  }

  request<T>(spec: RequestSpec<T>, options?: InternalRequestOptions | null): APIPromise<T> {
    const given = { ...options };
    // Encoded now, because the caller may change the parameters before the request goes out.
    const call = attemptTo(() => openCall(spec, given, this.#options));
    return new APIPromise((raw) => this.#run(spec, call(), given, raw));
  }

  /** The limiter of the token in use, or last used. */
  get rateLimit(): RateLimitSnapshot | undefined {
    return this.#limiter?.snapshot;
  }

  onIssues(site: RequestTarget, route: string, issues: readonly ValidationIssue[]): void {
    const { events, loggedIssues } = this.#shared;
    for (const issue of issues) {
      const place = `${site.method} ${route}, body${placeOf(issue)}`;
      if (loggedIssues.has(place)) continue;
      loggedIssues.add(place);
      this.#options.logger.warn?.(`A response differs from the documentation at ${place}: ${issue.message}.`);
    }
    events.emit('validationIssue', { ...site, issues });
  }

  onListDrift(drift: ListDriftEvent): void {
    this.#shared.events.emit('listDrift', drift);
    this.#options.logger.warn?.(
      `${drift.method} ${drift.path} moved while it was read: items may be missing at ${drift.openSeams} places.`,
    );
  }

  async #run<T>(spec: RequestSpec<T>, call: Call, options: InternalRequestOptions, raw: boolean): Promise<Exchange<T>> {
    const { totalTimeout } = call;
    const deadline = performance.now() + totalTimeout;
    const limit =
      totalTimeout === Infinity
        ? undefined
        : new TimeLimit(options.signal, totalTimeout, () => totalTimeoutError(call));
    const signal = limit?.signal ?? options.signal;
    const retries = new Retries(call, this.#shared.retryBudget);
    try {
      signal?.throwIfAborted();
      let { url } = call;
      let redirects = 0;
      let lastError: ExampleError | undefined;
      for (let attempt = 1; ; attempt++) {
        const admitted = this.#admit(call, options, signal, retries.isRefused);
        const { token, permit } = await (lastError ? admitted.catch(insteadOfMaxWait(lastError)) : admitted);
        const { fetch } = this.#options;
        const secrets = new Secrets(token, call.secrets);
        const how = { url, token, secrets, permit, signal, fetch, raw: raw ? options : undefined };
        this.#tellRequest(call, attempt);
        const start = performance.now();
        const result = await send(call, how);
        this.#tellAnswer(call, attempt, result.response, performance.now() - start, secrets);
        retries.settle(result);

        if (result.kind === 'success') {
          const { response, text } = result;
          const { status } = response;
          const decodeText = (body: string) => decode(spec, { ...site(call), status, text: body, secrets }, this);
          return { response, text, decode: decodeText };
        }
        if (result.kind === 'redirect') {
          url = followRedirect(call, url, result.response, redirects++);
          continue;
        }
        const { failure, error } = result;
        lastError = error;
        const retry = retries.plan(failure, permit);
        if (!retry || performance.now() + retry.delay >= deadline) throw error;

        this.#tellRetry(call, attempt, retry.delay, error);
        if (retry.delay > 0) await sleep(retry.delay, signal);
        // Asked only now: by the time the delay is over, the retries of others have shown whether the API is back.
        if (!(await retries.pay(retry, signal))) throw error;
      }
    } finally {
      retries.end();
      limit?.dispose();
    }
  }

  /** Waits for the rate limit of the token that is good now. */
  async #admit(
    call: Call,
    { priority }: InternalRequestOptions,
    signal: AbortSignal | undefined,
    refused: boolean,
  ): Promise<Admitted> {
    const { apiToken, rateLimit } = this.#options;
    let token = typeof apiToken === 'string' ? apiToken : await untilAborted(signal, callForToken(apiToken));
    for (;;) {
      const limiter = this.#limiterOf(token);
      if (!limiter || !rateLimit) return { token, limiter: undefined, permit: undefined };

      const { method, path } = call;
      const onWait = (delay: number, waiting: number) => this.#tellWait(call, delay, waiting);
      const { maxWait } = rateLimit;
      const { onStoreChange } = this.#shared;
      const acquired = limiter.acquire({ method, path, signal, maxWait, priority, refused, onWait, onStoreChange });
      const permit = acquired instanceof Promise ? await acquired : acquired;
      if (typeof apiToken === 'string' || !permit.waited) return { token, limiter, permit };

      // The token may have been rotated while the call waited; a new one has a budget of its own.
      const tokenNow = await untilAborted(signal, callForToken(apiToken)).catch((error: unknown) => {
        permit.unsent();
        throw error;
      });
      if (tokenNow === token) return { token, limiter, permit };
      permit.unsent();
      token = tokenNow;
    }
  }

  #limiterOf(token: string): RateLimiter | undefined {
    const { baseUrl, rateLimit } = this.#options;
    if (rateLimit && token !== this.#token) {
      this.#limiter = rateLimiterFor({ baseUrl, token, ...rateLimit });
      this.#token = token;
    }
    return this.#limiter;
  }

  #tellRequest(call: Call, attempt: number): void {
    const { events } = this.#shared;
    if (events.has('request')) events.emit('request', { ...site(call), attempt });
  }

  #tellAnswer(call: Call, attempt: number, response: Response | undefined, time: number, secrets: Secrets): void {
    const { events } = this.#shared;
    const duration = Math.round(time);
    this.#options.logger.debug?.(
      `${call.method} ${call.path}: ${response ? response.status : 'no answer'} after ${duration} ms`,
    );
    if (!response || !events.has('response')) return;
    const id = response.headers.get('x-request-id');
    events.emit('response', {
      ...site(call),
      attempt,
      status: response.status,
      duration,
      requestId: id === null ? undefined : secrets.redactName(id),
      rateLimit: parseRateLimit(response.headers),
    });
  }

  #tellRetry(call: Call, attempt: number, delay: number, error: ExampleError): void {
    const status = error instanceof APIError ? error.status : undefined;
    this.#shared.events.emit('retry', { ...site(call), attempt, delay, status, reason: error.message });
    this.#options.logger.info?.(`${error.name}: ${error.message} Trying again in ${Math.round(delay)} ms.`);
  }

  #tellWait(call: Call, delay: number, waiting: number): void {
    this.#shared.events.emit('rateLimitWait', { ...site(call), delay, waiting });
    const now = performance.now();
    if (delay <= 1000 || now < this.#shared.quietUntil) return;
    // One line for all that wait for the same reason, not a thousand.
    this.#shared.quietUntil = now + delay;
    const seconds = Math.round(delay / 1000);
    this.#options.logger.info?.(
      `${call.method} ${call.path} waits about ${seconds} s for the rate limit; ${waiting} wait.`,
    );
  }
}

/** What the work returns or throws, later. */
function attemptTo<T>(work: () => T): () => T {
  try {
    const value = work();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/** What became of the last attempt says more than that the call would wait too long for the next. */
function insteadOfMaxWait(lastError: ExampleError): (reason: unknown) => never {
  return (reason) => {
    throw reason instanceof RateLimitWaitError ? lastError : reason;
  };
}

function site({ method, path }: RequestTarget): RequestTarget {
  return { method, path };
}

async function callForToken(apiToken: () => string | Promise<string>): Promise<string> {
  let token: string;
  try {
    token = await apiToken();
  } catch (cause) {
    throw new ExampleError('The apiToken function failed; see the cause.', { cause });
  }
  return checkedToken(token);
}

function totalTimeoutError(call: Call): TimeoutError {
  return new TimeoutError(
    `${call.method} ${call.path} took longer than ${call.totalTimeout} ms in all (totalTimeout).`,
    call,
  );
}
