// Finds secrets in a text from outside, which may repeat them escaped. The time is linear in the text and the secrets.

/** Escapes within escapes, such as HTML in JSON in a query. */
const maxLayers = 4;

/** Shorter secrets are matched as whole words only, because they are parts of ordinary ones. */
const minInWords = 8;

/** Percent encoding, the escapes of JSON, and the entities of HTML that encoders write. */
const escapes = /(?:%[\da-f]{2}){1,999}|\\(?:u[\da-f]{4}|[^u])|&(?:#\d{1,7}|#x[\da-f]{1,6}|amp|lt|gt|quot|apos);/gis;
const named: Readonly<Record<string, string>> = {
  ...{ b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' },
  ...{ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" },
};

/** A state of the automaton of Aho and Corasick: the beginning of a secret that the text has just repeated. */
interface State {
  readonly after: Map<number, State>;
  readonly depth: number;
  isSecret: boolean;
  /** The longest other beginning that the text has just repeated, and the longest one that is a secret. */
  fallback?: State;
  shorter?: State | undefined;
}

export class SecretSearch {
  readonly #start: State = { after: new Map(), depth: 0, isSecret: false };

  constructor(secrets: readonly string[]) {
    for (const secret of secrets) for (const form of formsOf(secret)) this.#add(fold(form));
    const states = [this.#start];
    // The list grows while it is read, by breadth.
    for (const state of states) {
      for (const [code, next] of state.after) {
        next.fallback = state.fallback ? this.#step(state.fallback, code) : this.#start;
        next.shorter = next.fallback.isSecret ? next.fallback : next.fallback.shorter;
        states.push(next);
      }
    }
  }

  /** Replaces the secrets in a text. If one is escaped, the result is the text without its escapes. */
  redact(text: string, layers = maxLayers): string {
    const redacted = this.#redactLiteral(text);
    const plain = layers > 0 ? redacted.replace(escapes, unescape) : redacted;
    if (plain === redacted) return redacted;
    const result = this.redact(plain, layers - 1);
    return result === plain ? redacted : result;
  }

  #add(secret: string): void {
    let state = this.#start;
    for (let depth = 1; depth <= secret.length; depth++) {
      const code = secret.charCodeAt(depth - 1);
      let next = state.after.get(code);
      if (!next) state.after.set(code, (next = { after: new Map(), depth, isSecret: false }));
      state = next;
    }
    state.isSecret = true;
  }

  #step(from: State, code: number): State {
    for (let state: State | undefined = from; state; state = state.fallback) {
      const next = state.after.get(code);
      if (next) return next;
    }
    return this.#start;
  }

  #redactLiteral(text: string): string {
    const folded = fold(text);
    const found: [start: number, end: number][] = [];
    let state = this.#start;
    for (let end = 1; end <= folded.length; end++) {
      state = this.#step(state, folded.charCodeAt(end - 1));
      let match = state.isSecret ? state : state.shorter;
      while (match && match.depth < minInWords && !isWord(folded, end - match.depth, end)) match = match.shorter;
      if (!match) continue;
      let start = end - match.depth;
      // Those that overlap are one.
      for (let last = found.at(-1); last && start <= last[1]; last = found.at(-1)) {
        start = Math.min(start, last[0]);
        found.pop();
      }
      found.push([start, end]);
    }
    let redacted = '';
    let rest = 0;
    for (const [start, end] of found) {
      redacted += `${text.slice(rest, start)}[redacted]`;
      rest = end;
    }
    return redacted + text.slice(rest);
  }
}

/** A secret as it is, and in Base64, for URLs or not. */
function* formsOf(secret: string): Generator<string> {
  yield secret;
  yield base64(secret, 0).replace(/={1,2}$/, '');
  for (const text of new Set([secret, JSON.stringify(secret).slice(1, -1)])) {
    for (const shift of [0, 1, 2]) {
      const encoded = base64(text, shift);
      // What depends on the text around it is left out: what comes before shifts the secret by up to two bytes.
      const part = encoded.slice(Math.ceil((shift * 8) / 6), encoded.endsWith('=') ? encoded.search(/.=/) : undefined);
      if (part.length < minInWords) continue;
      yield part;
      yield part.replaceAll('+', '-').replaceAll('/', '_');
    }
  }
}

function base64(text: string, shift: number): string {
  let binary = '\0'.repeat(shift);
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** Ignores case, and that a form writes a space as a plus sign. Keeps the length: in lower case, İ would have two letters. */
function fold(text: string): string {
  return text.replaceAll('İ', 'i').toLowerCase().replaceAll('+', ' ');
}

function isWord(text: string, start: number, end: number): boolean {
  return !/[a-z\d]/.test((text[start - 1] ?? '') + (text[end] ?? ''));
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
