import { brandError, ExampleError } from './example-error.ts';
import { about, type RequestTarget } from './request-target.ts';

/** The body of a success has more bytes than `maxResponseSize`. The rest was not read, and the call is not retried. */
export class ResponseTooLargeError extends ExampleError implements RequestTarget {
  static {
    brandError(this, 'ResponseTooLargeError');
  }

  /** HTTP status code. */
  readonly status: number;
  readonly method: string;
  readonly path: string;
  readonly route: string;

  constructor(target: RequestTarget, status: number, maxResponseSize: number) {
    super(about(target, `The body has more than ${maxResponseSize} bytes (maxResponseSize).`, status));
    this.status = status;
    this.method = target.method;
    this.path = target.path;
    this.route = target.route;
  }
}
