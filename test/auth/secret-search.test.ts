import { describe, expect, it, vi } from 'vitest';
import { Redactor } from '../../src/auth/redaction.ts';

const token = 'token-that-nobody-may-see';
const password = `Tr0ub4dor & "3"'/<é>🔑`;

const redact = (text: string) => new Redactor(() => [token, password]).redact(text);
const utf8 = (text: string) => [...new TextEncoder().encode(text)];

const escapeAll = (text: string, escape: (unit: number) => string) =>
  Array.from({ length: text.length }, (_, index) => escape(text.charCodeAt(index))).join('');

const entities: Record<string, string> = { '&': 'amp', '"': 'quot', "'": 'apos', '<': 'lt', '>': 'gt' };

/** What servers, proxies and logs make of a text. */
const encodings: Record<string, (text: string) => string> = {
  'as it is': (text) => text,
  'in capitals': (text) => text.toUpperCase(),
  'in JSON': (text) => JSON.stringify(text),
  'in JSON in JSON': (text) => JSON.stringify(JSON.stringify(text)),
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
      .map((byte) => `%${byte.toString(16).padStart(2, '0')}`)
      .join(''),
  'as a form': (text) => new URLSearchParams({ text }).toString(),
  'in HTML': (text) => text.replace(/[&"'<>]/g, (character) => `&${entities[character]};`),
  'in HTML twice': (text) => encodings['in HTML']!(encodings['in HTML']!(text)),
  'in HTML, by numbers': (text) => Array.from(text, (character) => `&#${character.codePointAt(0)};`).join(''),
  'in HTML, by hexadecimal numbers': (text) =>
    Array.from(text, (character) => `&#x0${character.codePointAt(0)!.toString(16)};`).join(''),
  'in JSON in a query': (text) => encodeURIComponent(JSON.stringify(text)),
  'in HTML in JSON': (text) => JSON.stringify(encodings['in HTML']!(text)),
};

describe('the whole of a secret is redacted', () => {
  const key = `-----BEGIN PRIVATE KEY-----\n${'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n'.repeat(50)}-----END PRIVATE KEY-----`;

  it.each(Object.entries(encodings))('%s', (_, encode) => {
    for (const secret of [token, password, key]) {
      const redacted = new Redactor(() => [token, password, key]).redact(`Bad value: ${encode(secret)}, sorry.`);

      expect(redacted).toContain('[redacted]');
      expect(redacted).not.toContain(encode(secret));
      // What remains is the frame, not a part of the secret.
      expect(redacted.length).toBeLessThan('Bad value: [redacted], sorry.'.length + 32);
    }
  });

  it('and not what only begins like it', () => {
    expect(new Redactor(() => [token, key]).redact('-----BEGIN PRIVATE KEY-----')).toBe('-----BEGIN PRIVATE KEY-----');
  });

  it('within a word, unless it is short', () => {
    expect(redact(`x${token}y`)).toBe('x[redacted]y');
  });

  it('if one is a part of another, or follows it', () => {
    const redactor = new Redactor(() => ['token-1', 'token-12345', '2345', 'pass-word', 'word-pass']);

    expect(redactor.redact('token-1 token-12345 token-123 pass-word-pass 2345')).toBe(
      '[redacted] [redacted] token-123 [redacted] [redacted]',
    );
  });
});

describe('a short secret', () => {
  const short = new Redactor(() => ['test', 'pass', 'abc']);

  it.each([
    ['a part of a word', ['latest', 'testing', 'Attest', 'passport', 'b64Gvzda', 'rest']],
    ['a secret of fewer than four characters', ['abc']],
  ])('is not redacted as %s: %j', (_, texts) => {
    expect(texts.map((text) => short.redact(text))).toEqual(texts);
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
  ])('is redacted as a word: %s', (text, redacted) => {
    expect(short.redact(text)).toBe(redacted);
  });
});

describe('the time is linear', () => {
  /** Characters that are looked at: each is read a few times for each layer of escapes. */
  const reads = (text: string, redactor: Redactor) => {
    redactor.redact(''); // Reads the secrets.
    const spies = [vi.spyOn(String.prototype, 'charCodeAt'), vi.spyOn(Set.prototype, 'has')];
    redactor.redact(text);
    const count = spies.reduce((sum, { mock }) => sum + mock.calls.length, 0);
    vi.restoreAllMocks();
    return count;
  };

  it.each([
    ['backslashes', '\\'],
    ['letters', 'a'],
    ['the beginning of a secret', 'token-that-'],
    ['percent signs', '%25'],
    ['ampersands', '&amp;'],
    ['escapes', '\\u0041'],
  ])('in a text of %s', (_, part) => {
    const redactor = new Redactor(() => [token, password]);
    const once = reads(part.repeat(250), redactor);

    expect(reads(part.repeat(1000), redactor)).toBeLessThanOrEqual(4.1 * once + 100);
  });

  it('in what is shown: the rest of a long text is not looked at', () => {
    const redactor = new Redactor(() => [token]);

    expect(reads(' '.repeat(1_000_000), redactor)).toBe(reads(' '.repeat(65_536), redactor));
  });

  it('in the secrets: a hundred thousand of them take a look at the text for each of their lengths', () => {
    const many = Array.from({ length: 100_000 }, (_, index) => `password-number-${index}`);
    const text = 'password-number-'.repeat(250);
    const [one, all] = [many.slice(0, 1), many].map((secrets) => reads(text, new Redactor(() => [token, ...secrets])));

    expect(new Set(many.map(({ length }) => length)).size).toBe(5);
    expect(all).toBeLessThanOrEqual(5 * one!);
    expect(new Redactor(() => [token, ...many]).redact('password-number-77 password-number-x')).toBe(
      '[redacted] password-number-x',
    );
  });
});

it('numbers are secrets, too', () => {
  const redactor = new Redactor(() => [token, '12345678']);

  expect(redactor.redactJson({ a: 12345678, b: 7, 12345678: true })).toEqual({
    a: '[redacted]',
    b: 7,
    '[redacted]': true,
  });
});

it('what is around a secret keeps its escapes', () => {
  expect(redact(`100%25 of ${token.replaceAll('-', '%2D')} is %22bad%22`)).toBe('100%25 of [redacted] is %22bad%22');
  expect(redact(`%E2%9C%93%0A${encodeURIComponent(token)}`)).toBe('%E2%9C%93%0A[redacted]');
});

describe('a secret that looks as if it were escaped itself is found in each encoding', () => {
  const lookalikes = ['correct&horse\\battery', 'p%20w"1234567', 'x%CEyz/1234', 'a&#65;b&amp;c%41', 'tab\\u0041"%%25'];
  const single = ['as it is', 'in JSON', 'percent-encoded', 'as a form', 'in HTML', 'in HTML, by numbers'];

  it.each(lookalikes)('%s', (secret) => {
    for (const name of single) {
      const redacted = new Redactor(() => [token, secret]).redact(encodings[name]!(secret));

      expect(redacted, name).toMatch(/^("|text=)?\[redacted\]"?$/);
    }
  });
});

it('a letter that has two in lower case hides nothing', () => {
  expect(redact(`İstanbul: ${password}`)).toBe('İstanbul: [redacted]');
});

it('only the beginning of a long text is shown, without a secret that its end cuts in two', () => {
  const long = redact('a'.repeat(65_536 - 8) + token);

  expect(long).toBe('a'.repeat(16_384));
  expect(redact(`${'a'.repeat(20_000)} ${token} b`)).toBe('a'.repeat(16_384));
  expect(
    redact(`${'&#x61;'.repeat(10_900)}${encodeURIComponent(`${token} ${token} ${token} ${token}`)}`),
  ).not.toContain('token-that');
});

describe('an error', () => {
  it('is copied, with what is known to hold no secret', () => {
    const error = Object.assign(new TypeError(`no ${token}`, { cause: new Error(token) }), {
      code: 'EBAD',
      config: { token },
      [Symbol(token)]: token,
    });

    const copy = new Redactor(() => [token]).redactError(error) as Error;

    expect(copy).toMatchObject({ name: 'TypeError', message: 'no [redacted]', code: 'EBAD' });
    expect(copy.stack).toContain('secret-search.test.ts');
    expect(copy.cause).toMatchObject({ message: '[redacted]' });
    expect(Reflect.ownKeys(copy).sort()).toEqual(['cause', 'code', 'message', 'name', 'stack']);
  });

  it('is nothing if it is anything else', () => {
    expect(new Redactor(() => [token]).redactError(`no ${token}`)).toBeUndefined();
    expect(new Redactor(() => [token]).redactError({ token })).toBeUndefined();
  });
});
