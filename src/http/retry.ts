import type { ExampleError, RequestTarget } from '../errors/index.ts';
import { maxAskedWait } from '../rate-limit/headers.ts';
import { backoff } from '../utils/timing.ts';

// Decides which failed attempts are retried, and when. The rule: nothing is sent twice that may have taken effect once.
// docs/retries.md has the table.

/** How an attempt failed. */
export type Failure =
  | {
      readonly kind: 'status';
      readonly status: number;
      /** Milliseconds that the response asks to wait; `undefined` also for 0. */
      readonly retryAfter: number | undefined;
    }
  /** There was no connection, so nothing was sent. */
  | { readonly kind: 'unsent' }
  /** The connection broke, or the response did not arrive in time. The request may have taken effect. */
  | { readonly kind: 'lost' }
  /** Another attempt would fail in the same way. */
  | { readonly kind: 'final' };

/** What `shouldRetry` receives besides the error. */
export interface RetryContext extends RequestTarget {
  /** The attempt that failed: 1 for the first one of a call. */
  readonly attempt: number;
  /** Whole milliseconds until the next attempt; 0 if it waits for the rate limit instead. */
  readonly delay: number;
}

/** Returns `false` to veto a retry. It can't cause a retry that the SDK would not make. */
export type ShouldRetry = (error: ExampleError, context: RetryContext) => boolean;

/** What {@link planRetry} needs to know about a call. */
interface RetryableCall {
  readonly isIdempotent: boolean;
  readonly options: { readonly maxRetries: number };
}

/** The next attempt. */
export interface Retry {
  /** Milliseconds to wait before it. */
  readonly delay: number;
  /** True if it doesn't count as a retry, because the call only waits its turn. */
  readonly isUncounted: boolean;
}

/** Milliseconds: the longest delay before the first retry, and before any retry. */
const longestDelay = { first: 1_000, max: 8_000 };

/** Milliseconds to wait after a 429 if the token was rotated: its limiter doesn't know of the refusal. */
export function refusalWait(retryAfter: number | undefined, retries: number): number {
  return Math.min(retryAfter ?? backoff(longestDelay, retries), maxAskedWait.refusal);
}

/**
 * Plans the next attempt after a failure; `undefined` if there is none. The delay is what the server asked for, or else
 * exponential backoff, half of it random (AWS, "Exponential Backoff And Jitter": equal jitter).
 *
 * @param retries How often the call was retried so far.
 * @param verdict The rate limiter's, if there is one. It then decides when a refused call (429) is sent again.
 * @param random From 0 to 1.
 */
export function planRetry(
  failure: Failure,
  { isIdempotent, options: { maxRetries } }: RetryableCall,
  retries: number,
  verdict: { readonly isUncounted: boolean } | undefined,
  random: number,
): Retry | undefined {
  const isRefusal = failure.kind === 'status' && failure.status === 429;
  const isUncounted = isRefusal && verdict?.isUncounted === true && maxRetries > 0;
  if ((!isUncounted && retries >= maxRetries) || !isRetryable(failure, isIdempotent)) return undefined;
  if (isRefusal && verdict) return { delay: 0, isUncounted };

  const retryAfter = failure.kind === 'status' ? failure.retryAfter : undefined;
  // Let the caller decide what to do about a longer wait.
  if (retryAfter !== undefined && retryAfter > maxAskedWait.failure) return undefined;
  const delay = ((1 + random) / 2) * backoff(longestDelay, retries);
  return { delay: Math.round(retryAfter ?? delay), isUncounted };
}

function isRetryable(failure: Failure, isIdempotent: boolean): boolean {
  if (failure.kind !== 'status') return failure.kind === 'unsent' || (failure.kind === 'lost' && isIdempotent);
  return failure.status === 429 || (isIdempotent && [408, 500, 502, 503, 504].includes(failure.status));
}
