import { CallError, type CallErrorInit } from './call-error.ts';
import { brandError } from './example-error.ts';

/** The body of a success has more bytes than `maxResponseSize`. The rest was not read, and the call is not retried. */
export class ResponseTooLargeError extends CallError {
  static {
    brandError(this, 'ResponseTooLargeError');
  }

  /** HTTP status code. */
  declare readonly status: number;

  constructor(init: CallErrorInit & { readonly status: number }, maxResponseSize: number) {
    super(`The body has more than ${maxResponseSize} bytes (maxResponseSize).`, init);
  }
}
