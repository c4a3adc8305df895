import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, expectTypeOf, it, onTestFinished, vi } from 'vitest';
import {
  signWebhook,
  verifyWebhook,
  type SignWebhookParams,
  type UnverifiedWebhook,
  type VerifyWebhookOptions,
} from '@example/sdk/webhooks';
import { ExampleError, InvalidRequestError } from '../../src/errors/index.ts';
import { otherSecret, published, secret, userCreated } from './support/signed-request.ts';
import { rejection, verifySignature } from './support/verification.ts';

const body = JSON.stringify(userCreated);
/** What `verifyWebhook` returns: the event, and its id. */
const verified = { ...userCreated, id: expect.stringMatching(/^msg_/) as string };

type Signed = Readonly<Record<string, string>>;

/** What is signed, and what of it `verifyWebhook` then gets. */
interface Given {
  readonly signed?: Partial<SignWebhookParams>;
  readonly body?: unknown;
  readonly headers?: (headers: Signed) => unknown;
  readonly secret?: unknown;
  readonly options?: unknown;
}

async function argumentsOf(given: Given): Promise<Parameters<typeof rejection>> {
  const headers = await signWebhook({ body, secret, ...given.signed });
  return [
    'body' in given ? given.body : (given.signed?.body ?? body),
    given.headers ? given.headers(headers) : headers,
    'secret' in given ? given.secret : secret,
    given.options as VerifyWebhookOptions,
  ];
}

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

const bytes = (text: string) => new TextEncoder().encode(text);
const inUpperCase = (headers: Signed) => Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]);
const signature = (change: (signature: string) => unknown) => (headers: Signed) => ({
  ...headers,
  'webhook-signature': change(headers['webhook-signature']!),
});
const wrong = 'v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=';
const at = (seconds: number) => new Date(published.now.getTime() + seconds * 1_000);

describe('verifyWebhook accepts', () => {
  it.each<[string, Given]>([
    // The body.
    ['text', {}],
    ['a Buffer', { body: Buffer.from(body) }],
    ['a Uint8Array', { body: bytes(body) }],
    ['a part of a larger buffer', { body: bytes(`--${body}--`).subarray(2, -2) }],
    ['an ArrayBuffer', { body: bytes(body).buffer }],
    ['a DataView', { body: new DataView(bytes(body).buffer) }],
    // The headers.
    ['a Headers object', { headers: (all) => new Headers(all) }],
    ['an object with nothing but get()', { headers: (all) => ({ get: (name: string) => all[name] }) }],
    ['a Map', { headers: (all) => new Map(Object.entries(all)) }],
    ['a Map with names in upper case', { headers: (all) => new Map(inUpperCase(all) as [string, string][]) }],
    ['pairs', { headers: Object.entries }],
    ['a plain object with names in upper case', { headers: (all) => Object.fromEntries(inUpperCase(all)) as object }],
    ['lists of values', { headers: signature((text) => [text]) }],
    // The signature among others.
    ['one before another version', { headers: signature((text) => `${text}, v2`) }],
    ['one after a wrong one', { headers: signature((text) => `${wrong} ${text} `) }],
    [
      'one in repeated headers, as Node joins them',
      { headers: signature((text) => `${wrong}, v1a,xyz  ${text} v2,a`) },
    ],
    ['one in repeated headers, as a list', { headers: signature((text) => [wrong, `v1a,xyz ${text}`, wrong]) }],
    // The secret.
    ['one as bare base64', { secret: secret.slice('whsec_'.length) }],
    ['one with the line break of its file', { secret: `${secret}\n` }],
    ['one in two lines', { secret: `${secret.slice(0, 20)}\n${secret.slice(20)}` }],
    ['one of two, during a rotation', { secret: [otherSecret, secret] }],
    ['the old one, after both have signed', { signed: { secret: [otherSecret, secret] }, secret: otherSecret }],
    ['the new one, after both have signed', { signed: { secret: [otherSecret, secret] } }],
    ['one that a function returns', { secret: () => secret }],
    ['one of several that a function returns', { secret: () => [otherSecret, secret] }],
    ['one that a function resolves to', { secret: () => Promise.resolve(secret) }],
    ...[
      'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDqg', // without padding
      'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDqh', // whose last character has bits that are not used
      'q7Zt1nUeXbK0fVh3mWcR9sYpLdJ5gTaGxO8iE2vQuMz', // 43 random characters
    ].map((each): [string, Given] => [each, { signed: { secret: each }, secret: each }]),
    // The time.
    ['an attempt of 300 s ago', { signed: { timestamp: published.now }, options: { now: at(300) } }],
    ['an attempt of 300 s ahead', { signed: { timestamp: published.now }, options: { now: at(-300) } }],
    ['any time', { signed: { timestamp: 0 }, options: { tolerance: Infinity } }],
  ])('%s', async (_, given) => {
    expect(await (verifyWebhook as (...all: unknown[]) => unknown)(...(await argumentsOf(given)))).toEqual(verified);
  });
});

