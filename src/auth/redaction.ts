import { isError } from '../utils/user-code.ts';
import { SecretSearch } from './secret-search.ts';

/** Deeper values are cut off, because a response may be nested more deeply than the call stack allows. */
const maxDepth = 100;

/** How deep the errors of other libraries are inspected. */
const maxCauses = 4;

/** Characters of a text that are shown. */
const maxShown = 16_384;

/** Shorter passwords are not redacted: they would match ordinary words. */
const minPassword = 4;

/** Names of fields, parameters and headers that hold secrets, such as `newPassword`, `x-api-key` and `credentials`. */
export const secretName =
  /(password|passwd|passphrase|passcode|secret|token|(api|access|private|secret|signing|encryption)[_-]?key|credential|authorization|cookie)s?$/i;

/**
 * Removes secrets from everything that the SDK throws, emits or logs: the token, and fields such as a password. The API,
 * a proxy or a custom `fetch` may repeat them, so every text from outside passes through here.
 */
export class Redactor {
  readonly #token: string;
  readonly #fields: () => readonly string[];
  readonly #base: Redactor | undefined;
  #built: SecretSearch | undefined;

  /** @param fields Other secrets, which are looked up when something is shown. */
  constructor(token: string, fields: () => readonly string[] = () => [], base?: Redactor) {
    this.#token = token;
    this.#fields = fields;
    this.#base = base;
  }

  /** Adds the secrets of a call. */
  with(fields: () => readonly string[]): Redactor {
    return new Redactor(this.#token, fields, this);
  }

  get #search(): SecretSearch {
    if (this.#built) return this.#built;
    const fields = this.#fields().filter(({ length }) => length >= minPassword);
    // Most calls add none.
    return (this.#built =
      this.#base && fields.length === 0 ? this.#base.#search : new SecretSearch([this.#token, ...fields]));
  }

  /** Returns the text without the secrets, whatever their case or encoding. */
  redact(text: string): string {
    let redacted = '';
    let rest = 0;
    for (const [start, end] of this.#search.find(text)) {
      redacted += `${text.slice(rest, start)}[redacted]`;
      rest = end;
    }
    return redacted + text.slice(rest);
  }

  /** Does the same for a text that may be megabytes long, of which it returns the beginning. */
  redactBeginning(text: string): string {
    // A secret that the end of what is shown would cut in two is redacted before.
    return this.redact(text.slice(0, 4 * maxShown)).slice(0, maxShown);
  }

  /** Does the same in a JSON value: for every text, number and name. */
  redactJson(value: unknown, depth = 0): unknown {
    if (typeof value === 'string') return this.redact(value);
    if (typeof value === 'number') return this.#isClean(value, 0) ? value : '[redacted]';
    if (typeof value !== 'object' || value === null) return value;
    if (depth > maxDepth) return '…';
    if (Array.isArray(value)) return value.map((item) => this.redactJson(item, depth + 1));
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [this.redact(key), this.redactJson(item, depth + 1)]),
    );
  }

  /**
   * Does the same for what a log line shows of a request or a response. Fields and headers are redacted by their names,
   * too, because a password may be an ordinary word.
   */
  redactFields(value: unknown): unknown {
    if (value === undefined) return undefined;
    const redacted = JSON.stringify(this.redactJson(value), (name, item: unknown) =>
      secretName.test(name) ? '[redacted]' : item,
    );
    return JSON.parse(redacted);
  }

  /** The headers without the secrets. One with a secret in its name is left out. */
  redactHeaders(headers: Pick<Headers, 'forEach'>): Headers {
    const redacted = new Headers();
    headers.forEach((value, name) => {
      if (this.#isClean(name, 0)) redacted.append(name, this.redact(value));
    });
    return redacted;
  }

  /**
   * Returns an error from outside, to be used as a cause: the error itself if nothing that can be read or printed of it
   * holds a secret, or else a copy with its name, message, stack and simple properties.
   */
  redactError(error: unknown, depth = 0): unknown {
    try {
      if (this.#isClean(error, 0)) return error;
      return isError(error) && depth <= maxCauses ? this.#copyOf(error, depth) : undefined;
    } catch {
      return undefined; // Even reading it fails.
    }
  }

  #copyOf(error: Error, depth: number): Error {
    const { name, message, stack, cause } = error;
    const copy = new Error(
      this.#text(message),
      cause === undefined ? undefined : { cause: this.redactError(cause, depth + 1) },
    );
    // Not by assignment, which fails if the prototype of all errors is frozen.
    const define = (key: string, value: unknown) =>
      Object.defineProperty(copy, key, { value, configurable: true, writable: true });
    define('name', this.#text(name));
    define('stack', this.#text(stack));
    for (const [key, { value }] of Object.entries(Object.getOwnPropertyDescriptors(error))) {
      const isSimple = typeof value === 'string' || typeof value === 'number';
      if (isSimple && !Object.hasOwn(copy, key) && this.#isClean(key, 0)) define(key, this.redactJson(value));
    }
    return copy;
  }

  #text(value: unknown): string {
    return this.redact(String(value));
  }

  /** Whether it provably holds no secret. A value that can't be inspected, such as a `Request` or a getter, might. */
  #isClean(value: unknown, depth: number): boolean {
    if (
      typeof value === 'string' ||
      typeof value === 'number' ||
      typeof value === 'symbol' ||
      typeof value === 'bigint'
    )
      return this.#search.find(String(value)).length === 0;
    if (typeof value === 'function') return false;
    if (typeof value !== 'object' || value === null) return true;
    if (depth > maxCauses) return false;
    // These may be getters of a class of the runtime, such as DOMException.
    const texts = isError(value) ? [value.name, value.message, value.stack] : [];
    return texts.every((text) => this.#isClean(text, depth)) && this.#hasCleanProperties(value, depth);
  }

  #hasCleanProperties(value: object, depth: number): boolean {
    for (let link: object | null = value; link && !builtInPrototypes.has(link); link = prototypeOf(link)) {
      for (const key of Reflect.ownKeys(link)) {
        // What the class of an error adds to it can be anything: a method that prints it, or a getter.
        const isKnown = (key === 'constructor' && link !== value) || (key === 'stack' && isError(value));
        const property = Object.getOwnPropertyDescriptor(link, key);
        if (isKnown) continue;
        if (!property || property.get || !this.#isClean(key, 0)) return false;
        if (!this.#isClean(property.value, depth + 1)) return false;
      }
    }
    return true;
  }
}

const builtInPrototypes = /* @__PURE__ */ new Set<object>(
  [Object, Array, Error, TypeError, RangeError, AggregateError, DOMException].map((type) => type.prototype as object),
);

function prototypeOf(value: object): object | null {
  return Object.getPrototypeOf(value) as object | null;
}
