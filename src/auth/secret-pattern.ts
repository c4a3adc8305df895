// How a secret may look in a text from outside. A server may repeat it in any encoding and encode that again, such as
// JSON in a query, or HTML in JSON.

/** Shorter secrets are matched as whole words only, because they are parts of ordinary ones. */
const shortestInWords = 8;

/** Of a longer secret, only the beginning is compared. */
const longestCompared = 100;

/** A word may begin after an encoded character: in `%20abc` and `\nabc`, the word is `abc`. */
const wordStart = String.raw`(?<=^|[^a-z\d]|%[\da-f]{2}|\\(?:[bfnrt]|u[\da-f]{4}|x[\da-f]{2}))`;
const wordEnd = String.raw`(?![a-z\d])`;

/** The source of a regular expression with the flags `gi`, whose time is linear in the text. */
export function secretPattern(secret: string): string {
  const compared = secret.slice(0, longestCompared);
  const json = JSON.stringify(compared).slice(1, -1);
  const forms = [
    Array.from(compared, characterPattern).join(''),
    bytesOf(compared)
      .map((byte) => hex(byte))
      .join(''),
  ];
  // What stands before it in a text that is encoded as a whole shifts the secret by up to two bytes.
  const parts = [compared, json].flatMap((text) => [0, 1, 2].map((shift) => base64(text, shift)));
  const inBase64 = parts.filter(({ length }) => length >= shortestInWords).map(base64Pattern);
  if (secret.length >= shortestInWords) {
    const rest = secret === compared ? '' : String.raw`[\w.~+/=%-]*`;
    return `(?:${[...forms, ...inBase64].join('|')})${rest}`;
  }
  const words = [...forms, base64Pattern(btoa(latin1(bytesOf(secret))).replace(/=+$/, ''))];
  return [`${wordStart}(?:${words.join('|')})${wordEnd}`, ...inBase64].join('|');
}

// The characters that begin and end an escape may be percent-encoded themselves. All repetitions are bounded.
const percent = '[%=](?:25){0,4}';
const backslash = String.raw`(?:\\|${percent}5c)`;
const ampersand = `(?:&|${percent}26)(?:amp(?:;|${percent}3b)){0,4}`;
const semicolon = `(?:;|${percent}3b)?`;

/** A character: as it is, escaped in JSON or JavaScript, percent-encoded, quoted-printable, or as an entity of HTML. */
function characterPattern(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  const units = Array.from({ length: character.length }, (_, index) => hex(character.charCodeAt(index), 4));
  const escaped = [
    units.join(`${backslash}{1,8}u`).replace(/^/, 'u'),
    String.raw`u\{0*${hex(point)}\}`,
    `x${hex(point)}`,
    ...(/[\n\r\t\f\b]/.test(character) ? [JSON.stringify(character).slice(2, 3)] : []),
  ];
  const forms = [
    verbatim(character),
    bytesOf(character)
      .map((byte) => percent + hex(byte))
      .join(''),
    `${ampersand}(?:#|${percent}23)(?:0*${point}|x0*${hex(point, 1)})${semicolon}`,
    ...(/[^a-z\d]/i.test(character) ? [`${ampersand}[a-z]{2,8}${semicolon}`] : []),
    ...(character === ' ' ? [String.raw`\+`] : []),
  ];
  return `(?:${backslash}{0,8}(?:${forms.join('|')})|${backslash}{1,8}(?:${escaped.join('|')}))`;
}

/** The part of the base64 of a text that does not depend on what is around it. */
function base64(text: string, shift: number): string {
  const bytes = bytesOf(text);
  const encoded = btoa(latin1([0, 0].slice(0, shift).concat(bytes)));
  return encoded.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
}

function base64Pattern(encoded: string): string {
  return encoded.replace(/\+/g, '(?:[+-]|%2b)').replace(/\//g, String.raw`(?:\\{0,8}[/_]|%2f)`);
}

function bytesOf(text: string): number[] {
  return [...new TextEncoder().encode(text)];
}

function latin1(bytes: readonly number[]): string {
  return String.fromCharCode(...bytes);
}

function hex(value: number, digits = 2): string {
  return value.toString(16).padStart(digits, '0');
}

function verbatim(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/-]/, String.raw`\$&`);
}
