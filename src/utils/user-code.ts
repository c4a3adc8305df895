import { ExampleError } from '../errors/example-error.ts';

// What comes from outside, such as an error of a listener or the reply of a store, may be anything, or never come, and
// reading it may fail.

/** Calls something of the user's. What it throws, or rejects with later, goes to `onError`. */
export function callUserCode(call: () => unknown, onError: (error: unknown) => void = () => undefined): void {
  new Promise((resolve) => resolve(call())).catch(onError);
}

/** Whether a value is an error, also of another realm, such as that of a test runner. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}

/** The message of an error; for anything else that was thrown, what it is. */
export function messageOf(error: unknown): string {
  try {
    const { message }: { message?: unknown } = isError(error) ? error : { message: typeof error };
    return String(message);
  } catch {
    return 'an error that cannot be read';
  }
}

/**
 * Settles as the reply does, or rejects with an {@link ExampleError} if it takes longer. What the reply says then is
 * ignored.
 *
 * @param timeout Milliseconds, or `Infinity`.
 * @param sender Who replies: the beginning of the error's message.
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
