import { copyHeaders } from '../utils/headers.ts';
import { parseJson } from '../utils/json.ts';
import { isError } from '../utils/user-code.ts';
import { SecretSearch } from './secret-search.ts';

/** How many characters of a text are shown. */
const maxShown = 16_384;

const words =
  '(password|passwd|passphrase|passcode|secret|token|(api|access|private|secret|signing|encryption)[_-]?key|credential|authorization|cookie)';

/** Names of fields, parameters and headers that hold secrets, such as `newPassword`, `x-api-key` and `credentials`. */
export const secretName = new RegExp(`${words}s?$`, 'i');
const quotedSecretName = new RegExp(`${words}s?"`, 'i');

/** Parts of a request that contain secrets, which are found by their names. */
export interface SecretFields {
  /** Such as `?page=2`. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body: string | undefined;
  /** The values of secret parameters of the path. */
  readonly secretParams: readonly string[];
}

/** An attempt of a call. Its redactor is made when it is first needed, which is rare. */
export interface Redactable {
  readonly call: SecretFields & { readonly path: string; readonly options: { readonly baseUrl: string } };
  /** The tokens of the call's attempts so far. A response may repeat the token of an earlier attempt. */
  readonly tokens: readonly string[];
  redactor?: Redactor | undefined;
}

export function redactorOf(attempt: Redactable): Redactor {
  return (attempt.redactor ??= new Redactor(() => [...attempt.tokens, ...secretsOf(attempt.call)]));
}

/** The URL of an attempt. The base URL is not redacted, even if a word in it equals a password. */
export function redactedUrl(attempt: Redactable): string {
  const { path, query, options } = attempt.call;
  const redactor = redactorOf(attempt);
  return options.baseUrl + redactor.redact(path) + redactor.redactQuery(query);
}

/** The values that must not appear in errors, events or log lines. */
export function secretsOf({ query, headers, body, secretParams }: SecretFields): string[] {
  const secrets = [...secretParams];
  const fields: [name: string, value: unknown][] = [...Object.entries(headers), ...new URLSearchParams(query)];
  // Most bodies have no such name, and parsing a large one takes time.
  if (body !== undefined && quotedSecretName.test(body)) fields.push(['', parseJson(body)]);
  for (let field = fields.pop(); field; field = fields.pop()) {
    const [name, value] = field;
    if (typeof value === 'object' && value !== null) {
      const inherited = secretName.test(name) && name;
      for (const [key, item] of Object.entries(value)) fields.push([inherited || key, item]);
      // A value that equals its name, such as `password`, is no secret.
    } else if ((typeof value === 'string' || typeof value === 'number') && value !== name && secretName.test(name)) {
      secrets.push(String(value));
    }
  }
  return secrets;
}

/**
 * Removes secrets from everything that the SDK throws, emits or logs. The API, a proxy or a custom `fetch` may repeat
 * them, so every text from outside passes through here. No method throws.
 */
export class Redactor {
  readonly #secrets: () => readonly string[];
  #search: SecretSearch | undefined;

  /** @param secrets Looks them up when something is first redacted. */
  constructor(secrets: () => readonly string[]) {
    this.#secrets = secrets;
  }

  /** Returns the text without the secrets, whatever their case or escapes; only its beginning if it is long. */
  redact(text: string): string {
    this.#search ??= new SecretSearch(this.#secrets());
    // More than is shown is searched, because a secret may reach beyond that.
    return this.#search.redact(text.slice(0, 4 * maxShown), maxShown);
  }

  /** Returns the query without the values of secret parameters, which may be ordinary words. */
  redactQuery(query: string): string {
    const hide = (parameter: string) => {
      const name = parameter.slice(0, parameter.indexOf('='));
      return secretName.test(name) ? `${name}=[redacted]` : parameter;
    };
    return this.redact(query.split('&').map(hide).join('&'));
  }

  /**
   * Does the same in a JSON value: for every text, number and name.
   *
   * @param byName Whether fields and headers are redacted by their names as well, as in log lines.
   */
  redactJson(value: unknown, byName = false, depth = 0): unknown {
    if (typeof value === 'string') return this.redact(value);
    if (typeof value === 'number') return this.redact(String(value)) === String(value) ? value : '[redacted]';
    if (typeof value !== 'object' || value === null) return value;
    if (depth > 100) return '…'; // A response may be nested more deeply than the call stack allows.
    const redact = (item: unknown) => this.redactJson(item, byName, depth + 1);
    if (Array.isArray(value)) return value.map(redact);
    const fields = Object.entries(value).map(([key, item]) => [
      this.redact(key),
      byName && secretName.test(key) ? '[redacted]' : redact(item),
    ]);
    return Object.fromEntries(fields);
  }

  /** The headers without the secrets. One with a secret in its name is left out. */
  redactHeaders(headers: Headers): Headers {
    return copyHeaders(headers, (value, name) => (this.redact(name) === name ? this.redact(value) : undefined));
  }

  /**
   * Returns a copy of an error from outside, to be used as a cause: its name, message, code, stack and four causes.
   * Anything else that an error has may print a secret.
   */
  redactError(error: unknown, depth = 0): unknown {
    try {
      if (!isError(error) || depth > 4) return undefined;
      // Whatever the types say, any of these may be anything.
      const { name, message, stack, code, cause }: Partial<Record<keyof Error | 'code', unknown>> = error;
      const options = cause === undefined ? undefined : { cause: this.redactError(cause, depth + 1) };
      const copy = new Error(this.redact(String(message)), options);
      const fields = { name: String(name), stack: String(stack), ...(/string|number/.test(typeof code) && { code }) };
      // Not by assignment, which fails if the prototype of all errors is frozen.
      for (const [key, value] of Object.entries(fields))
        Object.defineProperty(copy, key, { value: this.redactJson(value) });
      return copy;
    } catch {
      return undefined; // Even reading it fails.
    }
  }
}
