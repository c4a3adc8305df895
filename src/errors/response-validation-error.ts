import { brandError, ExampleError } from './example-error.ts';
import type { RequestTarget } from './request-target.ts';

/** One difference between a response and the documentation. It holds no value of the response. */
export interface ValidationIssue {
  /** The path to it in the body: `['data', 3, 'created_at']`. */
  readonly path: readonly (string | number)[];
  /** What was expected, and what was received. */
  readonly message: string;
}

/** A successful response is unusable, or differs from the documentation under `responseValidation: 'throw'`. */
export class ResponseValidationError extends ExampleError implements RequestTarget {
  static {
    brandError(this, 'ResponseValidationError');
  }

  /** All differences from the documentation. */
  readonly issues: readonly ValidationIssue[];
  /** The body: parsed if it was JSON, or else its text. Not enumerable, so that it is left out when the error is logged. */
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
