import { copyHeaders } from '../utils/headers.ts';
import { parseJson } from '../utils/json.ts';
import { isError } from '../utils/user-code.ts';
import { SecretSearch } from './secret-search.ts';

/** How many characters of a text to show. */
const maxShown = 16_384;

const words =
  '(password|passwd|passphrase|passcode|secret|token|(api|access|private|secret|signing|encryption)[_-]?key|credential|authorization|cookie)';

/** Matches names of fields, parameters and headers that hold secrets, such as `newPassword`, `x-api-key` and `filter[token]`. */
export const secretName = new RegExp(`${words}s?[[\\]]*$`, 'i');
const quotedSecretName = new RegExp(`${words}s?"`, 'i');

/** The parts of a request that may contain secrets. Their names tell which are secret. */
export interface SecretFields {
  /** Such as `?page=2`. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body: string | undefined;
  /** The values of secret parameters of the path. */
  readonly secretParams: readonly string[];
}

/** An attempt of a call. Its redactor is created only when it is needed, which is rare. */
export interface Redactable {
  readonly call: SecretFields & { readonly path: string; readonly options: { readonly baseUrl: string } };
  /** The tokens that the call has used so far. A response may repeat one of an earlier attempt. */
  readonly tokens: readonly string[];
  redactor?: Redactor | undefined;
}

export function redactorOf(attempt: Redactable): Redactor {
  return (attempt.redactor ??= new Redactor(() => [...attempt.tokens, ...secretsOf(attempt.call)]));
}

/** The URL of an attempt, redacted. The base URL stays as it is, even if a word in it equals a password. */
export function redactedUrl(attempt: Redactable): string {
  const { path, query, options } = attempt.call;
  const redactor = redactorOf(attempt);
  return options.baseUrl + redactor.redact(path) + redactor.redactQuery(query);
}

/** Returns the values that must not appear in errors, events or log lines. */
export function secretsOf({ query, headers, body, secretParams }: SecretFields): string[] {
  const secrets = [...secretParams];
  const fields: [name: string, value: unknown][] = [...Object.entries(headers), ...new URLSearchParams(query)];
  // Most bodies have no secret, and parsing a large body takes time.
  if (body !== undefined && quotedSecretName.test(body)) fields.push(['', parseJson(body)]);
  for (let field = fields.pop(); field; field = fields.pop()) {
    const [name, value] = field;
    if (typeof value === 'object' && value !== null) {
      const inherited = secretName.test(name) && name;
      for (const [key, item] of Object.entries(value)) fields.push([inherited || key, item]);
      // A value that equals its name, such as `password`, is a placeholder.
    } else if ((typeof value === 'string' || typeof value === 'number') && value !== name && secretName.test(name)) {
      secrets.push(String(value));
    }
  }
  return secrets;
}

/**
 * Removes secrets from everything that the SDK throws, emits or logs. The API, a proxy or a custom `fetch` may repeat
 * them, so all text from outside passes through here. No method throws.
 */
export class Redactor {
  readonly #secrets: () => readonly string[];
  #search: SecretSearch | undefined;

  /** @param secrets Called when something is first redacted. */
  constructor(secrets: () => readonly string[]) {
    this.#secrets = secrets;
  }

  /** Removes secrets from a text, in any case and however they are escaped. Truncates a long text. */
  redact(text: string): string {
    this.#search ??= new SecretSearch(this.#secrets());
    // Searches more than is shown, because a secret may extend beyond that.
    return this.#search.redact(text.slice(0, 4 * maxShown), maxShown);
  }

  /** Removes secrets from a query: also by the names of parameters, because their values may be ordinary words. */
  redactQuery(query: string): string {
    const hide = (parameter: string) => {
      const name = parameter.slice(0, parameter.indexOf('='));
      const isSecret = secretName.test(name.replace(/%5[bd]/gi, (bracket) => decodeURIComponent(bracket)));
      return isSecret ? `${name}=[redacted]` : parameter;
    };
    return this.redact(query.split('&').map(hide).join('&'));
  }

  /**
   * Removes secrets from all strings, numbers and names in a JSON value. Keeps its structure.
   *
   * @param byName True to redact fields and headers by their names as well, as in log lines.
   */
  redactJson(value: unknown, byName = false, depth = 0): unknown {
    if (typeof value === 'string') return this.redact(value);
    if (typeof value === 'number') return this.redact(String(value)) === String(value) ? value : '[redacted]';
    if (typeof value !== 'object' || value === null) return value;
    if (depth > 100) return '…'; // A response may be nested too deeply for the call stack.
    const redact = (item: unknown) => this.redactJson(item, byName, depth + 1);
    if (Array.isArray(value)) return value.map(redact);
    const fields = Object.entries(value).map(([key, item]) => [
      this.redact(key),
      byName && secretName.test(key) ? '[redacted]' : redact(item),
    ]);
    return Object.fromEntries(fields);
  }

  /** Removes secrets from headers. Leaves out a header with a secret in its name. */
  redactHeaders(headers: Headers): Headers {
    return copyHeaders(headers, (value, name) => (this.redact(name) === name ? this.redact(value) : undefined));
  }

  /**
   * Copies an error from outside, to be used as a cause: its name, message, code, stack and up to four causes. Anything
   * else might print a secret.
   */
  redactError(error: unknown, depth = 0): unknown {
    try {
      if (!isError(error) || depth > 4) return undefined;
      // Whatever the types say, each of these may be anything.
      const { name, message, stack, code, cause }: Partial<Record<keyof Error | 'code', unknown>> = error;
      const options = cause === undefined ? undefined : { cause: this.redactError(cause, depth + 1) };
      const copy = new Error(this.redact(String(message)), options);
      const fields = { name: String(name), stack: String(stack), ...(/string|number/.test(typeof code) && { code }) };
      // Assignment would fail if `Error.prototype` is frozen.
      for (const [key, value] of Object.entries(fields))
        Object.defineProperty(copy, key, { value: this.redactJson(value) });
      return copy;
    } catch {
      return undefined; // Reading the error failed.
    }
  }
}
