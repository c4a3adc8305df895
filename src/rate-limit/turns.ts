/** Which call was sent: the oldest or the newest of those that waited, or one that had just arrived. */
export type Turn = 'oldest' | 'newest' | 'arrival';

/** Who is next after a request that its caller gave up. */
const after = { oldest: 'newest', newest: 'arrival', arrival: 'oldest' } as const;

/** Milliseconds for which waiting calls leave their turn to a call that arrives. */
const pause = 3000;

/**
 * Says who is next while requests fail, or callers give them up, which shows nothing about the API. The oldest call may
 * have too little time left for an answer. The newest one has the most, but its caller may be one of many that always
 * give up soon. So they take turns.
 */
export class Turns {
  /** Who is next after requests that were given up; `undefined` once a request is answered. */
  #next: Turn | undefined;
  #isNewestNext = true;
  /** Until when waiting calls leave their turn to one that arrives. */
  keptForArrivalUntil = -Infinity;

  /** Whether the last request that ended was given up. */
  get isAfterGivenUp(): boolean {
    return this.#next !== undefined;
  }

  /** Which of the waiting calls is next. */
  get next(): 'oldest' | 'newest' {
    const isNewest = this.#next === undefined ? this.#isNewestNext : this.#next !== 'oldest';
    return isNewest ? 'newest' : 'oldest';
  }

  sent(turn: Turn): void {
    if (turn !== 'arrival') this.#isNewestNext = turn === 'oldest';
  }

  givenUp(now: number, turn: Turn): void {
    this.#next = after[turn];
    if (this.#next === 'arrival') this.keptForArrivalUntil = now + pause;
  }

  answered(): void {
    this.#next = undefined;
  }
}
