/** Which call a request was of: of those that waited, the oldest or the newest, or one that was sent when it arrived. */
export type Turn = 'oldest' | 'newest' | 'arrival';

/** Who goes after a request of each kind that its caller gave up. */
const after = { oldest: 'newest', newest: 'arrival', arrival: 'oldest' } as const;

/** Milliseconds for which the calls that wait leave their place to one that arrives. */
const pause = 3000;

/**
 * Who is next while it is not simply the oldest call. An attempt that fails may use up a retry, and of one that its caller
 * gives up, nothing is learned of the API. The oldest call may have too little time left for an answer. The newest one has
 * most, but may be one of many that are always given up soon. So they take turns.
 */
export class Turns {
  /** After requests that were given up, until one is answered. */
  #next: Turn | undefined;
  #isNewestNext = true;
  /** Until when the calls that wait leave their place. */
  leftUntil = -Infinity;

  /** Whether the last request that ended was given up. */
  get isGivenUp(): boolean {
    return this.#next !== undefined;
  }

  /** Of the calls that wait. */
  get next(): 'oldest' | 'newest' {
    const isNewest = this.#next === undefined ? this.#isNewestNext : this.#next !== 'oldest';
    return isNewest ? 'newest' : 'oldest';
  }

  sent(turn: Turn): void {
    if (turn !== 'arrival') this.#isNewestNext = turn === 'oldest';
  }

  givenUp(now: number, turn: Turn): void {
    this.#next = after[turn];
    if (this.#next === 'arrival') this.leftUntil = now + pause;
  }

  answered(): void {
    this.#next = undefined;
  }
}
