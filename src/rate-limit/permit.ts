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
  /**
   * No response came.
   *
   * @param mayCount True if the request may have reached the API, which then has counted it.
   * @param failure Its error, unless the caller gave it up.
   */
  recordUnanswered(mayCount: boolean, failure?: CallError): Verdict;
  /** No request was made. */
  release(): void;
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
