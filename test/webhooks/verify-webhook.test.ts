import { createHmac } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import {
  signWebhook,
  verifyWebhook,
  WebhookVerificationError,
  type SignWebhookParams,
  type UnverifiedWebhook,
} from '@example/sdk/webhooks';
import { InvalidRequestError } from '../../src/errors/index.ts';
import { otherSecret, published, secret, userCreated } from './support/signed-request.ts';

const body = JSON.stringify(userCreated);
const bytes = (text: string) => new TextEncoder().encode(text);
const [, encoded = ''] = secret.split('_');
const at = (seconds: number) => new Date(published.now.getTime() + seconds * 1_000);
/** Without types, because JavaScript users may pass anything. */
const verify = verifyWebhook as (...given: unknown[]) => Promise<unknown>;

type Signed = Readonly<Record<string, string>>;
/** What is signed, and which parts of it `verifyWebhook` then gets. */
interface Given {
  readonly signed?: Partial<SignWebhookParams>;
  readonly body?: unknown;
  readonly headers?: (headers: Signed) => unknown;
  readonly secret?: unknown;
  readonly options?: unknown;
}

const inUpperCase = (all: Signed) => Object.entries(all).map(([name, value]) => [name.toUpperCase(), value] as const);
const header = (name: string, value: unknown): Given => ({ headers: (all) => ({ ...all, [name]: value }) });
const signature = (change: (signature: string) => unknown): Given => ({
  headers: (all) => ({ ...all, 'webhook-signature': change(all['webhook-signature']!) }),
});
const wrong = 'v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=';
const old = { timestamp: published.now };
const both = { secret: [otherSecret, secret] };
const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];
const latin1 = Buffer.from('{"event":"\xe9"}', 'latin1');
const unreadable = new Proxy({}, { get: () => expect.fail() });
const unpadded = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDqg';
const unusedBits = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDqh';

const accepted: [what: string, given: Given][] = [
  ['text', {}],
  ['a part of a larger buffer', { body: bytes(`--${body}--`).subarray(2, -2) }],
  ['an ArrayBuffer', { body: bytes(body).buffer }],
  ['a Headers object', { headers: (all) => new Headers(all) }],
  ['a Map with names in upper case', { headers: (all) => new Map(inUpperCase(all)) }],
  ['pairs', { headers: Object.entries }],
  ['a plain object with names in upper case', { headers: (all) => Object.fromEntries(inUpperCase(all)) as object }],
  ['a signature in repeated headers, as Node joins them', signature((text) => `${wrong}, v1a,xyz  ${text} v2,a`)],
  ['a signature in repeated headers, as a list', signature((text) => [wrong, `v1a,xyz ${text}`, wrong])],
  ['a list of one secret, as bare base64', { secret: [encoded] }],
  ['a secret with the line break of its file', { secret: `${secret}\n` }],
  ['a secret without padding', { signed: { secret: unpadded }, secret: unpadded }],
  ['a secret whose last character has bits that are not used', { signed: { secret: unusedBits }, secret: unusedBits }],
  ['one of two secrets, during a rotation', { secret: [otherSecret, secret] }],
  ['the old secret, after both have signed', { signed: both, secret: otherSecret }],
  ['the new secret, after both have signed', { signed: both }],
  ['one of several secrets that a function returns', { secret: () => Promise.resolve([otherSecret, secret]) }],
  ['an attempt of 300 s ago', { signed: old, options: { now: at(300) } }],
  ['an attempt of 300 s ahead', { signed: old, options: { now: at(-300) } }],
  ['any time', { signed: { timestamp: 0 }, options: { tolerance: Infinity } }],
];

