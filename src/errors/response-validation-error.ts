import { CallError, type CallErrorInit } from './call-error.ts';
import { brandError } from './example-error.ts';

/** One difference between a response and the API reference. It contains no values from the response. */
export interface ValidationIssue {
  /** Where it is in the body: `['data', 3, 'created_at']`. */
  readonly path: readonly (string | number)[];
  /** What was expected, and what was received. */
  readonly message: string;
}

/** A successful response can't be used, or it differs from the API reference and `responseValidation` is `'throw'`. */
export class ResponseValidationError extends CallError {
  static {
    brandError(this, 'ResponseValidationError');
  }

  /** All differences from the API reference. */
  readonly issues: readonly ValidationIssue[];
  /** The body, parsed if it is JSON; otherwise the first 16 384 characters of its text. Not enumerable, which keeps it out of logs. */
  declare readonly body: unknown;
  /** HTTP status code. */
  declare readonly status: number;

  constructor(
    message: string,
    init: CallErrorInit & {
      readonly status: number;
      readonly issues: readonly ValidationIssue[];
      readonly body: unknown;
    },
  ) {
    super(message, init);
    this.issues = init.issues;
    Object.defineProperty(this, 'body', { value: init.body });
  }
}
