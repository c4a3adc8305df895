import { ExampleError, InvalidRequestError } from '../errors/index.ts';
import { untilAborted } from '../utils/abort.ts';
import { environmentVariable } from '../utils/runtime.ts';
import type { Authorization } from './authorization.ts';

/** An API token, or a function that returns the one to use now. */
export type ApiToken = string | (() => string | Promise<string>);

/** Bearer authorisation (RFC 6750). */
export class BearerToken implements Authorization {
  readonly #token: ApiToken;

  /** @throws {InvalidRequestError} when there is no token, or one that no header can hold. */
  constructor(token: ApiToken | undefined = environmentVariable('EXAMPLE_API_TOKEN')) {
    if (token === undefined) {
      throw new InvalidRequestError('No API token: pass apiToken or set EXAMPLE_API_TOKEN.');
    }
    this.#token = typeof token === 'function' ? token : checked(token);
  }

  get fixed(): string | undefined {
    return typeof this.#token === 'string' ? this.#token : undefined;
  }

  /**
   * @throws the signal's reason when it aborts first.
   * @throws {ExampleError} when the token function fails.
   * @throws {InvalidRequestError} when the token function returns something that no header can hold.
   */
  async current(signal: AbortSignal | undefined): Promise<string> {
    const token = this.#token;
    if (typeof token === 'string') return token;
    signal?.throwIfAborted();
    return checked(await untilAborted(signal, callTokenFunction(token)));
  }

  headers(credential: string): { readonly authorization: string } {
    return { authorization: `Bearer ${credential}` };
  }
}

async function callTokenFunction(apiToken: () => string | Promise<string>): Promise<string> {
  try {
    return await apiToken();
  } catch (cause) {
    throw new ExampleError('The apiToken function failed; see the cause.', { cause });
  }
}

/** The message does not repeat the token. */
function checked(token: string): string {
  if (typeof token === 'string' && /^[\x21-\x7e]+$/.test(token)) return token;
  throw new InvalidRequestError(
    'apiToken must be a non-empty string of printable ASCII without spaces, or a function that returns one.',
  );
}
