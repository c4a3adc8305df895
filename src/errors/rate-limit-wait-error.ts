import { CallError, type RequestTarget } from './call-error.ts';
import { brandError } from './example-error.ts';

/** The call was not sent, because it would have waited for the rate limit for longer than `rateLimit.maxWait`. */
export class RateLimitWaitError extends CallError {
  static {
    brandError(this, 'RateLimitWaitError');
  }

  /** Seconds until the rate limit is expected to allow the call. */
  readonly retryAfter: number;

  constructor(message: string, target: RequestTarget, retryAfter: number) {
    super(message, target);
    this.retryAfter = retryAfter;
  }
}
