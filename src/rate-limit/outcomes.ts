import { readResponse } from './headers.ts';
import type { Admission, Finding } from './types.ts';
import type { Refusals } from './refusals.ts';
import type { Stall } from './stall.ts';
import type { Turn, Turns } from './turns.ts';
import type { RateWindow, WindowRequest } from './window.ts';

/** Milliseconds for which an admitted request shows that a 503 is about a limit, and not an outage. */
const admissionMemory = 1000;

/** A request that is under way. */
export interface SentRequest extends WindowRequest {
  readonly admission: Admission;
  /** Which request of the token it is. */
  readonly sequence: number;
  readonly turn: Turn;
}

/** How a request ended without a response. */
export interface Loss {
  /** True if the API may have counted it. */
  readonly mayCount: boolean;
  /** True if the API or the network is to blame, and not the caller. */
  readonly hasFailed: boolean;
}

/** Learns from how requests end: each outcome goes to the window, to the throttles, or to both. */
export class Outcomes {
  /** Until when the API asked to wait in a refusal that the window explains. */
  holdUntil = -Infinity;
  readonly #window: RateWindow;
  readonly #refusals: Refusals;
  readonly #stall: Stall;
  readonly #turns: Turns;

  constructor(window: RateWindow, refusals: Refusals, stall: Stall, turns: Turns) {
    this.#window = window;
    this.#refusals = refusals;
    this.#stall = stall;
    this.#turns = turns;
  }

  recordResponse(now: number, request: SentRequest, status: number, headers: Headers): Finding {
    const { admission, sequence } = request;
    this.#turns.answered();
    const read = readResponse(status, headers);
    // A gateway answers 503 without the API's headers if a limit is reached, too. If nothing is admitted, it is an outage.
    const isGateway = status === 503 && read.report === undefined;
    const isGatewayLimit = isGateway && this.#refusals.wasAdmitted(admission.route, request.sentAt - admissionMemory);
    const response = isGatewayLimit ? { ...read, isRefusal: true, isFailure: false } : read;
    const isWindowUsedUp = this.#window.recordResponse(now, request, response, this.#refusals.isTokenRefused);
    if (response.isAdmission) {
      this.#stall.admitted();
      this.#turns.restart();
      this.#refusals.admitted(now, admission, sequence);
      return { isUncounted: false, isGatewayLimit };
    }
    this.#refusals.ended(admission, sequence);
    // A window that is used up is no stall, unless others have used all of it.
    if ((response.isRefusal || response.isFailure) && (!isWindowUsedUp || this.#window.own === 0)) {
      const { retryAfter } = response;
      this.#stall.notAdmitted(now, retryAfter === null ? String(status) : `${status}, Retry-After: ${retryAfter}`);
      this.#turns.notAdmitted(admission.route);
    }
    if (isWindowUsedUp) {
      this.holdUntil = Math.max(this.holdUntil, now + (response.wait ?? 0));
      return { isUncounted: !this.#stall.isHopeless(now, now), isGatewayLimit };
    }
    const tokenWait = Math.min(response.wait ?? Infinity, this.#window.timeLeft(now) || Infinity);
    if (isGatewayLimit) this.#refusals.countAgainstToken(now, sequence, tokenWait, true);
    const isUncounted = status === 429 && this.#refusals.refused(now, admission, sequence, response.wait, tokenWait);
    return { isUncounted, isGatewayLimit };
  }

  recordLoss(now: number, request: SentRequest, { mayCount, hasFailed }: Loss): void {
    const { admission, sequence, turn } = request;
    this.#refusals.ended(admission, sequence);
    if (hasFailed) {
      this.#stall.notAdmitted(now, mayCount ? 'no answer' : 'not sent');
      this.#turns.notAdmitted(admission.route);
    } else if (mayCount) this.#turns.givenUp(now, turn);
    this.#window.recordLoss(request, mayCount, hasFailed ? now : undefined);
  }
}
