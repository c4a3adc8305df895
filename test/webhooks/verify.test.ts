import { createHmac, generateKeyPairSync, sign as signWithNode } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  signWebhook,
  verifySignature,
  verifyWebhook,
  WebhookVerificationError,
  type WebhookBody,
  type WebhookHeaders,
  type WebhookSecret,
} from '@example/sdk/webhooks';
import { ExampleError, InvalidRequestError } from '../../src/errors/index.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const otherSecret = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';

/** What the reference libraries of the specification test with. */
const published = {
  body: '{"test": 2432232314}',
  headers: {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  },
  now: new Date(1_614_265_330_000),
};

const userCreated = {
  event: 'user.created',
  data: { id: 'user_123', name: 'John Doe', email: 'john@example.com' },
  timestamp: '2024-01-01T00:00:00Z',
};
const body = JSON.stringify(userCreated);

async function failure(
  given: unknown,
  headers: unknown,
  ...more: [key?: unknown, options?: { now?: Date; tolerance?: number }]
): Promise<WebhookVerificationError> {
  const [key, options] = more.length > 0 ? more : [secret];
  const error: unknown = await verifyWebhook(
    given as WebhookBody,
    headers as WebhookHeaders,
    key as WebhookSecret,
    options,
  ).catch((reason: unknown) => reason);
  if (!(error instanceof WebhookVerificationError)) throw new Error('It was accepted.', { cause: error });
  return error;
}

afterEach(() => vi.unstubAllGlobals());

describe('verifyWebhook', () => {
  it('gives the event that the API signed', async () => {
    const headers = await signWebhook({ body, secret });
    await expect(verifyWebhook(body, headers, secret)).resolves.toEqual(userCreated);
  });

  it.each<[string, (text: string) => WebhookBody]>([
    ['a string', (text) => text],
    ['a Buffer', (text) => Buffer.from(text)],
    ['a Uint8Array', (text) => new TextEncoder().encode(text)],
    ['a part of a larger buffer', (text) => new TextEncoder().encode(`--${text}--`).subarray(2, -2)],
    ['an ArrayBuffer', (text) => new TextEncoder().encode(text).buffer],
    ['a DataView', (text) => new DataView(new TextEncoder().encode(text).buffer)],
  ])('takes the body as %s', async (_, form) => {
    const text = JSON.stringify({ ...userCreated, note: 'Grüße, 你好 👋' });
    const headers = await signWebhook({ body: form(text), secret });
    await expect(verifyWebhook(form(text), headers, secret)).resolves.toEqual(JSON.parse(text));
  });

  it.each<[string, (headers: Record<string, string>) => WebhookHeaders]>([
    ['a Headers object', (headers) => new Headers(headers)],
    ['a Map', (headers) => new Map(Object.entries(headers))],
    [
      'a plain object in other case',
      (headers) => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value])),
    ],
    [
      'lists of values',
      (headers) => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    ],
  ])('takes the headers as %s', async (_, form) => {
    const headers = await signWebhook({ body, secret });
    await expect(verifyWebhook(body, form(headers), secret)).resolves.toEqual(userCreated);
  });

  it.each([
    ['with its prefix', secret],
    ['as bare base64', secret.slice('whsec_'.length)],
    ['with the line break of the file it was read from', `${secret}\n`],
    ['among others, while secrets are rotated', [otherSecret, secret]],
  ])('takes the secret %s', async (_, form) => {
    const headers = await signWebhook({ body, secret });
    await expect(verifyWebhook(body, headers, form)).resolves.toEqual(userCreated);
  });

  it('accepts what was signed with the old and the new secret, by whoever has one of them', async () => {
    const headers = await signWebhook({ body, secret: [otherSecret, secret] });
    await expect(verifyWebhook(body, headers, secret)).resolves.toEqual(userCreated);
    await expect(verifyWebhook(body, headers, otherSecret)).resolves.toEqual(userCreated);
  });

  it('serves a platform with more secrets than it remembers keys', async () => {
    const tenants = Array.from({ length: 1_100 }, (_, index) => Buffer.alloc(24, `tenant ${index}`).toString('base64'));
    const headers = await signWebhook({ body, secret: tenants[0] });
    for (const tenant of [...tenants.slice(1), tenants[1]]) {
      await expect(verifyWebhook(body, headers, tenant)).rejects.toThrow('No signature matches');
    }
    await expect(verifyWebhook(body, headers, tenants[0])).resolves.toEqual(userCreated);
  });

  it('skips signatures of versions that it does not know', async () => {
    const headers = await signWebhook({ body, secret });
    headers['webhook-signature'] = `v2,abc ${headers['webhook-signature']} v1a,xyz`;
    await expect(verifyWebhook(body, headers, secret)).resolves.toEqual(userCreated);
  });
});