const refused: [code: string, message: string, ...given: Given[]][] = [
  ['missing_body', 'Pass what was received', { body: undefined }, { body: null }, { body: Promise.resolve(body) }],
  ['body_already_parsed', 'Express: app.post(', { body: userCreated }, { body: new ReadableStream() }],
  ['invalid_payload', 'it is not JSON in UTF-8', { signed: { body: 'user.created' } }, { signed: { body: latin1 } }],
  ['invalid_payload', 'the same secret for', { signed: { body: 'null' } }, { signed: { body: '{"data":{}}' } }],
  ['missing_header', 'is missing. Pass all', ...names.flatMap((name) => [header(name, undefined), header(name, '')])],
  ['missing_header', 'webhook-id', ...[undefined, null, unreadable].map((none) => ({ headers: () => none }))],
  ['malformed_header', 'webhook-id must be', header('webhook-id', 'two words'), header('webhook-id', 'ümlaut')],
  ['malformed_header', 'webhook-timestamp must be', header('webhook-timestamp', '-5')],
  ['malformed_header', 'webhook-signature must be', signature((text) => text.slice('v1,'.length)), signature(() => 7)],
  ['timestamp_too_old', 'is 301 s old; the tolerance is 300 s.', { signed: old, options: { now: at(301) } }],
  ['timestamp_too_old', 'is 1 s old; ', { signed: old, options: { now: at(1), tolerance: 0 } }],
  ['timestamp_too_new', 'is 301 s ahead; ', { signed: old, options: { now: at(-301) } }],
  ['no_matching_signature', 'use the secret of this endpoint', { secret: otherSecret }, { body: `${body} ` }],
  ['no_matching_signature', 'as received', signature((text) => `${text}A`), signature((text) => text.slice(0, -1))],
  ['unknown_secret', 'returned no secret for this request.', { secret: () => undefined }],
  ['invalid_secret', 'there is none. Pass `secret`, or set EXAMPLE_WEBHOOK_SECRET', { secret: undefined }],
  ['invalid_secret', 'secret must be a string that is not empty; got null', { secret: null }],
  ['invalid_secret', 'secret must be a string that is not empty; got Array', { secret: [] }],
  ['invalid_secret', 'secret[1] must be a string that is not empty; got undefined', { secret: [secret, undefined] }],
  ['invalid_secret', "function returned[1] must be a string that is not empty; got ''", { secret: () => [secret, ''] }],
  ['invalid_secret', 'it has 3 bytes, and needs at least 24', { secret: 'null' }],
  ['invalid_secret', 'it has 23 bytes', { secret: [secret, Buffer.alloc(23).toString('base64')] }],
  ['invalid_secret', 'it is not base64', { secret: `whpk_${encoded}` }],
];

async function run(given: Given): Promise<unknown> {
  const headers = await signWebhook({ body, secret, ...given.signed });
  return verify(
    'body' in given ? given.body : (given.signed?.body ?? body),
    given.headers ? given.headers(headers) : headers,
    'secret' in given ? given.secret : secret,
    given.options,
  );
}

describe('verifyWebhook()', () => {
  it.each(accepted)('accepts %s', async (_, given) => {
    expect(await run(given)).toEqual({ ...userCreated, id: expect.stringMatching(/^msg_/) as string });
  });

  it.each(refused)('%s: … %s …', async (code, message, ...given) => {
    for (const each of given) {
      const error = await run(each).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(WebhookVerificationError);
      expect(error).toMatchObject({ code, message: expect.stringContaining(message) as string });
    }
  });

  const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': '1', 'webhook-signature': 'v1,x' };
  const inOrder = 'Write verifyWebhook(await request.text(), request.headers, secret, options).';
  type Misuse = [what: string, message: string, ...given: unknown[]];
  it.each<Misuse>([
    ...[-1, NaN, '300'].map((it): Misuse => ['tolerance', 'tolerance', body, headers, secret, { tolerance: it }]),
    ...['today', new Date(NaN)].map((it): Misuse => ['now', 'now', body, headers, secret, { now: it }]),
    ['options', 'options must be a plain object', body, headers, secret, null],
    ['option', "Unknown option 'tolerence'. The options are tolerance, now.", body, headers, secret, { tolerence: 5 }],
    ['order: headers, body', inOrder, headers, body],
    ['order: headers, bytes, secret', inOrder, new Map(Object.entries(headers)), Buffer.from(body), secret],
    ['order: request, secret', inOrder, new Request('https://shop.example', { method: 'POST', body, headers }), secret],
    ['order: secret, headers, body', inOrder, secret, headers, body],
    ['order: body, headers, options', inOrder, body, headers, { tolerance: 60 }],
  ])('throws an InvalidRequestError for a wrong %s', async (_, message, ...given) => {
    await expect(verify(...given)).rejects.toThrow(InvalidRequestError);
    await expect(verify(...given)).rejects.toThrow(message);
  });

  it.each([secret, `whpk_${encoded}`])('has errors that contain no secret, signature or body', async (given) => {
    const headers = await signWebhook({ body: `${body} `, secret });
    const signedText = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    const computed = createHmac('sha256', Buffer.from(encoded, 'base64')).update(signedText).digest('base64');
    const error = (await verify(body, headers, given).catch((reason: unknown) => reason)) as WebhookVerificationError;
    const { name, message, code, stack } = error;
    expect(JSON.parse(JSON.stringify(error))).toEqual({ name, message, code });
    for (const hidden of [encoded, computed, 'john@example.com']) expect(`${message} ${stack}`).not.toContain(hidden);
  });

  it('reads EXAMPLE_WEBHOOK_SECRET at each call, and never instead of a function', async () => {
    vi.stubEnv('EXAMPLE_WEBHOOK_SECRET', secret);
    const headers = { ...(await signWebhook({ body })), 'X-Tenant': 'acme' };
    await expect(verify(body, headers)).resolves.toMatchObject(userCreated);
    const source = vi.fn(({ headers }: UnverifiedWebhook) => (headers.get('X-tenant') === 'acme' ? secret : undefined));
    await expect(verify(Buffer.from(body), headers, source)).resolves.toMatchObject(userCreated);
    const [given] = source.mock.lastCall!;
    expect([given.body, given.headers.get('x-other')]).toEqual([body, undefined]);
    const other = verify(body, { ...headers, 'X-Tenant': 'b' }, source);
    await expect(other).rejects.toHaveProperty('code', 'unknown_secret');
    vi.stubEnv('EXAMPLE_WEBHOOK_SECRET', otherSecret);
    await expect(verify(body, headers)).rejects.toHaveProperty('code', 'no_matching_signature');
  });
});

