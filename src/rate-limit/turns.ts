/** Which call was sent: the oldest or the newest of those that waited, or one that had just arrived. */
export type Turn = 'oldest' | 'newest' | 'arrival';

/** Who is next after a request that its caller gave up. */
const after = { oldest: 'newest', newest: 'arrival', arrival: 'oldest' } as const;

/** Milliseconds for which waiting calls leave their turn to a call that arrives. */
const pause = 3000;

/**
 * Says who is next while requests fail, or callers give them up, which shows nothing about the API. The oldest call may
 * have too little time left for an answer. The newest one has the most, but its caller may be one of many that always
 * give up soon. So they take turns. Routes take turns, too, because it may be only one of them that fails.
 */
export class Turns {
  /** Who is next after requests that were given up; `undefined` once a request is answered. */
  #next: Turn | undefined;
  #isNewestNext = true;
  /** Until when waiting calls leave their turn to one that arrives. */
  keptForArrivalUntil = -Infinity;
  /** Routes whose requests were refused, or failed, since one was admitted or each route had its turn. */
  readonly #failedRoutes = new Set<string>();

  /** Whether the last request that ended was given up. */
  get isAfterGivenUp(): boolean {
    return this.#next !== undefined;
  }

  /** Which of the waiting calls is next. */
  get next(): 'oldest' | 'newest' {
    const isNewest = this.#next === undefined ? this.#isNewestNext : this.#next !== 'oldest';
    return isNewest ? 'newest' : 'oldest';
  }

  /** Whether a request of the route was refused, or failed, so that others go before its calls. */
  hasFailed(route: string): boolean {
    return this.#failedRoutes.has(route);
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

  notAdmitted(route: string): void {
    this.#failedRoutes.add(route);
  }

  /** A request was admitted, or each route has had its turn: no route comes last any more. */
  restart(): void {
    this.#failedRoutes.clear();
  }
}
