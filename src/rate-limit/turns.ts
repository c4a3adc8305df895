import type { Priority } from './priority.ts';
import type { CallQueue, WaitingCall } from './queue.ts';

/** Which call was sent: the oldest or the newest of those that waited, or one that had just arrived. */
export type Turn = 'oldest' | 'newest' | 'arrival';

/** Who is next after a request that its caller gave up. */
const after = { oldest: 'newest', newest: 'arrival', arrival: 'oldest' } as const;

/** Milliseconds for which waiting calls leave their turn to a call that arrives. */
const pause = 3000;

/** The most routes to remember. Routes may contain ids, so their number is unbounded. */
const maxRoutes = 100;

/**
 * The order of the calls that wait while requests fail, or callers give them up. The oldest call may have too little
 * time left for a response. The newest has the most, but its caller may be one of many that always give up soon. So they
 * take turns. Routes take turns, too, because it may be only one of them that fails.
 */
export class Turns {
  /** Who is next after requests that were given up; `undefined` once a request is answered. */
  #afterGivenUp: Turn | undefined;
  #last: Turn | undefined;
  /** Until when waiting calls leave their turn to one that arrives. */
  keptForArrivalUntil = -Infinity;
  /** Routes whose requests were refused, or failed, since one was admitted or each route had its turn. */
  readonly #failedRoutes = new Set<string>();

  /** True if the last request that ended was given up. */
  get isAfterGivenUp(): boolean {
    return this.#afterGivenUp !== undefined;
  }

  /** Which of the waiting calls is next. */
  get next(): 'oldest' | 'newest' {
    const isNewest = this.#afterGivenUp === undefined ? this.#last !== 'newest' : this.#afterGivenUp !== 'oldest';
    return isNewest ? 'newest' : 'oldest';
  }

  /** A request of the call's route was refused, or failed, so that calls of other routes go first. */
  hasFailed({ admission }: WaitingCall): boolean {
    return this.#failedRoutes.has(admission.route);
  }

  /** The call of a priority whose turn it is. Those of routes that have not failed go first. */
  pick(queue: CallQueue, priority: Priority, turn: 'oldest' | 'newest'): WaitingCall | undefined {
    return queue.unsent(priority, turn, (call) => !this.hasFailed(call));
  }

  /** The priority whose calls go first, and the other one. */
  priorityOrder(queue: CallQueue, isBackgroundDue: boolean): readonly Priority[] {
    const isUntried = (priority: Priority) => {
      const call = this.pick(queue, priority, 'newest');
      return call !== undefined && !this.hasFailed(call);
    };
    const isBackgroundFirst =
      queue.background > 0 && (isBackgroundDue || (!isUntried('normal') && isUntried('background')));
    return isBackgroundFirst ? ['background', 'normal'] : ['normal', 'background'];
  }

  sent(turn: Turn): void {
    this.#last = turn;
  }

  givenUp(now: number, turn: Turn): void {
    this.#afterGivenUp = after[turn];
    if (this.#afterGivenUp === 'arrival') this.keptForArrivalUntil = now + pause;
  }

  answered(): void {
    this.#afterGivenUp = undefined;
    this.keptForArrivalUntil = -Infinity;
  }

  notAdmitted(route: string): void {
    if (this.#failedRoutes.size >= maxRoutes) this.restart();
    this.#failedRoutes.add(route);
  }

  /** A request was admitted, or each route has had its turn: no route comes last any more. */
  restart(): void {
    this.#failedRoutes.clear();
  }
}
