/**
 * How urgent one call is while it waits for the rate limit. A call that works ahead (a prefetched page) lets every
 * other call go first, until somebody waits for its result: then it is {@link Urgency.raise | raised}.
 */
export class Urgency {
  #ahead = true;
  #onRaise: (() => void) | undefined;

  /** Whether the call still lets the others go first. */
  get ahead(): boolean {
    return this.#ahead;
  }

  /** Somebody waits for the result now: from here on the call is like any other. */
  raise(): void {
    if (!this.#ahead) return;
    this.#ahead = false;
    this.#onRaise?.();
  }

  /** Called by the queue the call waits in, so that it can move the call; `undefined` when the call has left it. */
  onRaise(listener: (() => void) | undefined): void {
    this.#onRaise = listener;
  }
}
