import { ExampleError } from '../errors/example-error.ts';

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
