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
  recordAnswer(request: PermittedRequest, status: number, headers: Headers): boolean;
  release(request: PermittedRequest): void;
  recordLoss(request: PermittedRequest): void;
}

export class ScheduledPermit implements Permit {
  isContended = false;
  readonly waited: boolean;
  readonly #request: PermittedRequest;
  readonly #end: RequestEnd;

  constructor(request: PermittedRequest, waited: boolean, end: RequestEnd) {
    this.#request = request;
    this.waited = waited;
    this.#end = end;
  }

  recordAnswer(status: number, headers: Headers): void {
    this.isContended = this.#end.recordAnswer(this.#request, status, headers);
  }

  release(): void {
    this.#end.release(this.#request);
  }

  recordLoss(): void {
    this.#end.recordLoss(this.#request);
  }
}
