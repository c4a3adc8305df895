/**
 * Aborts its {@link TimeLimit.signal} when the caller's signal aborts, or when the time is over. `AbortSignal.any` and
 * `AbortSignal.timeout` would do, but cost far more.
 */
export class TimeLimit {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  #reject: ((reason: unknown) => void) | undefined;

  /**
   * @param outer Aborts this one, too.
   * @param duration Milliseconds, or `Infinity`.
   */
  constructor(outer: AbortSignal | undefined, duration: number, timeoutError: () => Error) {
    this.#outer = outer;
    if (duration !== Infinity) this.#timer = setTimeout(() => this.#end(timeoutError()), duration);
    if (outer?.aborted) this.handleEvent();
    else outer?.addEventListener('abort', this);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The result of the work, or the reason of the abort as soon as there is one. For one work at a time. */
  hold<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      if (this.signal.aborted) reject(this.signal.reason);
      work.then(resolve, reject);
    });
  }

  /** Ends the timer, and takes the listener off the caller's signal. */
  dispose(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener('abort', this);
  }

  /** The caller's signal has aborted. */
  handleEvent(): void {
    this.#end(this.#outer?.reason);
  }

  #end(reason: unknown): void {
    // First, because fetch rejects with a copy of the reason in some runtimes.
    this.#reject?.(reason);
    this.#controller.abort(reason);
  }
}
