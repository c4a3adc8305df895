import { ExampleError } from '../errors/example-error.ts';

// Calls the user's code, and reads what it throws or returns, which may be anything.

/** Calls a user's function. An error that it throws, or rejects with later, goes to `onError`. */
export function callUserCode(call: () => unknown, onError: (error: unknown) => void = () => undefined): void {
  new Promise((resolve) => resolve(call())).catch(onError);
}

/** True if a value is an error. It may be of another realm, such as that of a test runner. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}

/** The message of an error, or the type of anything else that was thrown. */
export function messageOf(error: unknown): string {
  try {
    const { message }: { message?: unknown } = isError(error) ? error : { message: typeof error };
    return String(message);
  } catch {
    return 'an error that cannot be read';
  }
}

/**
 * Settles as the reply does, or rejects with an {@link ExampleError} after the timeout. A later reply is ignored.
 *
 * @param timeout Milliseconds, or `Infinity`.
 * @param sender Who replies. The error's message begins with it.
 */
export function withTimeout<T>(reply: Promise<T>, timeout: number, sender: string): Promise<T> {
  if (timeout === Infinity) return reply;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new ExampleError(`${sender} did not reply within ${timeout} ms.`));
    }, timeout);
    void reply.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
