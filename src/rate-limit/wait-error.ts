import { RateLimitWaitError } from '../errors/index.ts';
import type { Admission } from './types.ts';

/** When the `maxWait` of a call is over. */
export function waitsUntil({ maxWait = Infinity, waitingSince }: Admission, now: number): number {
  return (waitingSince ?? now) + maxWait;
}

/** The error of a call that is sent in `delay` milliseconds at the earliest; `undefined` if it may wait that long. */
export function waitError(admission: Admission, now: number, delay: number): RateLimitWaitError | undefined {
  const { deadline = Infinity, maxWait = Infinity } = admission;
  const maxDelay = waitsUntil(admission, now) - now;
  const isTooLong = maxDelay <= 0 || delay > maxDelay;
  // A call whose delay is not known times out like any other.
  if (!isTooLong && (delay === 0 || now + delay < deadline)) return undefined;
  const seconds = Math.max(1, Math.ceil(delay / 1000));
  const left = Math.round(deadline - now);
  const waited = Math.round(maxWait - maxDelay);
  const over = waited > 0 ? `, of which ${waited} ms are over` : '';
  const limit = isTooLong ? `maxWait is ${maxWait} ms${over}` : `totalTimeout leaves ${left} ms`;
  // A wait that is over was predicted wrongly, or the API has failed meanwhile.
  const problem =
    maxDelay <= 0 && maxWait !== 0
      ? `it has waited for its maxWait of ${maxWait} ms, and the next request may be sent in about ${seconds} s`
      : `the rate limit allows this call in about ${seconds} s, and ${limit}`;
  const message = `Not sent: ${problem}.`;
  return new RateLimitWaitError(message, admission, seconds);
}

/** The error of a call when the API admits nothing, and the next request may be sent at `nextAt` at the earliest. */
export function stallError(admission: Admission, now: number, nextAt: number): RateLimitWaitError {
  const seconds = nextAt < Infinity ? Math.max(1, Math.ceil((nextAt - now) / 1000)) : 1;
  const message = `Not sent: the API admits nothing, and the next request may be sent in about ${seconds} s.`;
  return new RateLimitWaitError(message, admission, seconds);
}
