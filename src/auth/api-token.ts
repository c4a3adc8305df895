import { ExampleError, InvalidRequestError } from '../errors/index.ts';
import { untilAborted, type Cancellation } from '../utils/abort.ts';
import { throwInvalid } from '../utils/arguments.ts';
import { environmentVariable } from '../utils/runtime.ts';
import { withTimeout } from '../utils/timing.ts';
import { messageOf } from '../utils/values.ts';
import type { Redactor } from '../utils/redaction.ts';

/** An API token, or a function that returns the one to use now. */
export type ApiToken = string | ((context: ApiTokenContext) => string | Promise<string>);

/** What a token function gets. */
export interface ApiTokenContext {
  /**
   * The token that the API has just rejected with a 401, so that the function can get a new one. It is passed once for
   * each rejected token, however many calls it failed, unless the function returns it again. Otherwise `undefined`.
   */
  readonly rejectedToken: string | undefined;
}

/** @throws {InvalidRequestError} when there is no token, or the token can't be sent in a header. */
export function resolveApiToken(token: ApiToken | undefined = environmentVariable('EXAMPLE_API_TOKEN')): ApiToken {
  if (token === undefined) throw new InvalidRequestError('No API token: pass apiToken or set EXAMPLE_API_TOKEN.');
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
  cancellation: Cancellation,
  redactor: Redactor,
): Promise<string> {
  if (cancellation.aborted) throw cancellation.reason;
  const token = ask(getToken, undefined).catch((error: unknown) => {
    throw new ExampleError('The apiToken function failed; see the cause.', { cause: redactor.redactError(error) });
  });
  return checkToken(returnedValue, await untilAborted(cancellation, token));
}

/** The tokens that functions returned in the place of rejected ones. Only the latest ones matter. */
const replacements = new WeakMap<object, Map<string, Promise<string>>>();
const maxReplacements = 20;

/**
 * Gets the token in the place of one that the API rejected. The function is called once for each rejected token: all
 * calls that it failed wait for the same answer.
 *
 * @param rejection The error that the token led to.
 * @param timeout Milliseconds after which the function is given up.
 * @throws {ExampleError} when the token function fails. Its cause is the rejection.
 */
export async function replacementOf(
  getToken: Exclude<ApiToken, string>,
  rejectedToken: string,
  rejection: ExampleError,
  redactor: Redactor,
  timeout: number,
): Promise<string> {
  const known = replacements.get(getToken) ?? new Map<string, Promise<string>>();
  replacements.set(getToken, known);
  const refresh = () => withTimeout(ask(getToken, rejectedToken), timeout, 'The apiToken function');
  const token = known.get(rejectedToken) ?? refresh().then((next) => checkToken(returnedValue, next));
  known.set(rejectedToken, token);
  for (const oldest of known.keys()) if (known.size > maxReplacements) known.delete(oldest);
  // A later call then asks again: the vault may be back, or may have a new token.
  const forget = () => known.get(rejectedToken) === token && known.delete(rejectedToken);
  try {
    const next = await token;
    if (next === rejectedToken) forget();
    return next;
  } catch (error) {
    forget();
    const reason = redactor.redact(messageOf(error));
    throw new ExampleError(`The apiToken function failed after a 401: ${reason}`, { cause: rejection });
  }
}

/** A function that throws rejects. */
async function ask(getToken: Exclude<ApiToken, string>, rejectedToken: string | undefined): Promise<string> {
  return getToken({ rejectedToken });
}

const returnedValue = 'The value returned by apiToken()';

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
