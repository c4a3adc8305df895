// Finds secrets in a text from outside, which may repeat them escaped. The time is linear in the text and the secrets.

/** From one index of a text to before another. */
export type Range = readonly [start: number, end: number];

/** Layers of escapes, such as HTML in JSON in a query. Repeated escapes of one kind are one layer. */
const maxLayers = 4;

/** Shorter secrets are matched as whole words only, because they are parts of ordinary ones. */
const minInWords = 8;

/**
 * Percent encoding, the escapes of JSON and JavaScript, and the entities of HTML that encoders write. Bounded, because a
 * regular expression keeps its repetitions on a stack.
 */
const escapes =
  /((?:%(?:25){0,99}[\da-f]{2}){1,9999})|\\{1,999}(?:u([\da-f]{4})|u\{0{0,9}([\da-f]{1,6})\}|x([\da-f]{2})|([bfnrt]))?|&(?:amp;){0,99}(?:#0{0,9}(\d{1,7})|#x0{0,9}([\da-f]{1,6})|(amp|lt|gt|quot|apos));?/gi;
const named: Readonly<Record<string, string>> = {
  ...{ b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' },
  ...{ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" },
};

/** An escape: where it stands in the text, and where its meaning stands in the text without escapes. */
interface Escape {
  readonly from: Range;
  readonly to: Range;
}

/** A state of the automaton of Aho and Corasick: the beginning of a secret that the text has just repeated. */
class State {
  readonly depth: number;
  isSecret = false;
  /** The longest other beginning that the text has just repeated, and the longest one that is a secret. */
  fallback: State | undefined;
  shorter: State | undefined;
  /** Most states have one state after them, which needs no map. */
  #code = -1;
  #next: State | undefined;
  #others: Map<number, State> | undefined;

  constructor(depth: number) {
    this.depth = depth;
  }

  after(code: number): State | undefined {
    return code === this.#code ? this.#next : this.#others?.get(code);
  }

  add(code: number): State {
    const state = new State(this.depth + 1);
    if (this.#next) (this.#others ??= new Map<number, State>()).set(code, state);
    else [this.#code, this.#next] = [code, state];
    return state;
  }

  *[Symbol.iterator](): Generator<readonly [code: number, next: State]> {
    if (this.#next) yield [this.#code, this.#next];
    if (this.#others) yield* this.#others;
  }
}

export class SecretSearch {
  readonly #start = new State(0);
  /** Whether a secret begins with a character that has this low byte: most of a text is passed over by it. */
  readonly #begins = new Uint8Array(256);

  constructor(secrets: readonly string[]) {
    for (const secret of secrets) for (const form of formsOf(secret)) this.#add(fold(form));
    this.#link();
  }

  /** Where the text holds secrets, in order and without overlaps. */
  find(text: string, layers = maxLayers): Range[] {
    const found = this.#findLiteral(fold(text));
    const plain = layers > 0 ? unescape(text) : text;
    if (plain === text) return joined(found);
    return joined(found.concat(originsOf(this.find(plain, layers - 1), text)));
  }

  #add(secret: string): void {
    let state = this.#start;
    for (let index = 0; index < secret.length; index++) {
      const code = secret.charCodeAt(index);
      state = state.after(code) ?? state.add(code);
    }
    state.isSecret = secret !== '';
    this.#begins[secret.charCodeAt(0) & 255] = 1;
  }

  #link(): void {
    const states = [this.#start];
    // The list grows while it is read, by breadth.
    for (const state of states) {
      for (const [code, next] of state) {
        let fallback = state.fallback;
        while (fallback && !fallback.after(code)) fallback = fallback.fallback;
        next.fallback = fallback?.after(code) ?? this.#start;
        next.shorter = next.fallback.isSecret ? next.fallback : next.fallback.shorter;
        states.push(next);
      }
    }
  }

  #findLiteral(text: string): Range[] {
    const found: Range[] = [];
    const start = this.#start;
    const begins = this.#begins;
    let state = start;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (state === start && begins[code & 255] === 0) continue;
      while (state.fallback && !state.after(code)) state = state.fallback;
      state = state.after(code) ?? start;
      for (let match: State | undefined = state; match; match = match.shorter) {
        const from = index + 1 - match.depth;
        if (!match.isSecret || (match.depth < minInWords && !isWord(text, from, index + 1))) continue;
        found.push([from, index + 1]);
        break;
      }
    }
    return found;
  }
}

/** A secret as it is, without escapes of its own, and in base64, for URLs or not. */
function* formsOf(secret: string): Generator<string> {
  yield secret;
  let plain = secret;
  for (let layer = 0; layer < maxLayers; layer++) plain = unescape(plain);
  yield plain;
  yield base64(secret, 0).replace(/={1,2}$/, '');
  for (const text of [secret, JSON.stringify(secret).slice(1, -1)]) {
    for (const shift of [0, 1, 2]) {
      const encoded = base64(text, shift);
      // What depends on the text around it is left out: what comes before shifts the secret by up to two bytes.
      const part = encoded.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + utf8(text).length) * 8) / 6));
      if (part.length < minInWords) continue;
      yield part;
      yield part.replaceAll('+', '-').replaceAll('/', '_');
    }
  }
}

