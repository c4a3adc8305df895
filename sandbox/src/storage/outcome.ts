import type { Attempt } from './records.ts';

/** The result of an attempt. */
export type Outcome =
  | { readonly kind: 'delivered' }
  /** The receiver does not want any more events. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; /** Delay that the receiver asked for, in milliseconds. */ readonly retryAfter: number };

/** Any 2xx is a success, 410 disables the webhook, and everything else, including a redirect, is a failure. */
export function outcomeOf({ status, responseHeaders }: Attempt): Outcome {
  if (status !== undefined && status >= 200 && status < 300) return { kind: 'delivered' };
  if (status === 410) return { kind: 'gone' };
  return { kind: 'failed', retryAfter: seconds(responseHeaders?.['retry-after']) * 1000 };
}

function seconds(retryAfter: string | undefined): number {
  // At most one hour, so that a receiver can't postpone its events forever.
  return retryAfter !== undefined && /^\d{1,9}$/.test(retryAfter) ? Math.min(Number(retryAfter), 3600) : 0;
}
