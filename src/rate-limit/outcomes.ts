import type { RequestTarget } from '../errors/index.ts';
import { readAnswer } from './headers.ts';
import type { Verdict } from './limiter.ts';
import type { Stall } from './stall.ts';
import type { Refusals } from './throttle.ts';
import type { Turn } from './turns.ts';
import type { RateWindow, WindowRequest } from './window.ts';

/** Milliseconds for which an admitted request shows that a 503 is about a limit, and not an outage. */
const recent = 1000;

/** A request that is under way. */
export interface SentRequest extends WindowRequest {
  readonly target: RequestTarget;
  /** Which request of the token it is. */
  readonly order: number;
  readonly turn: Turn;
}

/** Learns from how requests end: each outcome goes to the window, to the throttles, or to both. */
export class Outcomes {
  /** Until when the API asked to wait in a refusal that the window explains. */
  holdUntil = -Infinity;
  readonly #window: RateWindow;
  readonly #refusals: Refusals;
  readonly #stall: Stall;

  constructor(window: RateWindow, refusals: Refusals, stall: Stall) {
    this.#window = window;
    this.#refusals = refusals;
    this.#stall = stall;
  }

  recordAnswer(now: number, request: SentRequest, status: number, headers: Headers): Omit<Verdict, 'isQueueHeld'> {
    const { target, order } = request;
    const read = readAnswer(status, headers);
    // A gateway answers 503 without the API's headers if a limit is reached, too. If nothing is admitted, it is an outage.
    const isGateway = status === 503 && read.report === undefined;
    const isGatewayLimit = isGateway && this.#refusals.wasAdmitted(target.route, request.sentAt - recent);
    const answer = isGatewayLimit ? { ...read, isRefusal: true, isFailure: false } : read;
    const isExplained = this.#window.recordAnswer(now, request, answer, this.#refusals.isRefusing);
    if (answer.isSound) {
      this.#stall.admitted();
      this.#refusals.admit(now, target, order);
      return { isFree: false, isGatewayLimit };
    }
    this.#refusals.end(target, order);
    if ((answer.isRefusal || answer.isFailure) && (!isExplained || this.#window.own === 0)) {
      const asked = headers.get('retry-after');
      this.#stall.refused(now, asked === null ? String(status) : `${status}, Retry-After: ${asked}`, target.route);
    }
    if (isExplained) this.holdUntil = Math.max(this.holdUntil, now + (answer.wait ?? 0));
    if (isExplained) return { isFree: !this.#stall.isHopeless(now, now), isGatewayLimit };
    const tokenWait = Math.min(answer.wait ?? Infinity, this.#window.timeLeft(now) || Infinity);
    if (isGatewayLimit) this.#refusals.slowDown(now, order, tokenWait, true);
    const isFree = status === 429 && this.#refusals.refuse(now, target, order, answer.wait, tokenWait);
    return { isFree, isGatewayLimit };
  }

  /**
   * A request had no answer.
   *
   * @param mayCount Whether the API may have counted it.
   */
  recordLoss(now: number, request: SentRequest, mayCount: boolean, hasFailed: boolean): void {
    this.#refusals.end(request.target, request.order);
    if (hasFailed) this.#stall.refused(now, 'no answer', request.target.route);
    this.#window.recordLoss(request, mayCount, hasFailed ? now : undefined);
  }
}
