import { copyHeaders } from './headers.ts';
import { escapeUnit, isError, parseJson } from './values.ts';

/** How many characters of a text to show. */
const maxShown = 16_384;

/** Shorter secrets are ignored, because they would match ordinary words. */
const minSecret = 4;

/** Shorter secrets are matched as whole words only, because ordinary words may contain them. */
const minInWords = 8;

/** How many secrets of a call are searched for, and their characters: the search takes time for each. */
const [maxSecrets, maxCharacters] = [100, 10_000];

const words =
  '(password|passwd|passphrase|passcode|secret|token|(api|access|private|secret|signing|encryption)[_-]?key|credential|authorization|cookie)';

/** Matches names of fields, parameters and headers with secrets: `newPassword`, `x-api-key`, `filter[token]`. */
export const secretName = new RegExp(`${words}s?[[\\]]*$`, 'i');
const quotedSecretName = new RegExp(`${words}s?"`, 'i');

/** What may contain secrets. Its redactor is created only when it is needed, which is rare. */
export interface Redactable {
  /** Such as `?page=2`. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body: string | undefined;
  /** The values of secret parameters of the path. */
  readonly secretParams: readonly string[];
  /** The token of the next attempt, and those before it: a response may repeat one of an earlier attempt. */
  token: string | undefined;
  earlierTokens: readonly string[];
  redactor?: Redactor | undefined;
}

export function redactorOf(call: Redactable): Redactor {
  return (call.redactor ??= new Redactor(() => [call.token ?? '', ...call.earlierTokens, ...secretsOf(call)]));
}

/** The URL of a call. The base URL stays as it is, even if a word in it equals a password. */
export function shownUrl(
  call: Redactable & { readonly path: string; readonly options: { readonly baseUrl: string } },
): string {
  const redactor = redactorOf(call);
  return call.options.baseUrl + redactor.redact(call.path) + redactor.redact(call.query);
}

/** What errors and events show of a response. */
export function shownResponse(call: Partial<Redactable>, response: Response | undefined) {
  const requestId = response?.headers.get('x-request-id') ?? undefined;
  // Only a validated call has a response.
  return { status: response?.status, requestId: requestId && redactorOf(call as Redactable).redact(requestId) };
}

/** Returns the values that must not appear in errors, events or log lines. */
function secretsOf({ query, headers, body, secretParams }: Redactable): string[] {
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

/** Matches secrets in any case. Each of their characters may be escaped, as in JSON, a URL or HTML. */
function patternOf(secrets: readonly string[]): RegExp {
  const known = [...new Set(secrets)].filter(({ length }) => length >= minSecret);
  // If there are more, no text is shown.
  if (known.length > maxSecrets || known.join('').length > maxCharacters) return /^[^]*/;
  const patterns = known
    .sort((a, b) => b.length - a.length)
    .map((secret) => {
      const pattern = Array.from(secret, escapesOf).join('');
      // An escape in front of it is no part of the word.
      return secret.length < minInWords ? `(?<=^|[^a-z\\d]|%[\\da-f]{2}|\\\\[a-z])${pattern}(?![a-z\\d])` : pattern;
    });
  return new RegExp(patterns.join('|') || '(?!)', 'gi');
}

/** Matches a character, as it is or escaped. */
function escapesOf(character: string): string {
  // A lone surrogate can't be encoded.
  if (/[a-z\d]|\p{Surrogate}/iu.test(character)) return character;
  const units = Array.from({ length: character.length }, (_, index) => character.charAt(index));
  const code = character.codePointAt(0) ?? 0;
  const json = [JSON.stringify(character).slice(1, -1), `\\${character}`, units.map(escapeUnit).join('')];
  const url = [encodeURIComponent(character), `%${code.toString(16).padStart(2, '0')}`, character === ' ' ? '+' : ''];
  const html = [`&${entities[character]};`, `&#${code};`, `&#x${code.toString(16)};`];
  // Escapes come first, because a character may begin its own.
  const forms = [...url, ...html, ...json, character].filter(Boolean);
  return `(?:${forms.map((form) => form.replace(/[^\w&;#%]/g, '\\$&')).join('|')})`;
}

const entities: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' };

/**
 * Removes secrets from everything that the SDK throws, emits or logs. The API, a proxy or a custom `fetch` may repeat
 * them, so all text from outside passes through here. No method throws.
 */
export class Redactor {
  readonly #secrets: () => readonly string[];
  #pattern: RegExp | undefined;

  /** @param secrets Called when something is first redacted. */
  constructor(secrets: () => readonly string[]) {
    this.#secrets = secrets;
  }

  /** Removes secrets from a text. Truncates a long text. */
  redact(text: string): string {
    try {
      this.#pattern ??= patternOf(this.#secrets());
      // Searches more than is shown, because a secret may extend beyond that.
      const redacted = text.slice(0, 4 * maxShown).replace(this.#pattern, '[redacted]');
      return redacted.slice(0, maxShown);
    } catch {
      return '[redacted]'; // The pattern is too large for this engine.
    }
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
