import { ExampleError, InvalidRequestError } from '../errors/index.ts';
import { untilAborted } from '../utils/abort.ts';
import { environmentVariable } from '../utils/runtime.ts';

/** An API token, or a function that returns the one to use now. */
export type ApiToken = string | (() => string | Promise<string>);

/** @throws {InvalidRequestError} when there is no token, or one that no header can hold. */
export function resolveApiToken(token: ApiToken | undefined = environmentVariable('EXAMPLE_API_TOKEN')): ApiToken {
  if (token === undefined) throw new InvalidRequestError('No API token: pass apiToken or set EXAMPLE_API_TOKEN.');
  return typeof token === 'function' ? token : checked(token);
}

/**
 * The token of the next attempt.
 *
 * @throws the signal's reason when it aborts first.
 * @throws {ExampleError} when the token function fails.
 * @throws {InvalidRequestError} when the token function returns something that no header can hold.
 */
export async function currentToken(
  tokenFunction: () => string | Promise<string>,
  signal: AbortSignal,
): Promise<string> {
  signal.throwIfAborted();
  const token = new Promise<string>((resolve) => resolve(tokenFunction())).catch((cause: unknown) => {
    throw new ExampleError('The apiToken function failed; see the cause.', { cause });
  });
  return checked(await untilAborted(signal, token));
}

/** The message does not repeat the token. */
function checked(token: string): string {
  if (typeof token === 'string' && /^[\x21-\x7e]+$/.test(token)) return token;
  throw new InvalidRequestError(
    'apiToken must be a non-empty string of printable ASCII without spaces, or a function that returns one.',
  );
}