describe.each([
  ["with Node's crypto", () => undefined],
  ['with WebCrypto alone', () => vi.stubGlobal('process', {})],
  ["where Node's crypto is only a stand-in", () => vi.stubGlobal('process', { getBuiltinModule: () => ({}) })],
])('the published vector, %s', (name, prepare) => {
  // Keys are kept by secret, so that each case needs a text of its own.
  const key = secret.padEnd(secret.length + name.length);

  it('verifies', async () => {
    prepare();
    const { headers, now } = published;
    await expect(verifySignature(published.body, headers, key, { now })).resolves.toEqual({
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      attemptedAt: now,
    });
    await expect(verifySignature(Buffer.from(published.body), headers, key, { now })).resolves.toBeDefined();
    expect(await failure(`${published.body} `, headers, key, { now })).toHaveProperty('code', 'no_matching_signature');
  });

  it('is what signing gives', async () => {
    prepare();
    const { headers } = published;
    for (const form of [published.body, Buffer.from(published.body)]) {
      const signed = signWebhook({ body: form, secret: key, id: headers['webhook-id'], timestamp: published.now });
      await expect(signed).resolves.toEqual(headers);
    }
  });
});

describe('Ed25519 signatures (v1a)', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const publicBytes = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  const seed = privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(-32);
  const whpk = `whpk_${publicBytes.toString('base64')}`;
  const whsk = `whsk_${seed.toString('base64')}`;

  it('verify with the public key', async () => {
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const signature = signWithNode(null, Buffer.from(`msg_1.${timestamp}.${body}`), privateKey).toString('base64');
    const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': timestamp, 'webhook-signature': `v1a,${signature}` };

    await expect(verifyWebhook(body, headers, whpk)).resolves.toEqual(userCreated);
    expect(await failure(`${body} `, headers, whpk)).toHaveProperty('code', 'no_matching_signature');
  });

  it('are made with the private key, with or without the public key behind it', async () => {
    for (const key of [whsk, `whsk_${Buffer.concat([seed, publicBytes]).toString('base64')}`]) {
      const headers = await signWebhook({ body, secret: key });
      expect(headers['webhook-signature']).toMatch(/^v1a,[\w+/]{86}==$/);
      await expect(verifyWebhook(body, headers, whpk)).resolves.toEqual(userCreated);
    }
  });

  it('stand beside v1 signatures while one scheme replaces the other', async () => {
    const headers = await signWebhook({ body, secret: [secret, whsk] });
    for (const key of [secret, whpk, [whpk, otherSecret]]) {
      await expect(verifyWebhook(body, headers, key)).resolves.toEqual(userCreated);
    }
    const unrelated = `whpk_${Buffer.alloc(32, 1).toString('base64')}`;
    expect(await failure(body, headers, unrelated)).toHaveProperty('code', 'no_matching_signature');
  });

  it('are refused with `invalid_secret` where the runtime lacks the algorithm', async () => {
    vi.stubGlobal('crypto', { subtle: { importKey: () => Promise.reject(new Error('NotSupportedError')) } });
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(Date.now() / 1_000)),
      'webhook-signature': 'v1a,AAAA',
    };
    const error = await failure(
      body,
      { ...headers, 'webhook-signature': `v1a,${Buffer.alloc(64).toString('base64')}` },
      `${whpk} `,
    );
    expect(error).toMatchObject({
      code: 'invalid_secret',
      message: expect.stringContaining('does not support') as string,
    });
  });

  it('can be checked against at most 16 of a header, so that a stranger can not keep the server busy', async () => {
    const headers = await signWebhook({ body, secret: whsk });
    const forged = `v1a,${Buffer.alloc(64).toString('base64')} `;
    const genuine = headers['webhook-signature'];

    await expect(
      verifyWebhook(body, { ...headers, 'webhook-signature': forged.repeat(15) + genuine }, whpk),
    ).resolves.toBeDefined();
    const late = { ...headers, 'webhook-signature': forged.repeat(16) + genuine };
    expect(await failure(body, late, whpk)).toHaveProperty('code', 'no_matching_signature');
  });
});

