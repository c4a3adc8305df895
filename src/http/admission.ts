import type { Authorization } from '../auth/authorization.ts';
import { TimeoutError } from '../errors/index.ts';
import type { Permit, RateLimiter, RateLimitSnapshot } from '../rate-limit/limiter.ts';
import { rateLimiterFor } from '../rate-limit/registry.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { CallDeadline } from './call-deadline.ts';
import type { Call } from './call.ts';
import type { ResolvedOptions } from './client-options.ts';

/** Permission to send one attempt, with the credential to use. */
export interface Admitted {
  readonly credential: string;
  /** Absent with `rateLimit: false`. */
  readonly permit: Permit | undefined;
}

/** Lets the attempts of a client through, one by one, as the rate limit of the credential in use allows. */
export class AdmissionControl {
  readonly #auth: Authorization;
  readonly #baseUrl: string;
  readonly #rateLimit: ResolvedOptions['rateLimit'];
  readonly #telemetry: Telemetry;
  #limiter: RateLimiter | undefined;
  /** The credential that {@link AdmissionControl.#limiter} belongs to. */
  #credential: string | undefined;

  constructor({ auth, baseUrl, rateLimit }: ResolvedOptions, telemetry: Telemetry) {
    this.#auth = auth;
    this.#baseUrl = baseUrl;
    this.#rateLimit = rateLimit;
    this.#telemetry = telemetry;
    if (auth.fixed !== undefined) this.#limiterOf(auth.fixed);
  }

  /** The state of the rate limit of the credential in use, or last used. */
  get rateLimit(): RateLimitSnapshot | undefined {
    return this.#limiter?.snapshot;
  }

  /**
   * Waits for the rate limit.
   *
   * @param deadline When the call times out (`totalTimeout`), on the clock of `performance.now()`.
   * @param refused Whether the API has refused (429) the call before: it then goes ahead of all others.
   * @throws {RateLimitWaitError} when the call would wait longer than `maxWait` or until after `deadline`.
   * @throws {TimeoutError} when there is no credential within the call's `timeout`.
   * @throws the signal's reason when it aborts first.
   */
  async enter(call: Call, deadline: number, signal: AbortSignal | undefined, refused: boolean): Promise<Admitted> {
    let credential = this.#auth.fixed ?? (await this.#currentCredential(call, signal));
    for (;;) {
      const limiter = this.#limiterOf(credential);
      if (!limiter || !this.#rateLimit) return { credential, permit: undefined };

      const { method, path, route, priority } = call;
      const { maxWait } = this.#rateLimit;
      const onWait = (delay: number, waiting: number) => this.#telemetry.rateLimitWait(call, delay, waiting);
      const { onStoreChange } = this.#telemetry;
      const when = { signal, maxWait, deadline, priority, refused };
      const acquired = limiter.acquire({ method, path, route, ...when, onWait, onStoreChange });
      const permit = acquired instanceof Promise ? await acquired : acquired;
      if (this.#auth.fixed !== undefined || !permit.waited) return { credential, permit };

      // The token may have been rotated while the call waited, and a new one has a budget of its own.
      const current = await this.#currentCredential(call, signal).catch((error: unknown) => {
        permit.unsent();
        throw error;
      });
      if (current === credential) return { credential, permit };
      permit.unsent();
      credential = current;
    }
  }

  async #currentCredential(call: Call, signal: AbortSignal | undefined): Promise<string> {
    const timeoutError = () =>
      new TimeoutError(`The apiToken function did not return within ${call.timeout} ms (timeout).`, call);
    const deadline = new CallDeadline(signal, call.timeout, timeoutError);
    try {
      return await this.#auth.current(deadline.signal);
    } finally {
      deadline.dispose();
    }
  }

  #limiterOf(credential: string): RateLimiter | undefined {
    if (this.#rateLimit && credential !== this.#credential) {
      this.#limiter = rateLimiterFor({ baseUrl: this.#baseUrl, token: credential, ...this.#rateLimit });
      this.#credential = credential;
    }
    return this.#limiter;
  }
}
