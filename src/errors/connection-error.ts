import { CallError, type RequestTarget } from './call-error.ts';
import { brandError } from './example-error.ts';

/** No complete response arrived: the connection could not be established, or it broke. `cause` says why. */
export class ConnectionError extends CallError {
  static {
    brandError(this, 'ConnectionError');
  }

  constructor(message: string, target: RequestTarget, options?: ErrorOptions) {
    super(message, target, undefined, options);
  }
}

/** An attempt took longer than `timeout`, or the whole call took longer than `totalTimeout`. */
export class TimeoutError extends ConnectionError {
  static {
    brandError(this, 'TimeoutError');
  }
}