const crypto = { createSecretKey: vi.fn(), createHmac: () => undefined };
it.each<[string, object | undefined]>([
  ["with Node's crypto", undefined],
  ['with WebCrypto alone', {}],
  ["where Node's crypto throws", { getBuiltinModule: () => crypto }],
])('the vector of the reference libraries is signed and verified, as text and as bytes, %s', async (name, process) => {
  const { headers, now } = published;
  // Keys are cached by secret, so each case needs its own text. Trailing spaces are ignored.
  const key = published.secret.padEnd(published.secret.length + name.length);
  if (process) vi.stubGlobal('process', process);
  const imported = vi.spyOn(globalThis.crypto.subtle, 'importKey');
  for (const form of [published.body, Buffer.from(published.body)]) {
    const signed = signWebhook({ body: form, secret: key, id: headers['webhook-id'], timestamp: now });
    await expect(signed).resolves.toEqual(headers);
    // The signature matches, but the body is not an event.
    await expect(verify(form, headers, [`${key} `, key], { now })).rejects.toHaveProperty('code', 'invalid_payload');
  }
  const changed = verify(`${published.body} `, headers, key, { now });
  await expect(changed).rejects.toHaveProperty('code', 'no_matching_signature');
  // Each key is imported once, and WebCrypto doesn't reveal its secret.
  const keys = await Promise.all(imported.mock.results.map(({ value }) => value as Promise<CryptoKey>));
  expect(keys.map(({ extractable }) => extractable)).toEqual(process ? [false, false] : []);
});

describe('signWebhook()', () => {
  it('generates an id, and signs for now or for a given date or epoch second', async () => {
    vi.setSystemTime(published.now);
    const ids = [];
    for (const timestamp of [undefined, published.now, 1_614_265_330.9]) {
      const headers = await signWebhook({ body, secret, timestamp });
      expect(headers).toHaveProperty('webhook-timestamp', '1614265330');
      ids.push(headers['webhook-id']);
    }
    expect(new Set(ids)).toHaveProperty('size', 3);
    expect(ids[0]).toMatch(/^msg_[0-9a-f]{32}$/);
    expect(await signWebhook({ body, secret, timestamp: 0 })).toHaveProperty('webhook-timestamp', '0');
  });

  const time = 'timestamp must be a valid date or a number of seconds';
  it.each<[message: string, params: unknown]>([
    ...['a.b', 'a b', '', 7].map((id): [string, object] => ['id must be printable ASCII', { body, secret, id }]),
    ...[new Date('never'), -1, 1e12].map((timestamp): [string, object] => [time, { body, secret, timestamp }]),
    ['params must be a plain object; got string.', '{}'],
  ])('throws an InvalidRequestError: %s', async (message, params) => {
    await expect(signWebhook(params as SignWebhookParams)).rejects.toThrow(InvalidRequestError);
    await expect(signWebhook(params as SignWebhookParams)).rejects.toThrow(message);
  });
});