function base64(text: string, shift: number): string {
  let binary = '\0'.repeat(shift);
  for (const byte of utf8(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Ignores case, and that a form writes a space as a plus sign. Keeps the length. */
function fold(text: string): string {
  const lower = text.toLowerCase();
  return (lower.length === text.length ? lower : text).replaceAll('+', ' ');
}

function isWord(text: string, start: number, end: number): boolean {
  return !/[a-z\d]/.test((text[start - 1] ?? '') + (text[end] ?? ''));
}

/** Removes one layer of escapes. */
function unescape(text: string, onEscape?: (escape: Escape) => void): string {
  if (!/[%\\&]/.test(text)) return text;
  let shift = 0;
  type Part = string | undefined;
  return text.replace(
    escapes,
    // The parts of the pattern, one of which is set, and then where it was found.
    (
      source: string,
      percent: Part,
      u: Part,
      point: Part,
      x: Part,
      control: Part,
      decimal: Part,
      hex: Part,
      name: Part,
      at: number,
    ) => {
      const code = u ?? point ?? x ?? hex;
      const meaning = percent
        ? decodeBytes(percent.replace(/%(?:25){0,99}(?=[\da-f]{2}(?:%|$))/gi, ''))
        : (named[(control ?? name ?? '').toLowerCase()] ?? character(code ? parseInt(code, 16) : Number(decimal)));
      onEscape?.({ from: [at, at + source.length], to: [at + shift, at + shift + meaning.length] });
      shift += meaning.length - source.length;
      return meaning;
    },
  );
}

/** Where ranges of the text without escapes stand in the text itself. */
function originsOf(ranges: readonly Range[], text: string): Range[] {
  if (ranges.length === 0) return [];
  const found: Escape[] = [];
  unescape(text, (escape) => found.push(escape));
  let passed = 0;
  /** For indices in ascending order. */
  const originOf = (index: number): Range => {
    while ((found[passed]?.to[1] ?? Infinity) <= index) passed++;
    const escape = found[passed];
    if (escape && escape.to[0] <= index) return escape.from;
    const last = found[passed - 1];
    const origin = last ? index + last.from[1] - last.to[1] : index;
    return [origin, origin + 1];
  };
  return ranges.map(([start, end]) => [originOf(start)[0], originOf(end - 1)[1]]);
}

function joined(ranges: Range[]): Range[] {
  const result: [number, number][] = [];
  for (const [start, end] of ranges.sort(([a], [b]) => a - b)) {
    const last = result.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else result.push([start, end]);
  }
  return result;
}

/** Nothing for a backslash that begins no escape, and for a number that no character has. */
function character(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : '';
}

/** @param hex Two digits for each byte of UTF-8. */
function decodeBytes(hex: string): string {
  const bytes = new Uint8Array(hex.length / 2);
  for (let index = 0; index < bytes.length; index++) bytes[index] = parseInt(hex.slice(2 * index, 2 * index + 2), 16);
  return new TextDecoder().decode(bytes);
}
