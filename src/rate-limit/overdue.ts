import { RateLimitWaitError } from '../errors/index.ts';
import type { Admission } from './limiter.ts';

/** The error of a call that would wait too long, or `undefined` if it may still wait for `delay` ms after `waited` ms. */
export function waitError(admission: Admission, waited: number, delay: number): RateLimitWaitError | undefined {
  const { maxWait = Infinity } = admission;
  if (waited < maxWait && waited + delay <= maxWait) return undefined;
  const retryAfter = Math.max(1, Math.ceil(delay / 1000));
  return new RateLimitWaitError(
    `Not sent: the rate limit allows this call in about ${retryAfter} s, and maxWait is ${maxWait} ms.`,
    admission,
    retryAfter,
  );
}
