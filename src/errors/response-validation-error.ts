import { brandError, ExampleError } from './example-error.ts';
import type { RequestTarget } from './request-target.ts';

/** One place where a response differs from what the API documents. It holds no value of the response. */
export interface ValidationIssue {
  /** Where: `['data', 3, 'created_at']`. */
  readonly path: readonly (string | number)[];
  /** What is wrong there. */
  readonly message: string;
}

/** A successful response that can't be used, or that differs from the documentation under `responseValidation: 'throw'`. */
export class ResponseValidationError extends ExampleError implements RequestTarget {
  static {
    brandError(this, 'ResponseValidationError');
  }

  /** Every place where the response is not as documented. */
  readonly issues: readonly ValidationIssue[];
  /** The body as received: parsed if it was JSON, else its text. Not enumerable: it is left out when the error is logged. */
  declare readonly body: unknown;
  /** HTTP status code. */
  readonly status: number;
  readonly method: string;
  readonly path: string;

  constructor(
    message: string,
    init: RequestTarget & {
      readonly status: number;
      readonly issues: readonly ValidationIssue[];
      readonly body: unknown;
    },
  ) {
    super(message);
    this.issues = init.issues;
    this.status = init.status;
    this.method = init.method;
    this.path = init.path;
    Object.defineProperty(this, 'body', { value: init.body });
  }
}