describe('a refusal says what to do', () => {
  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('missing_header: %s', async (name) => {
    const headers: Record<string, string> = await signWebhook({ body, secret });
    const rest = Object.entries(headers).filter(([other]) => other !== name);
    const error = await failure(body, Object.fromEntries(rest));
    expect(error.code).toBe('missing_header');
    expect(error.message).toContain(name);
    expect(await failure(body, { ...headers, [name]: '' })).toHaveProperty('code', 'missing_header');
    expect(await failure(body, undefined)).toHaveProperty('code', 'missing_header');
  });

  it.each([
    ['webhook-id', 'two words'],
    ['webhook-id', 'ümlaut'],
    ['webhook-timestamp', '2024-01-01T00:00:00Z'],
    ['webhook-timestamp', '-5'],
    ['webhook-timestamp', '1614265330.5'],
    ['webhook-signature', 'g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='],
    ['webhook-signature', 7],
    ['webhook-timestamp', ['1614265330', '1614265331']],
  ])('malformed_header: %s: %s', async (name, value) => {
    const error = await failure(body, { ...published.headers, [name]: value }, secret, { now: published.now });
    expect(error.code).toBe('malformed_header');
    expect(error.message).toContain(`${name} must be`);
  });

  it('timestamp_too_old and timestamp_too_new, beyond a tolerance of 300 s by default', async () => {
    const at = (seconds: number) => new Date(published.now.getTime() + seconds * 1_000);
    const check = (now: Date, tolerance?: number) =>
      failure(published.body, published.headers, secret, { now, ...(tolerance !== undefined && { tolerance }) });

    // At the edge the time is fine; what is refused is the body, which is no event.
    expect(await check(at(300))).toHaveProperty('code', 'invalid_payload');
    expect(await check(at(-300))).toHaveProperty('code', 'invalid_payload');

    expect(await check(at(301))).toMatchObject({
      code: 'timestamp_too_old',
      message: expect.stringContaining('301 s old') as string,
    });
    expect(await check(at(-301))).toMatchObject({
      code: 'timestamp_too_new',
      message: expect.stringContaining('301 s ahead') as string,
    });
    expect(await check(at(11), 10)).toHaveProperty('code', 'timestamp_too_old');
    expect(await check(at(86_400), Infinity)).toHaveProperty('code', 'invalid_payload');
  });

  it('no_matching_signature', async () => {
    const headers = await signWebhook({ body, secret: otherSecret });
    const error = await failure(body, headers);
    expect(error.code).toBe('no_matching_signature');
    expect(error.message).toContain('exactly as received');
  });

  it.each([
    ['undefined, as an unset variable is', undefined, 'is EXAMPLE_WEBHOOK_SECRET set'],
    ['empty', '', 'is EXAMPLE_WEBHOOK_SECRET set'],
    ['only a prefix', 'whsec_', 'is EXAMPLE_WEBHOOK_SECRET set'],
    ['an empty list', [], 'an empty list'],
    ['a list with a hole', [secret, undefined], 'is EXAMPLE_WEBHOOK_SECRET set'],
    ['not base64', 'whsec_not base64!', 'not base64'],
    ['base64 that no encoder writes', 'whsec_AB', 'not base64'],
    ['a public key of the wrong length', `whpk_${secret.slice(6)}`, '32 bytes, not 24'],
    ['the private key', `whsk_${Buffer.alloc(32).toString('base64')}`, 'verify with the public key'],
  ])('invalid_secret: %s', async (_, key, advice) => {
    const error = await failure(published.body, published.headers, key, { now: published.now });
    expect(error.code).toBe('invalid_secret');
    expect(error.message).toContain(advice);
    if (typeof key === 'string' && key.length > 12) expect(error.message).not.toContain(key.slice(6));
  });

  it.each([
    ['the event as an object', userCreated],
    ['an empty object', {}],
    ['nothing', undefined],
    ['null', null],
  ])('body_already_parsed: %s', async (_, parsed) => {
    const headers = await signWebhook({ body, secret });
    const error = await failure(parsed, headers);
    expect(error.code).toBe('body_already_parsed');
    expect(error.message).toContain("express.raw({ type: '*/*' })");
    expect(error.message).toContain("addContentTypeParser('application/json', { parseAs: 'buffer' }");
    expect(error.message).toContain('await request.text()');
    expect(error.message).toContain('bodyParser: false');
  });

  it.each([
    ['not JSON', 'user.created'],
    ['empty', ''],
    ['an array', '[]'],
    ['a string', '"user.created"'],
    ['null', 'null'],
    ['without a name', '{"data":{},"timestamp":"2024-01-01T00:00:00Z"}'],
    ['JSON, but not in UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
  ])('invalid_payload: %s', async (_, payload) => {
    const headers = await signWebhook({ body: payload, secret });
    const error = await failure(payload, headers);
    expect(error.code).toBe('invalid_payload');
    await expect(verifySignature(payload, headers, secret)).resolves.toHaveProperty('id', headers['webhook-id']);
  });

  it('is an ExampleError, and shows neither secret, signature nor body', async () => {
    const headers = await signWebhook({ body: `${body} `, secret });
    const error = await failure(body, headers);
    expect(error).toBeInstanceOf(ExampleError);
    expect(error.name).toBe('WebhookVerificationError');
    expect(JSON.parse(JSON.stringify(error))).toEqual({ name: error.name, message: error.message, code: error.code });

    const computed = createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
      .update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`)
      .digest('base64');
    for (const hidden of [secret.slice(6), computed, 'john@example.com']) {
      expect(`${error.stack} ${JSON.stringify(error)}`).not.toContain(hidden);
    }
  });

  it('InvalidRequestError for a tolerance that is none', async () => {
    const headers = await signWebhook({ body, secret });
    for (const tolerance of [-1, NaN]) {
      await expect(verifyWebhook(body, headers, secret, { tolerance })).rejects.toThrow(InvalidRequestError);
    }
  });
});

describe('signWebhook', () => {
  it('makes up an id, and signs for now', async () => {
    const first = await signWebhook({ body, secret });
    const second = await signWebhook({ body, secret });
    expect(first['webhook-id']).toMatch(/^msg_[0-9a-f]{32}$/);
    expect(second['webhook-id']).not.toBe(first['webhook-id']);
    expect(Math.abs(Number(first['webhook-timestamp']) - Date.now() / 1_000)).toBeLessThan(60);
  });

  it('takes the time as a date or as epoch seconds', async () => {
    const id = 'msg_1';
    const byDate = await signWebhook({ body, secret, id, timestamp: published.now });
    await expect(signWebhook({ body, secret, id, timestamp: 1_614_265_330 })).resolves.toEqual(byDate);
  });

  it.each([
    ['an id with a full stop', { id: 'a.b' }],
    ['an id with a space', { id: 'a b' }],
    ['an empty id', { id: '' }],
    ['a time that is none', { timestamp: new Date('never') }],
    ['a time before 1970', { timestamp: -1 }],
  ])('refuses %s', async (_, params) => {
    await expect(signWebhook({ body, secret, ...params })).rejects.toThrow(InvalidRequestError);
  });

  it('refuses a public key, which can not sign', async () => {
    const key = `whpk_${Buffer.alloc(32).toString('base64')}`;
    await expect(signWebhook({ body, secret: key })).rejects.toThrow('sign with the private key');
  });
});
