import type { Priority } from './priority.ts';
import type { RateWindow } from './window.ts';

/** While background calls wait, one request in so many is theirs, so that they never starve. */
export const requestsPerBackgroundCall = 10;

/** The part of the first two windows that is kept for normal calls. */
const keptAtFirst = 0.15;

/** How many normal requests must follow, at most, before background calls that had more than their share get more. */
const maxInAdvance = 1000;

/**
 * How normal and background calls divide a window. Background calls leave as many requests as there were normal calls
 * in the last window, in proportion to the time left. What normal calls used of the last window and not yet of this one
 * is kept until its last tenth. But at least one request in ten goes to background calls, so that they never starve.
 */
export class Reserve {
  #seenWindows = 0;
  #arrivals = 0;
  #arrivalsBefore = 0;
  /** Normal requests that were sent while a background call waited, less nine for each background request. */
  #owedToBackground = 0;

  /** True if a background call goes ahead of the normal ones. */
  get isBackgroundDue(): boolean {
    return this.#owedToBackground >= requestsPerBackgroundCall - 1;
  }

  /** Counts a normal call that arrives. */
  arrived(window: RateWindow): void {
    this.#checkWindow(window);
    this.#arrivals += 1;
  }

  /** @param isWaiting True if a background call waits. */
  sent(priority: Priority, isWaiting: boolean): void {
    if (priority === 'background')
      this.#owedToBackground = Math.max(this.#owedToBackground - requestsPerBackgroundCall + 1, -maxInAdvance);
    // If more were owed, a later batch would get it.
    else if (isWaiting) this.#owedToBackground = Math.min(this.#owedToBackground + 1, requestsPerBackgroundCall - 1);
  }

  /** When a background call may be sent. */
  readyAt(now: number, window: RateWindow): number {
    this.#checkWindow(window);
    const { limit, length } = window;
    const remaining = window.remaining(now);
    if (remaining === 0 || this.#seenWindows === 0) return now; // It waits for the window, or none is announced.
    // The first window may have been nearly over when the first call was made.
    const least = this.#seenWindows > 2 ? 0 : keptAtFirst * limit;
    const usual = Math.max(least, this.#arrivalsBefore);
    const expected = this.#arrivalsBefore - this.#arrivals;
    /** The time left at which the reserve, which shrinks evenly to 0 over `time`, leaves a request free. */
    const due = (reserved: number, time: number) => (reserved > 0 ? ((remaining - 1) * time) / reserved : Infinity);
    const dueAt = Math.min(due(usual, length), remaining > expected ? Infinity : due(expected, length / 10));
    const left = window.timeLeft(now);
    return left <= dueAt ? now : now + left - dueAt + 1;
  }

  #checkWindow({ announced }: RateWindow): void {
    if (announced === this.#seenWindows) return;
    if (this.#seenWindows > 0) {
      this.#arrivalsBefore = this.#arrivals;
      this.#arrivals = 0;
    }
    this.#seenWindows = announced;
  }
}
