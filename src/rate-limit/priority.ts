/** Which of the waiting calls are sent first: `'background'` calls yield to `'normal'` ones. */
export type Priority = 'normal' | 'background';

/** The priority of one call. It can rise while the call waits, such as when a prefetched page is awaited. */
export class CallPriority {
  #level: Priority;
  /** What the queue that holds the call does when the priority rises. */
  onRaise: (() => void) | undefined;

  constructor(level: Priority) {
    this.#level = level;
  }

  get level(): Priority {
    return this.#level;
  }

  /** Makes a background call a normal one. */
  raise(): void {
    if (this.#level === 'normal') return;
    this.#level = 'normal';
    this.onRaise?.();
  }
}
