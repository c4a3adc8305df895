import { CallError } from './call-error.ts';
import { brandError } from './example-error.ts';

/**
 * No complete response arrived: the connection could not be established, or it broke. `cause` says why. If the headers had
 * arrived, it has their `status` and `requestId`.
 */
export class ConnectionError extends CallError {
  static {
    brandError(this, 'ConnectionError');
  }
}

/** An attempt took longer than `timeout`, or the whole call took longer than `totalTimeout`. */
export class TimeoutError extends ConnectionError {
  static {
    brandError(this, 'TimeoutError');
  }
}
