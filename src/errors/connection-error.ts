import { brandError, ExampleError } from './example-error.ts';
import { about, type RequestTarget } from './request-target.ts';

/** No complete response arrived: the connection could not be established, or it broke. `cause` says why. */
export class ConnectionError extends ExampleError implements RequestTarget {
  static {
    brandError(this, 'ConnectionError');
  }

  readonly method: string;
  readonly path: string;
  readonly route: string;

  constructor(message: string, target: RequestTarget, options?: ErrorOptions) {
    super(about(target, message), options);
    this.method = target.method;
    this.path = target.path;
    this.route = target.route;
  }
}

/** An attempt took longer than `timeout`, or the whole call took longer than `totalTimeout`. */
export class TimeoutError extends ConnectionError {
  static {
    brandError(this, 'TimeoutError');
  }
}
