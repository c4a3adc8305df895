import { describe, expect, it } from 'vitest';
import { Redactor } from '../../src/auth/redaction.ts';

const token = 'token-that-nobody-may-see';
const password = 'Tr0ub4dor & "3"/<é>🔑';

const redact = (text: string) => new Redactor(token, [password]).redact(text);
const utf8 = (text: string) => [...new TextEncoder().encode(text)];
const base64 = (text: string) => Buffer.from(text).toString('base64');

const escapeAll = (text: string, escape: (unit: number) => string) =>
  Array.from({ length: text.length }, (_, index) => escape(text.charCodeAt(index))).join('');

/** What servers, proxies and logs make of a text. */
const encodings: Record<string, (text: string) => string> = {
  'as it is': (text) => text,
  'in capitals': (text) => text.toUpperCase(),
  'in JSON': (text) => JSON.stringify(text),
  'in JSON in JSON in JSON': (text) => JSON.stringify(JSON.stringify(JSON.stringify(text))),
  'in JSON with escaped slashes': (text) => JSON.stringify(text).replaceAll('/', '\\/'),
  'in ASCII-only JSON': (text) =>
    JSON.stringify(text).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  'with every character escaped': (text) =>
    escapeAll(text, (unit) => `\\u${unit.toString(16).toUpperCase().padStart(4, '0')}`),
  'percent-encoded': encodeURIComponent,
  'percent-encoded, in lower case': (text) => encodeURIComponent(text).toLowerCase(),
  'percent-encoded as a URL': encodeURI,
  'percent-encoded twice': (text) => encodeURIComponent(encodeURIComponent(text)),
  'percent-encoded throughout': (text) =>
    utf8(text)
      .map((byte) => `%${byte.toString(16)}`)
      .join(''),
  'as a form': (text) => new URLSearchParams({ text }).toString(),
  'quoted-printable': (text) =>
    utf8(text)
      .map((byte) => `=${byte.toString(16).toUpperCase()}`)
      .join(''),
  'in HTML': (text) =>
    text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  'in HTML twice': (text) => encodings['in HTML']!(encodings['in HTML']!(text)),
  'in HTML, by numbers': (text) => Array.from(text, (character) => `&#${character.codePointAt(0)};`).join(''),
  'in HTML, by hexadecimal numbers': (text) =>
    Array.from(text, (character) => `&#x0${character.codePointAt(0)!.toString(16)};`).join(''),
  'in JSON in a query': (text) => encodeURIComponent(JSON.stringify(text)),
  'in HTML in JSON in a query': (text) => encodeURIComponent(JSON.stringify(encodings['in HTML']!(text))),
  'in base64': base64,
  'in base64 for URLs': (text) => Buffer.from(text).toString('base64url'),
  'in base64 after one byte': (text) => base64(`:${text}:`),
  'in base64 after two bytes': (text) => base64(`a:${text}.`),
  'in JSON in base64': (text) => base64(JSON.stringify({ password: text })),
  'in base64 in a query': (text) => encodeURIComponent(base64(text)),
  'in hexadecimal': (text) => Buffer.from(text).toString('hex'),
};

describe('a secret is redacted', () => {
  it.each(Object.entries(encodings))('%s', (_, encode) => {
    for (const secret of [token, password]) {
      const encoded = encode(secret);
      const redacted = redact(`Bad value: ${encoded}, sorry.`);

      expect(redacted).toContain('[redacted]');
      expect(redacted).not.toContain(encoded);
      // What remains is the frame, not a part of the secret.
      expect(redacted.length).toBeLessThan('Bad value: [redacted], sorry.'.length + 32);
    }
  });

  it('if it has thousands of characters', () => {
    const long = 'eyJhbGciOiJSUzI1NiJ9.'.repeat(200);

    expect(new Redactor(long, []).redact(`{"token":"${long}"}`)).toBe('{"token":"[redacted]"}');
    expect(new Redactor(long, []).redact(encodeURIComponent(long))).toBe('[redacted]');
  });
});

describe('a short secret', () => {
  const short = new Redactor('test', ['pass', 'abc']);

  it.each(['latest', 'testing', 'Attest', 'passport', 'b64Gvzda', 'rest'])('is no part of a word: %s', (word) => {
    expect(short.redact(word)).toBe(word);
  });

  it.each([
    ['test', '[redacted]'],
    ['a test.', 'a [redacted].'],
    ['test_pass', '[redacted]_[redacted]'],
    ['"pass"', '"[redacted]"'],
    ['a=%22pass%22', 'a=%22[redacted]%22'],
    ['\\npass\\n', '\\n[redacted]\\n'],
    ['&quot;pass&quot;', '&quot;[redacted]&quot;'],
    ['%70ass', '[redacted]'],
    ['dGVzdA==', '[redacted]=='],
  ])('is redacted as a word: %s', (text, redacted) => {
    expect(short.redact(text)).toBe(redacted);
  });

  it('is none if it has fewer than four characters and is not the token', () => {
    expect(short.redact('abc')).toBe('abc');
    expect(new Redactor('x', []).redact('x y')).toBe('[redacted] y');
  });
});

it('only text and numbers are secrets', () => {
  const redactor = new Redactor(token, [12345678, undefined, null, true, Symbol('secret')]);

  expect(redactor.redact('undefined null true 12345678')).toBe('undefined null true [redacted]');
  expect(redactor.redactJson({ a: 12345678, b: 7, 12345678: true })).toEqual({
    a: '[redacted]',
    b: 7,
    '[redacted]': true,
  });
});
