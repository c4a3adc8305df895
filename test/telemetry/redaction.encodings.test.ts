import { describe, expect, it } from 'vitest';
import { Redactor } from '../../src/telemetry/redaction.ts';

const token = 'token-that-nobody-may-see';
const password = `Tr0ub4dor & "3"'/<é>🔑`;
const key = `-----BEGIN PRIVATE KEY-----\n${'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n'.repeat(50)}-----END PRIVATE KEY-----`;
// They look as if they were escaped themselves.
const lookalikes = ['correct&horse\\battery', 'p%20w"1234567', 'x%CEyz/1234', 'a&#65;b&amp;c%41', 'tab\\u0041"%%25'];

const redactor = (...secrets: string[]) => new Redactor(() => secrets);
const hex = (code: number) => code.toString(16).padStart(4, '0');
const escapeAll = (text: string, escape: (unit: number) => string) =>
  Array.from({ length: text.length }, (_, index) => escape(text.charCodeAt(index))).join('');
const entities: Record<string, string> = { '&': 'amp', '"': 'quot', "'": 'apos', '<': 'lt', '>': 'gt' };

/** What servers, proxies and logs make of a text. */
const encodings: Record<string, (text: string) => string> = {
  'as it is': (text) => text,
  'in capitals': (text) => text.toUpperCase(),
  'in JSON': (text) => JSON.stringify(text),
  'in JSON with escaped slashes': (text) => JSON.stringify(text).replaceAll('/', '\\/'),
  'in ASCII-only JSON': (text) => JSON.stringify(text).replace(/[^ -~]/g, (unit) => `\\u${hex(unit.charCodeAt(0))}`),
  'with each other character escaped': (text) =>
    text.replace(/[^a-z\d]/gi, (unit) => escapeAll(unit, (code) => `\\u${hex(code).toUpperCase()}`)),
  'percent-encoded': encodeURIComponent,
  'percent-encoded, in lower case': (text) => encodeURIComponent(text).toLowerCase(),
  'as a form': (text) => new URLSearchParams({ text }).toString().slice('text='.length),
  'in HTML': (text) => text.replace(/[&"'<>]/g, (character) => `&${entities[character]};`),
  'in HTML, by numbers': (text) => text.replace(/[^a-z\d]/giu, (character) => `&#${character.codePointAt(0)};`),
  'in HTML, by hexadecimal numbers': (text) =>
    text.replace(/[^a-z\d]/giu, (character) => `&#x${character.codePointAt(0)!.toString(16)};`),
};

describe('a secret is replaced whole', () => {
  it.each(Object.entries(encodings))('%s', (_, encode) => {
    for (const secret of [token, password, key, ...lookalikes]) {
      const redacted = redactor(token, password, key, ...lookalikes).redact(`Bad: ${encode(secret)}, sorry.`);
      expect(redacted).toMatch(/^Bad: "?\[redacted\]"?, sorry\.$/);
    }
  });

  it.each<[what: string, secrets: string[], text: string, redacted: string]>([
    ['and not what only begins like it', [key], '-----BEGIN PRIVATE KEY-----', '-----BEGIN PRIVATE KEY-----'],
    ['if it is a part of another', ['token-1', 'token-12345', '2345'], 'token-1 token-12345', '[redacted] [redacted]'],
    ['if another one follows in it', ['pass-word', 'word-pass'], 'pass-word-pass', '[redacted]-pass'],
    ['beside escapes, which stay', [token], `100%25 of ${token} is %22bad%22`, '100%25 of [redacted] is %22bad%22'],
    ['after an escape', [token], `%E2%9C%93%0A${token}`, '%E2%9C%93%0A[redacted]'],
    ['beside a letter that has two in lower case', [password], `İstanbul: ${password}`, 'İstanbul: [redacted]'],
    ['that is a lone surrogate', ['\ud800-token-1'], 'a \ud800-token-1', 'a [redacted]'],
    // A short one could be a part of ordinary words.
    [
      'that is short, as a word',
      ['test'],
      'a test. "test" test_test',
      'a [redacted]. "[redacted]" [redacted]_[redacted]',
    ],
    ['that is short, beside escapes', ['pass'], '%22pass%22 \\npass\\n', '%22[redacted]%22 \\n[redacted]\\n'],
    ['but not a short one in a word', ['test', 'pass'], 'latest testing passport', 'latest testing passport'],
    ['but not one of fewer than four characters', ['abc'], 'abc', 'abc'],
    ['one of eight characters in a word', ['12345678'], 'x12345678y', 'x[redacted]y'],
  ])('%s', (_, secrets, text, redacted) => {
    expect(redactor(...secrets).redact(text)).toBe(redacted);
  });
});

it('of a long text, only the beginning is shown, without a secret that its end cuts in two', () => {
  const shown = 'a'.repeat(16_384);
  expect(redactor(token).redact(`${'a'.repeat(20_000)} ${token} b`)).toBe(shown);
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

it.each(['\\', 'a', 'token-that-', '%25', '&amp;', '\\u0041', 'p', '-----BEGIN PRIVATE KEY-----\n'])(
  'a text of %j takes a time that grows with its length alone',
  (part) => {
    // A pattern that backtracks would need minutes for these.
    const text = part.repeat(65_536 / part.length);
    expect(redactor(token, password, key).redact(text)).toBe(text.slice(0, 16_384));
  },
);

it('JSON keeps its structure: strings, numbers and names are redacted', () => {
  const value = { a: 12345678, b: 7, 12345678: [true, null, `no ${token}`] };
  const redacted = { a: '[redacted]', b: 7, '[redacted]': [true, null, 'no [redacted]'] };
  expect(redactor(token, '12345678').redactJson(value)).toEqual(redacted);
  let deep: unknown = token;
  for (let depth = 0; depth < 102; depth++) deep = [deep];
  expect(JSON.stringify(redactor(token).redactJson(deep))).toBe(`${'['.repeat(101)}"…"${']'.repeat(101)}`);
});

describe('an error', () => {
  it('is copied, with what is known to hold no secret', () => {
    const chain = 'abcdef'.split('').reduce((cause, name) => new Error(name, { cause }), new Error(token));
    const error = Object.assign(new TypeError(`no ${token}`, { cause: chain }), {
      code: 'EBAD',
      config: { token },
      [Symbol(token)]: token,
    });
    const copy = redactor(token).redactError(error) as Error;
    expect(copy).toMatchObject({ name: 'TypeError', message: 'no [redacted]', code: 'EBAD' });
    expect(copy.stack).toContain('redaction.encodings.test.ts');
    expect(Reflect.ownKeys(copy).sort()).toEqual(['cause', 'code', 'message', 'name', 'stack']);
    const messages: string[] = [];
    for (let cause = copy.cause as Error | undefined; cause; cause = cause.cause as Error | undefined)
      messages.push(cause.message);
    expect(messages).toEqual(['f', 'e', 'd', 'c']);
  });

  it.each([`no ${token}`, { token }, undefined])('is nothing if it is anything else: %o', (thrown) => {
    expect(redactor(token).redactError(thrown)).toBeUndefined();
  });
});
