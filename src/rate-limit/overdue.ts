import { RateLimitWaitError } from '../errors/index.ts';
import type { Admission } from './limiter.ts';

/** When a call that was made at `since` has waited as long as it may. */
export function expiryOf({ maxWait = Infinity }: Admission, since: number): number {
  return since + maxWait;
}

/**
 * The error of a call that was made at `since` and would wait too long if it is sent in `delay` milliseconds at the
 * earliest; `undefined` if it may go on waiting.
 */
export function waitError(
  admission: Admission,
  since: number,
  now: number,
  delay: number,
): RateLimitWaitError | undefined {
  const { maxWait = Infinity, deadline = Infinity } = admission;
  const isTooLong = now - since >= maxWait || now + delay > expiryOf(admission, since);
  // A call whose delay is not known times out like any other.
  const isTooLate = delay > 0 && now + delay >= deadline;
  if (!isTooLong && !isTooLate) return undefined;
  const retryAfter = Math.max(1, Math.ceil(delay / 1000));
  const limit = isTooLong
    ? `maxWait is ${maxWait} ms`
    : `totalTimeout leaves ${Math.max(0, Math.round(deadline - now))} ms`;
  return new RateLimitWaitError(
    `Not sent: the rate limit allows this call in about ${retryAfter} s, and ${limit}.`,
    admission,
    retryAfter,
  );
}
