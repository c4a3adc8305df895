import { expect, it } from 'vitest';
import { Redactor } from '../../src/utils/redaction.ts';

const token = 'token-that-nobody-may-see';
const password = `Tr0ub4dor & "3"'/<é>🔑`;
const key = `-----BEGIN PRIVATE KEY-----\n${'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n'.repeat(50)}-----END PRIVATE KEY-----`;
// The others look as if they were already escaped.
const secrets = [token, password, key, 'correct&horse\\battery', 'p%20w"1234567', 'x%CEyz/1234', 'a&#65;b&amp;c%41'];

const redactor = (...known: string[]) => new Redactor(() => known);
const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** How servers, proxies and logs encode text, beyond what test/http/answers.fuzz.test.ts tries. */
const encodings: Record<string, (text: string) => string> = {
  'in capitals': (text) => text.toUpperCase(),
  'in JSON with escaped slashes': (text) => JSON.stringify(text).replaceAll('/', '\\/'),
  'in ASCII-only JSON': (text) => JSON.stringify(text).replace(/[^ -~]/g, escaped),
  'with each other character escaped': (text) => text.replace(/[^a-z\d]/gi, (unit) => escaped(unit)),
  'percent-encoded, in lower case': (text) => encodeURIComponent(text).toLowerCase(),
  'in HTML, by hexadecimal numbers': (text) =>
    text.replace(/[^a-z\d]/giu, (each) => `&#x${each.codePointAt(0)!.toString(16)};`),
};

it.each(Object.entries(encodings))('a whole secret is replaced %s', (_, encode) => {
  for (const secret of secrets) {
    const redacted = redactor(...secrets).redact(`Bad: ${encode(secret)}, sorry.`);
    expect(redacted).toMatch(/^Bad: "?\[redacted\]"?, sorry\.$/);
  }
});

it.each<[what: string, known: string[], text: string, redacted: string]>([
  ['not if a text only begins like it', [key], '-----BEGIN PRIVATE KEY-----', '-----BEGIN PRIVATE KEY-----'],
  ['if it is a part of another', ['token-1', 'token-12345', '2345'], 'token-1 token-12345', '[redacted] [redacted]'],
  ['beside escapes, which stay', [token], `100%25 of ${token} is %22bad%22`, '100%25 of [redacted] is %22bad%22'],
  ['after an escape', [token], `%E2%9C%93%0A${token}`, '%E2%9C%93%0A[redacted]'],
  ['that is a lone surrogate', ['\ud800-token-1'], 'a \ud800-token-1', 'a [redacted]'],
  // A short secret could be part of an ordinary word.
  ['that is short, as a word', ['test'], 'a test. "test" test_', 'a [redacted]. "[redacted]" [redacted]_'],
  ['that is short, beside escapes', ['pass'], '%22pass%22 \\npass\\n', '%22[redacted]%22 \\n[redacted]\\n'],
  ['but not a short one in a word', ['test', 'pass'], 'latest testing passport', 'latest testing passport'],
  ['but not one of fewer than four characters', ['abc'], 'abc', 'abc'],
  ['of eight characters, also in a word', ['12345678'], 'x12345678y', 'x[redacted]y'],
])('a secret is replaced %s', (_, known, text, redacted) => {
  expect(redactor(...known).redact(text)).toBe(redacted);
});

it('only the beginning of a long text is shown, without any part of a secret at its end', () => {
  expect(redactor(token).redact(`${'a'.repeat(20_000)} ${token} b`)).toBe('a'.repeat(16_384));
  expect(redactor(token).redact(`${'a'.repeat(16_384 - 6)}${token}`)).toBe(`${'a'.repeat(16_384 - 6)}[redac`);
});

it('nothing is shown if there are more than a hundred secrets, or they are too long to search', () => {
  const many = Array.from({ length: 101 }, (_, index) => `password-number-${index}`);
  const text = 'password-number-'.repeat(5_000);
  expect(redactor(...many.slice(1)).redact(text)).toBe(text.slice(0, 16_384));
  expect(redactor(...many, 'abc', many[0]!).redact(text)).toBe('[redacted]');
  expect(redactor('x'.repeat(10_000)).redact('a')).toBe('a');
  for (const tooLong of ['x'.repeat(10_001), '"'.repeat(10_001)])
    expect(redactor(tooLong).redact('a')).toBe('[redacted]');
});

it.each(['\\', 'a', 'token-that-', '%25', '&amp;', '\\u0041'])('a text of %j is searched in linear time', (part) => {
  // Backtracking would take minutes for these.
  const text = part.repeat(65_536 / part.length);
  expect(redactor(token, password, key).redact(text)).toBe(text.slice(0, 16_384));
});

it('JSON keeps its structure; strings, numbers and names are redacted', () => {
  const value = { a: 12345678, b: 7, 12345678: [true, null, `no ${token}`] };
  const redacted = { a: '[redacted]', b: 7, '[redacted]': [true, null, 'no [redacted]'] };
  expect(redactor(token, '12345678').redactJson(value)).toEqual(redacted);
  let deep: unknown = token;
  for (let depth = 0; depth < 102; depth++) deep = [deep];
  expect(JSON.stringify(redactor(token).redactJson(deep))).toBe(`${'['.repeat(101)}"…"${']'.repeat(101)}`);
});

it('an error is copied with its safe fields only, and anything else is dropped', () => {
  const chain = 'abcdef'.split('').reduce((cause, name) => new Error(name, { cause }), new Error(token));
  const fields = { code: 'EBAD', config: { token }, [Symbol(token)]: token };
  const error = Object.assign(new TypeError(`no ${token}`, { cause: chain }), fields);
  const copy = redactor(token).redactError(error) as Error;
  expect(copy).toMatchObject({ name: 'TypeError', message: 'no [redacted]', code: 'EBAD' });
  expect(copy.stack).toContain('redaction.encodings.test.ts');
  expect(Reflect.ownKeys(copy).sort()).toEqual(['cause', 'code', 'message', 'name', 'stack']);
  const messages: string[] = [];
  for (let cause = copy.cause as Error | undefined; cause; cause = cause.cause as Error | undefined)
    messages.push(cause.message);
  expect(messages).toEqual(['f', 'e', 'd', 'c']);
  for (const other of [`no ${token}`, { token }, undefined]) expect(redactor(token).redactError(other)).toBeUndefined();
});
