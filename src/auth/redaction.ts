import { isError } from '../utils/user-code.ts';
import { SecretSearch } from './secret-search.ts';

/** Characters of a text that are shown. */
const maxShown = 16_384;

/** Names of fields, parameters and headers that hold secrets, such as `newPassword`, `x-api-key` and `credentials`. */
export const secretName =
  /(password|passwd|passphrase|passcode|secret|token|(api|access|private|secret|signing|encryption)[_-]?key|credential|authorization|cookie)s?$/i;

/**
 * Removes secrets from everything that the SDK throws, emits or logs: the token, and fields such as a password. The API,
 * a proxy or a custom `fetch` may repeat them, so every text from outside passes through here.
 */
export class Redactor {
  readonly #secrets: () => readonly string[];
  #search: SecretSearch | undefined;

  /** @param fields Those of a call, which are looked up when something is shown. */
  constructor(token: string, fields: () => readonly string[] = () => []) {
    this.#secrets = () => [token, ...fields()];
  }

  /** Returns the text without the secrets, whatever their case or escapes; only its beginning if it is long. */
  redact(text: string): string {
    const beginning = text.slice(0, 4 * maxShown);
    const redacted = (this.#search ??= new SecretSearch(this.#secrets())).redact(beginning);
    // What is cut off may begin with a secret that was cut in two.
    return beginning === text ? redacted.slice(0, maxShown) : redacted.slice(0, redacted.length / 4);
  }

  /** Does the same in a JSON value: for every text, number and name. */
  redactJson(value: unknown, depth = 0): unknown {
    if (typeof value === 'string') return this.redact(value);
    if (typeof value === 'number') return this.redact(String(value)) === String(value) ? value : '[redacted]';
    if (typeof value !== 'object' || value === null) return value;
    if (depth > 100) return '…'; // A response may be nested more deeply than the call stack allows.
    if (Array.isArray(value)) return value.map((item) => this.redactJson(item, depth + 1));
    const fields = Object.entries(value).map(([key, item]) => [this.redact(key), this.redactJson(item, depth + 1)]);
    return Object.fromEntries(fields);
  }

  /**
   * Does the same for what a log line shows of a request or a response. Fields and headers are redacted by their names,
   * too, because a password may be an ordinary word.
   */
  redactFields(value: unknown): unknown {
    const hide = (name: string, item: unknown) => (secretName.test(name) ? '[redacted]' : item);
    return value && JSON.parse(JSON.stringify(this.redactJson(value), hide));
  }

  /** The headers without the secrets. One with a secret in its name is left out. */
  redactHeaders(headers: Pick<Headers, 'forEach'>): Headers {
    const redacted = new Headers();
    headers.forEach((value, name) => {
      if (this.redact(name) === name) redacted.append(name, this.redact(value));
    });
    return redacted;
  }

  /**
   * Returns a copy of an error from outside, to be used as a cause: its name, message, code, stack and four causes. Anything
   * else that an error has may print a secret.
   */
  redactError(error: unknown, depth = 0): unknown {
    try {
      if (!isError(error) || depth > 4) return undefined;
      // Whatever the types say, any of these may be anything.
      const { name, message, stack, code, cause }: Partial<Record<keyof Error | 'code', unknown>> = error;
      const options = cause === undefined ? undefined : { cause: this.redactError(cause, depth + 1) };
      const copy = new Error(this.redact(String(message)), options);
      const shown = { name: String(name), stack: String(stack), ...(/string|number/.test(typeof code) && { code }) };
      // Not by assignment, which fails if the prototype of all errors is frozen.
      for (const [key, value] of Object.entries(shown))
        Object.defineProperty(copy, key, { value: this.redactJson(value) });
      return copy;
    } catch {
      return undefined; // Even reading it fails.
    }
  }
}
