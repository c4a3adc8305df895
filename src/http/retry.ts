// Which failed attempt may be made again, and when: docs/retries.md has the table. The rule behind it is that nothing
// is sent twice that may have happened once.

/** How an attempt failed. */
export type Failure =
  | { readonly kind: 'status'; readonly status: number; /** Milliseconds. */ readonly retryAfter: number | undefined }
  /** No connection: nothing was sent. */
  | { readonly kind: 'unsent' }
  /** The connection broke, or the answer did not come in time: it may have happened. */
  | { readonly kind: 'lost' };

/** Where a call stands when an attempt of it has failed. */
export interface RetryState {
  /** Sending it twice has the same effect as once. */
  readonly repeatable: boolean;
  readonly maxRetries: number;
  /** Retries so far. */
  readonly retries: number;
  /** The limiter decides when a refused call (429) goes out again. */
  readonly paced: boolean;
  /** The API has answered others since this call was sent: it was refused in favour of them. */
  readonly contended: boolean;
}

/** The next attempt. */
export interface Retry {
  /** Milliseconds until it is made. */
  readonly delay: number;
  /** It was only waiting for its turn, and uses up neither retries nor the retry budget. */
  readonly free: boolean;
}

const baseDelay = 500;
const longestDelay = 8_000;

/** A server that is away for longer than this is not waited for: the caller can decide better. */
const longestRetryAfter = 120_000;

/**
 * The next attempt after a failure, or `undefined` if there may be none. The delay is what the server asked for, else
 * exponential backoff with full jitter (AWS, "Exponential Backoff And Jitter").
 *
 * @param random From 0 to 1.
 */
export function planRetry(failure: Failure, state: RetryState, random: number): Retry | undefined {
  const isRefusal = failure.kind === 'status' && failure.status === 429;
  const free = isRefusal && state.paced && state.contended && state.maxRetries > 0;
  if (!free && state.retries >= state.maxRetries) return undefined;
  if (!isRetryable(failure, state.repeatable)) return undefined;
  if (isRefusal && state.paced) return { delay: 0, free };

  const retryAfter = failure.kind === 'status' ? failure.retryAfter : undefined;
  if (retryAfter !== undefined && retryAfter > longestRetryAfter) return undefined;
  return { delay: retryAfter ?? random * Math.min(longestDelay, baseDelay * 2 ** state.retries), free };
}

function isRetryable(failure: Failure, repeatable: boolean): boolean {
  if (failure.kind !== 'status') return failure.kind === 'unsent' || repeatable;
  const { status, retryAfter } = failure;
  if (status === 429 || (status === 503 && retryAfter !== undefined)) return true;
  return repeatable && [408, 500, 502, 503, 504].includes(status);
}
