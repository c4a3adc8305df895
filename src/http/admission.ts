import type { Authorization } from '../auth/authorization.ts';
import { Redactor } from '../auth/redaction.ts';
import { TimeoutError } from '../errors/index.ts';
import type { Admission, LimiterObserver, Permit, RateLimiter, RateLimitSnapshot } from '../rate-limit/limiter.ts';
import type { CallPriority } from '../rate-limit/priority.ts';
import { rateLimiterFor } from '../rate-limit/registry.ts';
import { CallTelemetry } from '../telemetry/call-telemetry.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { APIPromise } from './api-promise.ts';
import { CallDeadline } from './call-deadline.ts';
import type { Call } from './call.ts';
import type { ResolvedOptions } from './client-options.ts';

/** What the attempts of one call are admitted with. While the call waits, the rate limiter holds little else. */
export class CallAdmission implements Admission {
  readonly call: Call;
  /** Ends the call after its `totalTimeout`. */
  readonly timeout: CallDeadline | undefined = undefined;
  isRetry = false;
  /** The credential that the last attempt was admitted with. */
  credential = '';
  /** In whole milliseconds of `performance.now()`, which take less memory than fractions. */
  readonly #start = Math.round(performance.now());
  readonly #promise: Pick<APIPromise<unknown>, 'isRaw'>;
  readonly #control: AdmissionControl;
  #telemetry: CallTelemetry | undefined;

  /** @param promise The result of the call. */
  constructor(call: Call, promise: Pick<APIPromise<unknown>, 'isRaw'>, control: AdmissionControl) {
    this.call = call;
    this.#promise = promise;
    this.#control = control;
    if (control.fixed !== undefined) this.use(control.fixed);
    if (call.totalTimeout < Infinity) this.timeout = totalTimeoutOf(call);
  }

  /** Created when it is needed: most calls that wait are not observed. */
  get telemetry(): CallTelemetry {
    return (this.#telemetry ??= new CallTelemetry(this.#control.telemetry, this.call, this.#start));
  }

  /** The caller's signal, combined with the call's total timeout. */
  get signal(): AbortSignal | undefined {
    return this.timeout?.signal ?? this.call.signal;
  }

  get deadline(): number | undefined {
    return this.timeout?.endsAt;
  }

  get method(): string {
    return this.call.method;
  }

  get path(): string {
    return this.call.path;
  }

  get route(): string {
    return this.call.route;
  }

  /** Whether the caller reads the body. */
  get isRaw(): boolean {
    return this.#promise.isRaw;
  }

  get priority(): CallPriority | undefined {
    return this.call.priority;
  }

  get maxWait(): number | undefined {
    return this.#control.maxWait;
  }

  get observer(): LimiterObserver {
    return this.#control.telemetry.limiterObserver;
  }

  /** Sets the credential. If an id is the token by mistake, it is sent as it is, but not shown. */
  use(credential: string): void {
    this.credential = credential;
    const { call } = this;
    if (call.path.length < credential.length) return;
    if (!call.path.includes(encodeURIComponent(credential)) && !call.path.includes(credential)) return;
    const redactor = new Redactor(credential);
    call.path = redactor.redact(call.path);
    call.route = redactor.redact(call.route);
  }

  onWait(delay: number, waiting: number): void {
    if (this.#control.telemetry.observesWait(delay)) this.telemetry.rateLimitWait(delay, waiting);
  }
}

/** Lets the attempts of a client through, one by one, as the rate limit of the credential in use allows. */
export class AdmissionControl {
  readonly telemetry: Telemetry;
  readonly maxWait: number | undefined;
  readonly #auth: Authorization;
  readonly #baseUrl: string;
  readonly #rateLimit: ResolvedOptions['rateLimit'];
  #limiter: RateLimiter | undefined;
  /** The credential that {@link AdmissionControl.#limiter} belongs to. */
  #credential: string | undefined;

  constructor({ auth, baseUrl, rateLimit }: ResolvedOptions, telemetry: Telemetry) {
    this.#auth = auth;
    this.#baseUrl = baseUrl;
    this.#rateLimit = rateLimit;
    this.telemetry = telemetry;
    this.maxWait = rateLimit ? rateLimit.maxWait : undefined;
    if (auth.fixed !== undefined) this.#useLimiterOf(auth.fixed);
  }

  /** The credential, if it never changes. */
  get fixed(): string | undefined {
    return this.#auth.fixed;
  }

  /** The state of the rate limit of the credential in use, or last used. */
  get rateLimit(): RateLimitSnapshot | undefined {
    return this.#limiter?.snapshot;
  }

  /**
   * Waits for the rate limit, and sets the credential to use. Returns the permit, or `undefined` with `rateLimit: false`;
   * a promise only if the call has to wait.
   *
   * @throws {RateLimitWaitError} when the call would wait longer than `maxWait` or until after its deadline.
   * @throws {TimeoutError} when there is no credential within the call's `timeout`.
   * @throws the signal's reason when it aborts first.
   */
  enter(admission: CallAdmission): Permit | undefined | Promise<Permit | undefined> {
    if (this.fixed === undefined) return this.#enterWithCurrentCredential(admission);
    const permit = this.#limiter?.acquire(admission);
    return permit instanceof Promise ? this.#waitFor(permit, admission) : permit;
  }

  async #enterWithCurrentCredential(admission: CallAdmission): Promise<Permit | undefined> {
    admission.use(await this.#currentCredential(admission));
    for (;;) {
      this.#useLimiterOf(admission.credential);
      const acquired = this.#limiter?.acquire(admission);
      const permit = acquired instanceof Promise ? await this.#waitFor(acquired, admission) : acquired;
      if (permit?.waited !== true) return permit;

      // The token may have been rotated while the call waited, and a new one has a budget of its own.
      const current = await this.#currentCredential(admission).catch((error: unknown) => {
        permit.release();
        throw error;
      });
      if (current === admission.credential) return permit;
      permit.release();
      admission.use(current);
    }
  }

  #waitFor(permit: Promise<Permit>, admission: CallAdmission): Promise<Permit> {
    return this.telemetry.tracing.isUsed('wait') ? admission.telemetry.waitFor(permit) : permit;
  }

  async #currentCredential({ call, signal }: CallAdmission): Promise<string> {
    const timeoutError = () =>
      new TimeoutError(`The apiToken function did not return within ${call.timeout} ms (timeout).`, call);
    const deadline = new CallDeadline(signal, call.timeout, timeoutError);
    try {
      return await this.#auth.current(deadline.signal);
    } finally {
      deadline.dispose();
    }
  }

  #useLimiterOf(credential: string): void {
    if (!this.#rateLimit || credential === this.#credential) return;
    this.#limiter = rateLimiterFor({ baseUrl: this.#baseUrl, token: credential, ...this.#rateLimit });
    this.#credential = credential;
  }
}

function totalTimeoutOf(call: Call): CallDeadline {
  const { signal, totalTimeout } = call;
  const error = () => new TimeoutError(`The call took longer than its totalTimeout of ${totalTimeout} ms.`, call);
  return new CallDeadline(signal, totalTimeout, error);
}
