import type { CallError, ExampleError, RequestTarget } from '../errors/index.ts';
import type { Verdict } from '../rate-limit/permit.ts';
import { maxRequestedDelay } from '../rate-limit/headers.ts';

// Decides which failed attempts are retried, and when. The rule: nothing is sent twice that may have taken effect once.
// docs/retries.md has the table, docs/internals/retries.md the rules.

/** How an attempt failed. */
type Failure =
  | {
      readonly kind: 'status';
      readonly status: number;
      /** Milliseconds that the response asks to wait; `undefined` also for 0. */
      readonly requestedDelay: number | undefined;
    }
  /** There was no connection, so nothing was sent. */
  | { readonly kind: 'unsent' }
  /** The connection broke, or the response did not arrive in time. The request may have taken effect. */
  | { readonly kind: 'unanswered' }
  /** Another attempt would fail in the same way. */
  | { readonly kind: 'final' };

/** What `shouldRetry` receives besides the error. */
export interface RetryContext extends RequestTarget {
  /** The attempt that failed: 1 for the first one of a call. */
  readonly attempt: number;
  /** Whole milliseconds until the next attempt; 0 if it waits for the rate limit or an outage, or has another token. */
  readonly delay: number;
}

/** Returns `false` to veto a retry. It can't cause a retry that the SDK would not make. */
export type ShouldRetry = (error: ExampleError, context: RetryContext) => boolean;

export interface FailedAttempt {
  readonly error: CallError;
  /** The body of an error response. */
  readonly text?: string;
  readonly failure: Failure;
  /** Milliseconds from sending the request to its end. They count as part of the delay. */
  readonly duration: number;
  /** What the rate limiter says about a retry. */
  readonly verdict: Verdict;
}

/** What {@link planRetry} needs to know about a call. */
interface RetryableCall {
  readonly isIdempotent: boolean;
  /** When it times out. The SDK's own delay takes half of the time that is left at most. */
  readonly endsAt?: number | undefined;
  readonly options: { readonly maxRetries: number };
}

/** The next attempt. */
export interface Retry {
  /** Milliseconds to wait before it. */
  readonly delay: number;
  /** How many retries of the call count, this one included. */
  readonly retries: number;
}

/** Milliseconds: the longest delay before the first retry, and before any retry. Each is four times as long. */
const longestDelay = { first: 1000, max: 8000, factor: 4 };

/**
 * Plans the next attempt after a failure; `undefined` if there is none. The delay is what the server asked for, or else
 * exponential backoff from the time when the attempt was sent, a third of it random. So the last of two retries comes
 * 3.3 to 5 s after the first attempt, and no later than that if each attempt takes a second.
 *
 * @param retries How many retries of the call have counted so far.
 * @param random From 0 to 1.
 * @param now On the clock of `endsAt`.
 */
export function planRetry(
  { failure, duration, verdict }: Pick<FailedAttempt, 'failure' | 'duration' | 'verdict'>,
  { isIdempotent, endsAt = Infinity, options: { maxRetries } }: RetryableCall,
  retries: number,
  random: number,
  now: number,
): Retry | undefined {
  if (maxRetries === 0 || !isRetryable(failure, isIdempotent)) return undefined;
  const { status = 0, requestedDelay } = failure.kind === 'status' ? failure : {};
  // Retries 6: let the caller decide what to do about a longer wait.
  if ((requestedDelay ?? 0) > (status === 429 ? maxRequestedDelay.refusal : maxRequestedDelay.failure))
    return undefined;
  if (!verdict.countsAsRetry) return { delay: verdict.rest, retries };
  const counted = verdict.isLastRetry ? Math.max(retries, maxRetries - 1) : retries;
  if (counted >= maxRetries) return undefined;
  const longest = Math.min(longestDelay.first * longestDelay.factor ** counted, longestDelay.max);
  const delay = Math.min(((2 + random) / 3) * longest - duration, (endsAt - now) / 2);
  // At least a moment: of calls that fail together, each then waits for the outage that the others show.
  return { delay: Math.max(1, Math.round(requestedDelay ?? delay)), retries: counted + 1 };
}

function isRetryable(failure: Failure, isIdempotent: boolean): boolean {
  if (failure.kind !== 'status') return failure.kind === 'unsent' || (failure.kind === 'unanswered' && isIdempotent);
  return failure.status === 429 || (isIdempotent && [408, 500, 502, 503, 504].includes(failure.status));
}
