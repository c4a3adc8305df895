import type { Attempt } from './records.ts';

/** What an attempt means for its delivery. */
export type Outcome =
  | { readonly kind: 'delivered' }
  /** The receiver wants nothing more. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; /** Milliseconds the receiver asked for. */ readonly retryAfter: number };

/** Any 2xx is a success, 410 says goodbye, and everything else (a redirect, too) is a failure. */
export function outcomeOf({ status, responseHeaders }: Attempt): Outcome {
  if (status !== undefined && status >= 200 && status < 300) return { kind: 'delivered' };
  if (status === 410) return { kind: 'gone' };
  return { kind: 'failed', retryAfter: seconds(responseHeaders?.['retry-after']) * 1000 };
}

function seconds(retryAfter: string | undefined): number {
  // An hour at most: a receiver can't put its events off for good.
  return retryAfter !== undefined && /^\d{1,9}$/.test(retryAfter) ? Math.min(Number(retryAfter), 3600) : 0;
}
