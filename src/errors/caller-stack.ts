import { ExampleError } from './example-error.ts';

/**
 * Throws an error of the SDK to whoever awaits the call, with their lines in its stack.
 *
 * An error of a timer or of the queue arises where nobody awaits it. But this function is called as the caller's `await`
 * is about to go on, and then engines know the chain of functions that await each other. It costs nothing until a call
 * fails, in contrast to a stack that is kept for each call.
 */
export function throwToCaller(error: unknown): never {
  if (error instanceof ExampleError) {
    // `Error.prepareStackTrace` may make anything of a stack, such as an array.
    const [stack, ours]: unknown[] = [error.stack, new Error().stack];
    if (typeof stack === 'string' && typeof ours === 'string') {
      const lines = ours.split('\n').slice(2);
      error.stack = [stack, ...lines.filter((line) => !stack.includes(line))].join('\n');
    }
  }
  throw error;
}
