import { ExampleError, InvalidRequestError } from '../errors/index.ts';
import { untilAborted, type Cancellation } from '../utils/abort.ts';
import { throwInvalid } from '../utils/arguments.ts';
import { bindingAdvice, environmentVariable } from '../utils/runtime.ts';
import type { Redactor } from './redaction.ts';

/** An API token, or a function that returns the one to use now. */
export type ApiToken = string | (() => string | Promise<string>);

/** @throws {InvalidRequestError} when there is no token, or the token can't be sent in a header. */
export function resolveApiToken(token: ApiToken | undefined = environmentVariable('EXAMPLE_API_TOKEN')): ApiToken {
  if (token === undefined) {
    const advice = bindingAdvice('apiToken', 'EXAMPLE_API_TOKEN');
    throw new InvalidRequestError(`No API token: pass apiToken or set EXAMPLE_API_TOKEN.${advice}`);
  }
  return typeof token === 'function' ? token : checkToken('apiToken (or EXAMPLE_API_TOKEN)', token);
}

/**
 * Gets the token for the next attempt.
 *
 * @throws the signal's reason when it aborts first.
 * @throws {ExampleError} when the token function fails.
 * @throws {InvalidRequestError} when the token function returns something that can't be sent in a header.
 */
export async function currentToken(
  getToken: Exclude<ApiToken, string>,
  signal: Cancellation,
  redactor: Redactor,
): Promise<string> {
  if (signal.aborted) throw signal.reason;
  const token = new Promise<string>((resolve) => resolve(getToken())).catch((error: unknown) => {
    throw new ExampleError('The apiToken function failed; see the cause.', { cause: redactor.redactError(error) });
  });
  return checkToken('The value returned by apiToken()', await untilAborted(signal, token));
}

/** What people pass as a token by mistake, and what is wrong with it. */
const mistakes: readonly (readonly [RegExp, string])[] = [
  [/^bearer\b/i, "has 'Bearer', which the SDK adds"],
  [/^["'`]/, 'has quotes around it'],
  [/^(undefined|null)$|EXAMPLE_API_TOKEN/, 'is the name of a variable instead of its value'],
  [/\s/, 'has spaces or line breaks'],
  [/[^!-~]/, 'has characters beyond ASCII'],
];

/** Checks a token. The error's message doesn't repeat it. */
function checkToken(name: string, token: string): string {
  if (typeof token !== 'string' || token === '') throwInvalid('the token itself, as a string', name, token, true);
  const mistake = mistakes.find(([pattern]) => pattern.test(token));
  if (!mistake) return token;
  throw new InvalidRequestError(`${name} ${mistake[1]}: pass only the token.`);
}
