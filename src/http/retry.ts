import type { ExampleError, RequestTarget } from '../errors/index.ts';
import { maxAskedWait } from '../rate-limit/headers.ts';

// Which failed attempts are retried, and when. docs/retries.md has the table. Its rule: nothing is sent twice that may
// have taken effect once.

/** How an attempt failed. */
export type Failure =
  | { readonly kind: 'status'; readonly status: number; /** Milliseconds. */ readonly retryAfter: number | undefined }
  /** There was no connection: nothing was sent. */
  | { readonly kind: 'unsent' }
  /** The connection broke, or the response did not arrive in time: the request may have taken effect. */
  | { readonly kind: 'lost' }
  /** The API has answered, or nothing can be sent: another attempt would end in the same way. */
  | { readonly kind: 'final' };

/** What `shouldRetry` receives besides the error. */
export interface RetryContext extends RequestTarget {
  /** The attempt that failed: 1 for the first one of a call. */
  readonly attempt: number;
  /** Whole milliseconds until the next attempt; 0 if it waits for the rate limit instead. */
  readonly delay: number;
}

/** Returns `false` if a call is not to be retried. It can't cause a retry that the SDK would not make. */
export type ShouldRetry = (error: ExampleError, context: RetryContext) => boolean;

/** Whether sending a call twice has the same effect as once, and how often it may be retried. */
interface RetryableCall {
  readonly isIdempotent: boolean;
  readonly options: { readonly maxRetries: number };
}

/** The next attempt. */
export interface Retry {
  /** Milliseconds to wait before it. */
  readonly delay: number;
  /** Whether it uses up neither retries nor the retry budget, because the call only waits its turn. */
  readonly isFree: boolean;
}

/** Milliseconds: the longest backoff before the first retry, and before any. */
const backoff = { first: 1_000, max: 8_000 };

/** Milliseconds to wait after a 429 before another token is used, whose limiter does not know of it. */
export function refusalWait(retryAfter: number | undefined, retries: number): number {
  return Math.min(retryAfter ?? Math.min(backoff.max, backoff.first * 2 ** retries), maxAskedWait.refusal);
}

/**
 * The next attempt after a failure, or `undefined` if there is none. The delay is the one that the server asked for, or
 * else exponential backoff with full jitter (AWS, "Exponential Backoff And Jitter").
 *
 * @param retries Its retries so far.
 * @param verdict That of the rate limiter, if it decides when a refused call (429) is sent again. If the refusal is
 *   contention, the call only waits its turn.
 * @param random From 0 to 1.
 */
export function planRetry(
  failure: Failure,
  { isIdempotent, options: { maxRetries } }: RetryableCall,
  retries: number,
  verdict: { readonly isFree: boolean } | undefined,
  random: number,
): Retry | undefined {
  const isRefusal = failure.kind === 'status' && failure.status === 429;
  const isFree = isRefusal && verdict?.isFree === true && maxRetries > 0;
  if ((!isFree && retries >= maxRetries) || !isRetryable(failure, isIdempotent)) return undefined;
  if (isRefusal && verdict) return { delay: 0, isFree };

  const retryAfter = failure.kind === 'status' ? failure.retryAfter : undefined;
  // For a longer wait, the caller can decide better what to do.
  if (retryAfter !== undefined && retryAfter > maxAskedWait.failure) return undefined;
  const delay = random * Math.min(backoff.max, backoff.first * 2 ** retries);
  return { delay: Math.round(retryAfter ?? delay), isFree };
}

function isRetryable(failure: Failure, isIdempotent: boolean): boolean {
  if (failure.kind !== 'status') return failure.kind === 'unsent' || (failure.kind === 'lost' && isIdempotent);
  return failure.status === 429 || (isIdempotent && [408, 500, 502, 503, 504].includes(failure.status));
}
