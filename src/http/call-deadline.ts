/**
 * Aborts its signal when the caller's signal aborts, or when the time of a whole call is over. Unlike
 * `AbortSignal.any([signal, AbortSignal.timeout(…)])`, it lets go of both as soon as the call has ended.
 */
export class CallDeadline {
  /** In milliseconds of `performance.now()`. */
  readonly endsAt: number;
  readonly #controller = new AbortController();
  readonly #callerSignal: AbortSignal | undefined;
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #timeoutError: () => Error;

  /** @param duration Milliseconds, or `Infinity`. */
  constructor(callerSignal: AbortSignal | undefined, duration: number, timeoutError: () => Error) {
    this.endsAt = performance.now() + duration;
    this.#callerSignal = callerSignal;
    this.#timeoutError = timeoutError;
    // No function for each call that waits.
    if (duration < Infinity) this.#timer = setTimeout(expire, duration, this);
    if (callerSignal?.aborted) this.handleEvent();
    else callerSignal?.addEventListener('abort', this);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends the timer, and removes the listener from the caller's signal. */
  dispose(): void {
    clearTimeout(this.#timer);
    this.#callerSignal?.removeEventListener('abort', this);
  }

  /** The time is over. */
  expire(): void {
    this.#controller.abort(this.#timeoutError());
  }

  /** The caller's signal has aborted. */
  handleEvent(): void {
    this.#controller.abort(this.#callerSignal?.reason);
  }
}

function expire(deadline: CallDeadline): void {
  deadline.expire();
}
