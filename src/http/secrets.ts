/**
 * What must not appear in anything the SDK hands out: the token, and fields such as a password. The API, a proxy or a
 * custom `fetch` may repeat them in a message; every text from outside goes through here before it becomes an error.
 */
export class Secrets {
  readonly #values: readonly string[];

  constructor(values: readonly unknown[]) {
    this.#values = values.filter((value): value is string => typeof value === 'string' && value !== '');
  }

  /** The text without the secrets. */
  redact(text: string): string {
    return this.#values.reduce((redacted, secret) => redacted.replaceAll(secret, '[redacted]'), text);
  }

  /** The same for every string in a JSON value. */
  redactJson(value: unknown): unknown {
    if (typeof value === 'string') return this.redact(value);
    if (Array.isArray(value)) return value.map((item) => this.redactJson(item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [this.redact(key), this.redactJson(item)]));
  }

  redactHeaders(headers: Headers): Headers {
    return new Headers([...headers].map(([name, value]): [string, string] => [name, this.redact(value)]));
  }

  /**
   * An error from outside, to be handed on as a cause: itself where a log of it shows no secret, else a copy of its
   * name, message and code.
   */
  redactError(error: unknown): unknown {
    if (this.#isClean(error, 0)) return error;
    if (!(error instanceof Error)) return undefined;

    const cause = error.cause === undefined ? undefined : { cause: this.redactError(error.cause) };
    const copy = new Error(this.redact(error.message), cause);
    copy.stack = `${error.name}: ${copy.message}`;
    const code = 'code' in error && typeof error.code === 'string' ? { code: this.redact(error.code) } : undefined;
    return Object.assign(copy, code, { name: error.name });
  }

  /** Whether it can be seen to hold no secret. What can't be looked into, such as a `Request`, might. */
  #isClean(value: unknown, depth: number): boolean {
    if (typeof value === 'string') return this.redact(value) === value;
    if (typeof value !== 'object' || value === null) return true;
    const isTransparent =
      value instanceof Error || Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
    if (!isTransparent || depth > 4) return false;
    return Object.values(Object.getOwnPropertyDescriptors(value)).every((property: PropertyDescriptor) =>
      this.#isClean(property.value, depth + 1),
    );
  }
}
