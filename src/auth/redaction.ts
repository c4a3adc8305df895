/** Deeper values are cut off, because a response may be nested deeper than the call stack allows. */
const deepestValue = 100;

/** How deep the errors of other libraries are inspected. */
const deepestCause = 4;

/** Shorter passwords are not redacted: they would match parts of ordinary words. */
const shortestPassword = 4;

/**
 * Removes secrets from everything that the SDK returns, throws, emits or logs: the token, and fields such as a password.
 * The API, a proxy or a custom `fetch` may repeat them in a message, so every text from outside passes through here.
 */
export class Redactor {
  readonly #token: string;
  readonly #fields: readonly unknown[];
  #all: RegExp | undefined;

  constructor(token: string, fields: readonly unknown[]) {
    this.#token = token;
    this.#fields = fields;
  }

  /** Returns the text without the secrets, whatever their case or encoding. */
  redact(text: string): string {
    this.#all ??= anyOf([this.#token, ...this.#fields.map(String).filter(({ length }) => length >= shortestPassword)]);
    return text.replace(this.#all, '[redacted]');
  }

  /** Does the same for a name or code. Only the token is removed, because a code may be a word that is also a password. */
  redactName(name: string): string {
    return name.replace(anyOf([this.#token]), '[redacted]');
  }

  /** Does the same for every string in a JSON value. */
  redactJson(value: unknown, depth = 0): unknown {
    if (typeof value === 'string') return this.redact(value);
    if (typeof value !== 'object' || value === null) return value;
    if (depth > deepestValue) return '…';
    if (Array.isArray(value)) return value.map((item) => this.redactJson(item, depth + 1));
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [this.redactName(key), this.redactJson(item, depth + 1)]),
    );
  }

  redactHeaders(headers: Headers): Headers {
    return new Headers([...headers].map(([name, value]): [string, string] => [name, this.redact(value)]));
  }

  /**
   * Returns an error from outside, to be used as a cause: the error itself if logging it would show no secret, or else
   * a copy of its name, message and code.
   */
  redactError(error: unknown, depth = 0): unknown {
    if (this.#isClean(error, 0)) return error;
    if (!(error instanceof Error) || depth > deepestCause) return undefined;

    const cause = error.cause === undefined ? undefined : { cause: this.redactError(error.cause, depth + 1) };
    const copy = new Error(this.redact(error.message), cause);
    copy.stack = `${error.name}: ${copy.message}`;
    const code = 'code' in error && typeof error.code === 'string' ? { code: this.redact(error.code) } : undefined;
    return Object.assign(copy, code, { name: error.name });
  }

  /** Whether it provably holds no secret. A value that can't be inspected, such as a `Request` or a getter, might. */
  #isClean(value: unknown, depth: number): boolean {
    if (typeof value === 'string') return this.redact(value) === value;
    if (typeof value === 'function') return false;
    if (typeof value !== 'object' || value === null) return true;
    const isTransparent =
      value instanceof Error || Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
    if (!isTransparent || depth > deepestCause) return false;
    return Reflect.ownKeys(value).every((key) => {
      const property = Object.getOwnPropertyDescriptor(value, key);
      // Some engines make the stack a getter.
      const held: unknown = key === 'stack' && value instanceof Error ? value.stack : property?.value;
      const isHidden = property?.get !== undefined && key !== 'stack';
      return !isHidden && this.#isClean(String(key), 0) && this.#isClean(held, depth + 1);
    });
  }
}

/** Matches the secrets verbatim, JSON-escaped and percent-encoded. */
function anyOf(secrets: readonly string[]): RegExp {
  const forms = secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), percentEncoded(secret)]);
  const patterns = forms.map((form) => form.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  return new RegExp(patterns.join('|'), 'gi');
}

function percentEncoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
