import type { Budget } from './budget.ts';
import type { Hold } from './hold.ts';
import type { Permit } from './limiter.ts';
import type { AnsweredRequest } from './refusals.ts';
import type { SentRequest } from './window.ts';

/** A request that was permitted, with all that has to be known when it ends. */
export interface PermittedRequest extends AnsweredRequest {
  readonly budget: Budget;
  /** The request as its budget knows it. */
  readonly sent: SentRequest;
  /** The hold that it probes, if any. */
  readonly hold: Hold | undefined;
  /** How many requests had been admitted when the call asked for the permit. */
  readonly admitted: number;
  /** The generation of the lease that it was taken from. */
  readonly generation: number;
}

/** Takes in how a request ended. */
export interface RequestEnd {
  /** Returns whether the API refused the request in favor of others. */
  answered(request: PermittedRequest, status: number, headers: Headers): boolean;
  unsent(request: PermittedRequest): void;
  lost(request: PermittedRequest): void;
}

export class ScheduledPermit implements Permit {
  isContended = false;
  readonly waited: boolean;
  callers: number;
  readonly #request: PermittedRequest;
  readonly #end: RequestEnd;
  #isAnswered = false;
  #isLost = false;

  /** @param waited How many calls have waited for it; 0 if the one that it is for did not have to. */
  constructor(request: PermittedRequest, waited: number, end: RequestEnd) {
    this.#request = request;
    this.waited = waited > 0;
    this.callers = Math.max(1, waited);
    this.#end = end;
  }

  answered(status: number, headers: Headers): void {
    this.callers -= 1;
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    this.isContended = this.#end.answered(this.#request, status, headers);
  }

  unsent(): void {
    this.callers -= 1;
    if (this.callers > 0 || this.#isAnswered) return;
    if (this.#isLost) this.#end.lost(this.#request);
    else this.#end.unsent(this.#request);
  }

  lost(): void {
    this.#isLost = true;
    this.unsent();
  }
}
