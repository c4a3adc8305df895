import type { CallError } from '../errors/index.ts';

/**
 * Permission to send one request. Call one of its three methods as soon as the outcome is known. Then `release` does
 * nothing.
 */
export interface Permit {
  /** True if the call had to wait for it. */
  readonly waited: boolean;
  /** @param failure The error of a 5xx. */
  recordResponse(status: number, headers: Headers, failure?: CallError): Verdict;
  /** Nothing reached the API, as far as known, so the request doesn't count. `failure` if it was tried. */
  release(failure?: CallError): Verdict;
  /** No response came, but the API has probably counted the request. `failure` unless the caller gave it up. */
  recordLoss(failure?: CallError): Verdict;
}

/** What an outcome means for the retry. */
export interface Verdict {
  /** False if the call only waits its turn. */
  readonly countsAsRetry: boolean;
  /** Milliseconds for which the call rests before an uncounted retry. Whether it waits longer, the limiter decides. */
  readonly rest: number;
  /** True if the route has failed so often that the call gets only its last retry. */
  readonly isLastRetry: boolean;
}
