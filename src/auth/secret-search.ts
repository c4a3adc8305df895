// Finds secrets in a text from outside, which may repeat them escaped.

/** Escapes within escapes, such as HTML in JSON in a query. */
const maxLayers = 4;

/** Shorter secrets are not looked for: they would match ordinary words. */
const minSecret = 4;

/** Shorter secrets are matched as whole words only, because they are parts of ordinary ones. */
const minInWords = 8;

/** Percent encoding, the escapes of JSON, and the entities of HTML that encoders write. */
const escapes = /(?:%[\da-f]{2}){1,999}|\\(?:u[\da-f]{4}|[^u])|&(?:#\d{1,7}|#x[\da-f]{1,6}|amp|lt|gt|quot|apos);/gis;
const named: Readonly<Record<string, string>> = {
  ...{ b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' },
  ...{ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" },
};

/** A place in a text is looked up once for all secrets: by its first two characters, and then for each of their lengths. */
export class SecretSearch {
  readonly #secrets: ReadonlySet<string>;
  readonly #lengths = new Map<number, Set<number>>();
  readonly #minLength: number = Infinity;

  constructor(secrets: readonly string[]) {
    const long = secrets.filter(({ length }) => length >= minSecret);
    this.#secrets = new Set(long.flatMap((secret) => [fold(secret), fold(bytesOf(secret))]));
    for (const secret of this.#secrets) {
      const beginning = beginningAt(secret, 0);
      this.#lengths.set(beginning, (this.#lengths.get(beginning) ?? new Set()).add(secret.length));
      this.#minLength = Math.min(this.#minLength, secret.length);
    }
  }

  /** Replaces the secrets in a text. If one is escaped, the result is the text without its escapes. */
  redact(text: string, layers = maxLayers): string {
    const hide = (run: string) => (this.#isInBase64(run) ? '[redacted]' : run);
    const redacted = this.#redactLiteral(text).replace(/[\w+/-]{6,}/g, hide);
    const plain = layers > 0 ? redacted.replace(escapes, unescape) : redacted;
    if (plain === redacted) return redacted;
    const result = this.redact(plain, layers - 1);
    return result === plain ? redacted : result;
  }

  #redactLiteral(text: string): string {
    const folded = fold(text);
    let redacted = '';
    let end = 0;
    for (let start = 0; start < text.length; start++) {
      const length = this.#lengthAt(folded, start);
      if (length === 0) continue;
      // Those that overlap are one.
      if (start > end || redacted === '') redacted += `${text.slice(end, start)}[redacted]`;
      end = Math.max(end, start + length);
    }
    return redacted + text.slice(end);
  }

  /** The length of the longest secret at a place of the text, or 0. */
  #lengthAt(folded: string, start: number): number {
    let longest = 0;
    for (const length of this.#lengths.get(beginningAt(folded, start)) ?? []) {
      const end = start + length;
      if (length <= longest || !this.#secrets.has(folded.slice(start, end))) continue;
      const around = (folded[start - 1] ?? '') + (folded[end] ?? '');
      if (length >= minInWords || !/[a-z\d]/.test(around)) longest = length;
    }
    return longest;
  }

  /** Whether a run of letters is Base64 of a text with a secret, which may begin at any letter. */
  #isInBase64(run: string): boolean {
    if (run.length * 0.75 < this.#minLength) return false; // Four letters are three bytes.
    const letters = run.replaceAll('-', '+').replaceAll('_', '/');
    return [0, 1, 2, 3].some((start) => {
      // A last letter that is less than a byte is left out.
      const bytes = atob(letters.slice(start, (letters.length - start) % 4 === 1 ? -1 : undefined));
      const plain = bytes.replace(escapes, unescape);
      return [bytes, plain].some((text) => this.#redactLiteral(text) !== text);
    });
  }
}

/** The first two characters at a place, as a number. */
function beginningAt(text: string, start: number): number {
  return (text.charCodeAt(start) << 16) | text.charCodeAt(start + 1);
}

/** The text in UTF-8, with each byte as a character: what `atob` returns. */
function bytesOf(text: string): string {
  let bytes = '';
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte);
  return bytes;
}

/** Ignores case, and that a form writes a space as a plus sign. Keeps the length: in lower case, İ would have two letters. */
function fold(text: string): string {
  return text.replaceAll('İ', 'i').toLowerCase().replaceAll('+', ' ');
}

/** The meaning of an escape. */
function unescape(source: string): string {
  if (source.startsWith('%')) {
    const bytes = Uint8Array.from(source.slice(1).split('%'), (hex) => parseInt(hex, 16));
    return new TextDecoder().decode(bytes);
  }
  if (source.startsWith('\\u')) return String.fromCharCode(parseInt(source.slice(2), 16));
  if (source.startsWith('\\')) return named[source.slice(1)] ?? source.slice(1);
  const entity = source.slice(1, -1).toLowerCase();
  if (!entity.startsWith('#')) return named[entity] ?? '';
  const code = Number(`0${entity.slice(1)}`); // `#x41` and `#65` become `0x41` and `065`.
  return code <= 0x10ffff ? String.fromCodePoint(code) : '';
}
