import { RateLimitWaitError } from '../errors/index.ts';
import { targetOf, type LimitedCall } from './limited-call.ts';

/** When the `maxWait` of a call is over. */
export function waitsUntil({ maxWait = Infinity, waitingSince }: LimitedCall, now: number): number {
  return (waitingSince ?? now) + maxWait;
}

/** The error of a call that is sent in `delay` milliseconds at the earliest; `undefined` if it may wait that long. */
export function waitError(call: LimitedCall, now: number, delay: number): RateLimitWaitError | undefined {
  const { endsAt = Infinity, maxWait = Infinity } = call;
  const maxDelay = waitsUntil(call, now) - now;
  const isTooLong = maxDelay <= 0 || delay > maxDelay;
  // A call whose delay is not known times out like any other.
  if (!isTooLong && (delay === 0 || now + delay < endsAt)) return undefined;
  const seconds = Math.max(1, Math.ceil(delay / 1000));
  const reason = isTooLong ? `maxWait is ${maxWait} ms` : `totalTimeout leaves ${Math.round(endsAt - now)} ms`;
  const problem = `Not sent: the rate limit allows this call in about ${seconds} s, but ${reason}.`;
  return new RateLimitWaitError(problem, targetOf(call), seconds);
}
