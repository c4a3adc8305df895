import { brandError, ExampleError } from './example-error.ts';
import { about, type RequestTarget } from './request-target.ts';

/** The call was not sent, because it would have waited for the rate limit for longer than `rateLimit.maxWait`. */
export class RateLimitWaitError extends ExampleError implements RequestTarget {
  static {
    brandError(this, 'RateLimitWaitError');
  }

  readonly method: string;
  readonly path: string;
  readonly route: string;
  /** Seconds until the rate limit is expected to allow the call. */
  readonly retryAfter: number;

  constructor(message: string, target: RequestTarget, retryAfter: number) {
    super(about(target, message));
    this.method = target.method;
    this.path = target.path;
    this.route = target.route;
    this.retryAfter = retryAfter;
  }
}
