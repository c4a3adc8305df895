import { brandError, ExampleError } from './example-error.ts';

/** An option or argument is wrong, and nothing was sent. The message names it and says what is expected. */
export class InvalidRequestError extends ExampleError {
  static {
    brandError(this, 'InvalidRequestError');
  }
}