const [, encoded = ''] = secret.split('_');
const frameworks = ['Express', 'Fastify', 'NestJS', 'Koa', 'Hono', 'Elysia', 'Next.js'];
const signedBody = (text: string | Buffer): Given => ({ signed: { body: text } });
const withHeader = (name: string, value: unknown): Given => ({ headers: (all) => ({ ...all, [name]: value }) });
const old = { timestamp: published.now };

type Row = [code: string, what: string, given: Given, message: string | RegExp];

describe('verifyWebhook refuses', () => {
  it.each<Row>([
    ...[undefined, null, Promise.resolve(body)].map((none): Row => {
      return ['missing_body', 'none', { body: none }, /it is \w+\. Pass what was received.* await request\.text\(\)/];
    }),
    ...[userCreated, {}, new ReadableStream()].map((parsed): Row => {
      return ['body_already_parsed', 'an object', { body: parsed }, new RegExp(frameworks.join(': .+ '))];
    }),
    ['invalid_payload', 'what is not JSON', signedBody('user.created'), 'the body is not an event: it is not JSON'],
    ['invalid_payload', 'an empty body', signedBody(''), 'it is not JSON'],
    ['invalid_payload', 'another encoding', signedBody(Buffer.from('{"event":"\xe9"}', 'latin1')), 'JSON in UTF-8'],
    ...['[]', '"user.created"', 'null', '{"data":{}}'].map((text): Row => {
      return ['invalid_payload', text, signedBody(text), 'Do you use the same secret for other webhooks too?'];
    }),
    ...['webhook-id', 'webhook-timestamp', 'webhook-signature'].flatMap((name) =>
      [undefined, ''].map((none): Row => {
        return ['missing_header', `${name}: ${none}`, withHeader(name, none), `The header ${name} is missing.`];
      }),
    ),
    ...[undefined, null, 7, new Proxy({}, { get: () => expect.fail() })].map((none): Row => {
      return ['missing_header', 'no headers', { headers: () => none }, 'Pass all headers of the request'];
    }),
    ...[
      ['webhook-id', 'two words'],
      ['webhook-id', 'ümlaut'],
      ['webhook-timestamp', '2024-01-01T00:00:00Z'],
      ['webhook-timestamp', '-5'],
      ['webhook-timestamp', '1614265330.5'],
      ['webhook-timestamp', ['1614265330', '1614265331']],
      ['webhook-signature', 'g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='],
      ['webhook-signature', 7],
    ].map(([name, value]): Row => {
      return ['malformed_header', `${String(name)}: ${String(value)}`, withHeader(String(name), value), ' must be '];
    }),
    ['timestamp_too_old', '301 s', { signed: old, options: { now: at(301) } }, 'is 301 s old; the tolerance is 300 s.'],
    ['timestamp_too_new', '301 s', { signed: old, options: { now: at(-301) } }, 'is 301 s ahead; '],
    ['timestamp_too_old', '1 s', { signed: old, options: { now: at(1), tolerance: 0 } }, 'is 1 s old; '],
    ['no_matching_signature', 'another secret', { secret: otherSecret }, 'exactly as received'],
    ['no_matching_signature', 'another body', { body: `${body} ` }, 'use the secret of this endpoint'],
    ['no_matching_signature', 'another one of a function', { secret: () => otherSecret }, 'No signature matches'],
    ...[
      (text: string) => text.replace(',', ',,'), // with an empty part
      (text: string) => `${text}A`, // with a character more
      (text: string) => `${text},v2`, // with another part
      (text: string) => text.slice(0, -1), // with a character less
      (text: string) => text.replace('v1', 'v2'), // of another version
      (text: string) => text.replace('v', 'V'),
    ].map((change): Row => {
      return ['no_matching_signature', String(change), { headers: signature(change) }, 'No signature matches'];
    }),
    ['unknown_secret', 'an unknown tenant', { secret: () => undefined }, 'returned no secret for this request.'],
    ...(
      [
        [undefined, 'there is none. Pass `secret`, or set EXAMPLE_WEBHOOK_SECRET'],
        [null, 'secret must be a string that is not empty; got null'],
        [[], 'secret must be a string that is not empty; got Array'],
        [[secret, undefined], 'secret[1] must be a string that is not empty; got undefined'],
        ['undefined', 'not base64'],
        ['null', 'it has 3 bytes, and needs at least 24'],
        ['whsec_', 'it has 0 bytes'],
        [Buffer.alloc(23).toString('base64'), 'it has 23 bytes'],
        [[secret, 'whsec_YWJj'], 'it has 3 bytes'],
        ['whsec_not base64!', 'not base64'],
        [`${encoded}whsec_`, 'not base64'],
        [`whpk_${encoded}`, 'not base64'], // a key of another scheme
      ] as const
    ).map(([given, message]): Row => {
      return ['invalid_secret', JSON.stringify(given), { secret: given }, message];
    }),
  ])('%s: %s', async (code, _, given, message) => {
    const error = await rejection(...(await argumentsOf(given)));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  it('with an error that has neither secret, signature nor body', async () => {
    const headers = await signWebhook({ body: `${body} `, secret });
    const error = await rejection(body, headers, secret);
    expect(error).toBeInstanceOf(ExampleError);
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'WebhookVerificationError',
      message: error.message,
      code: error.code,
    });
    const computed = createHmac('sha256', Buffer.from(encoded, 'base64'))
      .update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`)
      .digest('base64');
    const invalid = await rejection(body, headers, `whpk_${encoded}`);
    for (const hidden of [encoded, computed, 'john@example.com'])
      expect(`${error.stack} ${JSON.stringify(error)} ${invalid.stack}`).not.toContain(hidden);
  });
});

it('the event has its type, and the id of the webhook', async () => {
  const event = await verifyWebhook(body, await signWebhook({ body, secret, id: 'msg_1' }), secret);
  expect(event).toEqual({ ...userCreated, id: 'msg_1' });
  if (event.event === 'user.created') expectTypeOf(event.data.email).toEqualTypeOf<string>();
  expectTypeOf(event.id).toEqualTypeOf<string>();
});

it('the secret is read from EXAMPLE_WEBHOOK_SECRET when it is used', async () => {
  vi.stubEnv('EXAMPLE_WEBHOOK_SECRET', secret);
  const headers = await signWebhook({ body });
  await expect(verifyWebhook(body, headers)).resolves.toEqual(verified);
  vi.stubEnv('EXAMPLE_WEBHOOK_SECRET', otherSecret);
  expect(await rejection(body, headers, undefined)).toHaveProperty('code', 'no_matching_signature');
});

it('a secret function is told what was received, and falls back to no other secret', async () => {
  vi.stubEnv('EXAMPLE_WEBHOOK_SECRET', secret);
  const headers = { ...(await signWebhook({ body, secret })), 'X-Tenant': 'acme' };
  const source = vi.fn(({ headers: all }: UnverifiedWebhook) => (all.get('X-tenant') === 'acme' ? secret : undefined));
  await expect(verifyWebhook(Buffer.from(body), headers, source)).resolves.toEqual(verified);
  const [given] = source.mock.lastCall ?? [];
  expect([given?.body, given?.headers.get('x-other')]).toEqual([body, undefined]);
  expect(await rejection(body, { ...headers, 'X-Tenant': 'b' }, source)).toHaveProperty('code', 'unknown_secret');
});

it('a key is imported once, unless a platform has more secrets than cached keys', async () => {
  const imports = vi.spyOn(process.getBuiltinModule('node:crypto'), 'createSecretKey');
  onTestFinished(() => {
    imports.mockRestore();
  });
  const tenants = Array.from({ length: 1_100 }, (_, index) => Buffer.alloc(24, `tenant ${index}`).toString('base64'));
  const headers = await signWebhook({ body, secret: tenants[0] });
  const importsOfFirst = () => imports.mock.calls.filter(([key]) => Buffer.from(key).includes('tenant 0t')).length;
  for (const tenant of tenants.slice(1)) await rejection(body, headers, tenant);
  expect(importsOfFirst()).toBe(1);
  for (let time = 0; time < 3; time++) await verifyWebhook(body, headers, [tenants[1]!, tenants[0]!]);
  expect(importsOfFirst()).toBe(2);
});

describe('an InvalidRequestError is thrown for', () => {
  it.each<[string, unknown]>([
    ...[-1, NaN, null, '300'].map((tolerance): [string, unknown] => ['tolerance', { tolerance }]),
    ...['today', null, new Date(NaN)].map((now): [string, unknown] => ['now', { now }]),
    ['options must be a plain object', null],
    ['options must be a plain object', 'now'],
    ["Unknown option 'tolerence'. The options are tolerance, now.", { tolerence: 5 }],
  ])('%s: %o', async (message, options) => {
    const verifying = verifyWebhook(body, await signWebhook({ body, secret }), secret, options as VerifyWebhookOptions);
    await expect(verifying).rejects.toThrow(InvalidRequestError);
    await expect(verifying).rejects.toThrow(message);
  });

  const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': '1', 'webhook-signature': 'v1,x' };
  const request = new Request('https://shop.example', { method: 'POST', body, headers });

  it.each<[string, unknown[]]>([
    ['headers, body', [headers, body]],
    ['headers, bytes, secret', [new Map(Object.entries(headers)), Buffer.from(body), secret]],
    ['request, secret', [request, secret]],
    ['request of Node', [{ headers, on: () => undefined }]],
    ['body, secret, headers', [body, secret, headers]],
    ['secret, headers, body', [secret, headers, body]],
    ['body, headers, options', [body, headers, { tolerance: 60 }]],
    ['an object', [{ body, headers, secret }]],
  ])('arguments in another order: %s', async (_, given) => {
    const error = await (verifyWebhook as (...all: unknown[]) => Promise<unknown>)(...given).catch((it: unknown) => it);
    expect(error).toBeInstanceOf(InvalidRequestError);
    const right = 'Write verifyWebhook(await request.text(), request.headers, secret, options).';
    expect(error).toHaveProperty('message', expect.stringContaining(right));
  });
});

describe.each([
  ["with Node's crypto", undefined],
  ['with WebCrypto alone', {}],
  ["where Node's crypto is only a stub", { getBuiltinModule: () => ({}) }],
  [
    "where the functions of Node's crypto throw",
    { getBuiltinModule: () => ({ createSecretKey: vi.fn(), createHmac: () => undefined }) },
  ],
])('the vector of the reference libraries, %s', (name, process) => {
  it('is what signWebhook returns, and verifies, as text and as bytes', async () => {
    const { headers, now } = published;
    // Keys are cached by secret, so each case needs a text of its own. Trailing spaces are ignored.
    const key = published.secret.padEnd(published.secret.length + name.length);
    if (process) vi.stubGlobal('process', process);
    const imported = vi.spyOn(crypto.subtle, 'importKey');
    onTestFinished(() => imported.mockRestore());
    for (const form of [published.body, Buffer.from(published.body)]) {
      const signed = signWebhook({ body: form, secret: key, id: headers['webhook-id'], timestamp: now });
      await expect(signed).resolves.toEqual(headers);
      const attempt = { id: headers['webhook-id'], attemptedAt: now };
      await expect(verifySignature(form, headers, key, { now })).resolves.toEqual(attempt);
    }
    const error = await rejection(`${published.body} `, headers, key, { now });
    expect(error).toHaveProperty('code', 'no_matching_signature');
    // WebCrypto gives no key back that it has got of a secret.
    const keys = await Promise.all(imported.mock.results.map(({ value }) => value as Promise<CryptoKey>));
    expect(keys.map(({ extractable }) => extractable)).toEqual(process ? [false] : []);
  });
});

describe('signWebhook', () => {
  it('generates an id and signs for now, or for the time that it gets as a date or epoch seconds', async () => {
    vi.setSystemTime(published.now);
    onTestFinished(() => void vi.useRealTimers());
    const [first, second] = [await signWebhook({ body, secret }), await signWebhook({ body, secret })];
    expect(first['webhook-id']).toMatch(/^msg_[0-9a-f]{32}$/);
    expect(second['webhook-id']).not.toBe(first['webhook-id']);
    for (const timestamp of [undefined, published.now, 1_614_265_330.9])
      expect(await signWebhook({ body, secret, timestamp })).toHaveProperty('webhook-timestamp', '1614265330');
    expect(await signWebhook({ body, secret, timestamp: 0 })).toHaveProperty('webhook-timestamp', '0');
  });

  it.each<[string, object | string]>([
    ['id must be printable ASCII', { id: 'a.b' }],
    ['id must be printable ASCII', { id: 'a b' }],
    ['id must be printable ASCII', { id: '' }],
    ['id must be printable ASCII', { id: 7 }],
    ['timestamp must be a valid date or a number of seconds', { timestamp: new Date('never') }],
    ['timestamp must be a valid date', { timestamp: -1 }],
    ['timestamp must be a valid date', { timestamp: 1e12 }],
    ['params must be a plain object; got string.', '{}'],
  ])('rejects: %s', async (message, params) => {
    const given = typeof params === 'string' ? params : { body, secret, ...params };
    const signing = signWebhook(given as SignWebhookParams);
    await expect(signing).rejects.toThrow(InvalidRequestError);
    await expect(signing).rejects.toThrow(message);
  });
});
