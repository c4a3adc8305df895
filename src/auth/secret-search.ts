import { parseJson } from '../utils/json.ts';

// Finds secrets in text from outside, which may contain them escaped. docs/errors.md lists the escapes.

/** How many layers of escapes to decode, such as HTML within JSON. */
const maxLayers = 2;

/** Shorter secrets are ignored, because they would match ordinary words. */
const minSecret = 4;

/** Shorter secrets are matched as whole words only, because ordinary words may contain them. */
const minInWords = 8;

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The escapes of JSON, percent encoding (whole characters), and the HTML entities that encoders write. */
const encodings: readonly (readonly [RegExp, (escape: string) => string])[] = [
  [/\\(?:u[\da-fA-F]{4}|["\\/bfnrt])/g, (escape) => String(parseJson(`"${escape}"`))],
  [/%[0-7][\da-f]|%(?:[cd][\da-f]|e[\da-f]%[89ab][\da-f]|f[0-4](?:%[89ab][\da-f]){2})%[89ab][\da-f]/gi, decodePercent],
  [/&(?:#\d{1,7}|#x[\da-f]{1,6}|amp|lt|gt|quot|apos);/gi, decodeEntity],
];

/** Finds all secrets in one pass. At each position, the first two characters tell which lengths to look up. */
export class SecretSearch {
  readonly #secrets: ReadonlySet<string>;
  readonly #lengths = new Map<number, Set<number>>();

  constructor(secrets: readonly string[]) {
    this.#secrets = new Set(secrets.filter(({ length }) => length >= minSecret).map(fold));
    for (const secret of this.#secrets) {
      const beginning = beginningAt(secret, 0);
      this.#lengths.set(beginning, (this.#lengths.get(beginning) ?? new Set()).add(secret.length));
    }
  }

  /** Returns the text up to a position, without its secrets. */
  redact(text: string, length: number): string {
    let redacted = '';
    let end = 0;
    for (const [start, stop] of this.#find(text, (index) => index, maxLayers).sort(([a], [b]) => a - b)) {
      if (start >= length) break;
      // Replace overlapping secrets once.
      if (start > end || redacted === '') redacted += `${text.slice(end, start)}[redacted]`;
      end = Math.max(end, stop);
    }
    return redacted + text.slice(end, length);
  }

  /**
   * Finds secrets in a text, and in the text decoded in each way.
   *
   * @param at Maps a position in this text to the position in the original one.
   */
  #find(text: string, at: (index: number) => number, layers: number): [start: number, end: number][] {
    const places: [number, number][] = [];
    const folded = fold(text);
    for (let start = 0; start < text.length; start++) {
      const length = this.#lengthAt(folded, start);
      if (length > 0) places.push([at(start), at(start + length)]);
    }
    for (const encoding of layers > 0 ? encodings : []) {
      const { plain, starts } = decode(text, encoding);
      if (plain === text) continue;
      const found = this.#find(plain, (index) => at(starts[index] ?? text.length), layers - 1);
      for (const place of found) places.push(place);
    }
    return places;
  }

  /** The length of the longest secret at a position, or 0. */
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
}

/** Decodes a text. `starts` has the original position of each character. */
function decode(text: string, [escape, meaning]: (typeof encodings)[number]) {
  const starts: number[] = [];
  let end = 0;
  const keep = (until: number) => {
    while (end < until) starts.push(end++);
  };
  const plain = text.replace(escape, (source, index: number) => {
    const character = meaning(source);
    keep(index);
    starts.push(...Array<number>(character.length).fill(index));
    end = index + source.length;
    return character;
  });
  if (plain !== text) keep(text.length);
  return { plain, starts };
}

/** The two characters at a position, as a number. */
function beginningAt(text: string, start: number): number {
  return (text.charCodeAt(start) << 16) | text.charCodeAt(start + 1);
}

/** Ignores case, and plus signs for spaces, as in forms. Keeps the length: İ in lower case would be two characters. */
function fold(text: string): string {
  return text.replaceAll('İ', 'i').toLowerCase().replaceAll('+', ' ');
}

function decodePercent(source: string): string {
  try {
    return decodeURIComponent(source);
  } catch {
    return source; // It is not UTF-8.
  }
}

function decodeEntity(source: string): string {
  const entity = source.slice(1, -1).toLowerCase();
  const code = Number(`0${entity.slice(1)}`); // `#x41` and `#65` become `0x41` and `065`.
  return entities[entity] ?? (code <= 0x10ffff ? String.fromCodePoint(code) : '');
}
