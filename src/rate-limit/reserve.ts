/** The part of a window that is kept for normal calls until it is known how many there are. */
const initialShare = 0.15;

/** The most of a window that is kept for normal calls. */
const largestShare = 0.9;

/** A window, as far as it matters for what background calls may use of it. */
export interface ReservedWindow {
  readonly limit: number;
  /** Length in milliseconds. */
  readonly period: number;
  readonly boundary: {
    /** When it ends; `Infinity` if that is not known. */
    readonly probeAt: number;
  };
  remaining(now: number): number;
}

/**
 * The requests of each window that background calls leave to normal ones: as many as normal calls used in the last
 * period, or in this one. It shrinks with the time left, so that at most one request of the window remains unused.
 */
export class Reserve {
  #periodStart: number | undefined;
  #current = 0;
  #previous: number | undefined;

  /** Counts a normal call. */
  count(now: number, period: number): void {
    this.#advance(now, period);
    this.#current += 1;
  }

  /** When a background call may be sent. */
  readyAt(now: number, window: ReservedWindow): number {
    const { limit, period, boundary } = window;
    const endsAt = boundary.probeAt;
    const remaining = window.remaining(now);
    this.#advance(now, period);
    const expected = Math.max(this.#previous ?? initialShare * limit, this.#current);
    const demand = Math.min(expected, largestShare * limit);
    const reserve = Math.ceil(demand * Math.min(1, Math.max(0, (endsAt - now) / period)));
    if (reserve === 0 || remaining > reserve) return now;
    return endsAt < Infinity ? endsAt - (Math.max(0, remaining - 1) * period) / demand + 1 : now + 1000;
  }

  #advance(now: number, period: number): void {
    this.#periodStart ??= now;
    const passed = Math.floor((now - this.#periodStart) / period);
    if (passed === 0) return;
    this.#previous = passed === 1 ? this.#current : 0;
    this.#current = 0;
    this.#periodStart += passed * period;
  }
}

/** Over time, background calls that wait get at least one request in so many, so that they never starve. */
const backgroundShare = 10;

/** Requests that background calls got beyond that are remembered up to this number. */
const mostInAdvance = 100;

/** Counts what background calls are owed. */
export class BackgroundShare {
  #owed = 0;

  /** Whether a background call goes ahead of the normal ones. */
  get isDue(): boolean {
    return this.#owed >= backgroundShare - 1;
  }

  /** @param isWaiting Whether a background call waits. */
  sent(isBackground: boolean, isWaiting: boolean): void {
    if (isBackground) this.#owed = Math.max(this.#owed - backgroundShare + 1, -mostInAdvance * backgroundShare);
    // One that waits for another limit claims nothing meanwhile. If all of that were owed, a later batch would get it.
    else if (isWaiting) this.#owed = Math.min(this.#owed + 1, backgroundShare - 1);
  }
}
