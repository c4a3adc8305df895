import { brandError, ExampleError } from './example-error.ts';

/** An option or argument is wrong. Thrown before anything is sent; the message names it and says what is expected. */
export class InvalidRequestError extends ExampleError {
  static {
    brandError(this, 'InvalidRequestError');
  }
}
