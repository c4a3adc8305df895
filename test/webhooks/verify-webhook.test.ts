import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, expectTypeOf, it, onTestFinished, vi } from 'vitest';
import {
  signWebhook,
  verifyWebhook,
  verifyWebhookSync,
  type VerifyWebhookOptions,
  type UnverifiedWebhook,
  type WebhookHeaders,
} from '@example/sdk/webhooks';
import { ExampleError, InvalidRequestError } from '../../src/errors/index.ts';
import { otherSecret, published, secret, userCreated } from './support/signed-request.ts';
import { rejection } from './support/verification.ts';

const body = JSON.stringify(userCreated);
/** What `verifyWebhook` returns: the event, and the id of its delivery. */
const verified = { ...userCreated, id: expect.stringMatching(/^msg_/) as string };

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

describe('verifyWebhook', () => {
  it('returns the event that the API signed, with the id of its delivery', async () => {
    const headers = await signWebhook({ body, secret, id: 'msg_1' });
    const event = await verifyWebhook(body, headers, secret);
    expect(event).toEqual({ ...userCreated, id: 'msg_1' });
    if (event.event === 'user.created') expectTypeOf(event.data.email).toEqualTypeOf<string>();
    expectTypeOf(event.id).toEqualTypeOf<string>();
  });

  it('reads the secret from EXAMPLE_WEBHOOK_SECRET when it is used', async () => {
    vi.stubEnv('EXAMPLE_WEBHOOK_SECRET', secret);
    const headers = await signWebhook({ body });
    await expect(verifyWebhook(body, headers)).resolves.toEqual(verified);
    expect(verifyWebhookSync(body, headers)).toEqual(verified);

    vi.stubEnv('EXAMPLE_WEBHOOK_SECRET', otherSecret);
    expect(await rejection(body, headers, undefined)).toHaveProperty('code', 'no_matching_signature');
    vi.stubEnv('EXAMPLE_WEBHOOK_SECRET', '');
    const error = await rejection(body, headers, undefined);
    expect(error.code).toBe('invalid_secret');
    expect(error.message).toContain('there is none. Pass `secret`, or set EXAMPLE_WEBHOOK_SECRET');
  });

  it.each([
    ['a secret', () => secret],
    ['several', () => [otherSecret, secret]],
    ['a promise', () => Promise.resolve(secret)],
  ])('takes a function that returns %s', async (_, source) => {
    const headers = await signWebhook({ body, secret });
    await expect(verifyWebhook(body, headers, source)).resolves.toEqual(verified);
    expect(await rejection(`${body} `, headers, source)).toHaveProperty('code', 'no_matching_signature');
  });

  it('tells the function what was received, so that it finds the secret of a tenant', async () => {
    vi.stubEnv('EXAMPLE_WEBHOOK_SECRET', secret);
    const tenants = new Map([['acme', secret]]);
    const headers = { ...(await signWebhook({ body, secret })), 'X-Tenant': 'acme' };
    const source = vi.fn((webhook: UnverifiedWebhook) => tenants.get(webhook.headers.get('X-tenant') ?? ''));

    await expect(verifyWebhook(Buffer.from(body), headers, source)).resolves.toEqual(verified);
    expect(source.mock.lastCall?.[0].body).toBe(body);
    expect(source.mock.lastCall?.[0].headers.get('x-other')).toBeUndefined();

    // A tenant that is not known does not fall back to the secret of the environment.
    const error = await rejection(body, { ...headers, 'X-Tenant': 'other' }, source);
    expect(error.code).toBe('unknown_secret');
    expect(error.message).toBe('The secret function returned no secret for this request.');
  });

  it.each([
    ['with its prefix', secret],
    ['as bare base64', secret.slice('whsec_'.length)],
    ['without padding', 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDqg'],
    ['whose last character has bits that are not used', 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDqh'],
    ['of 43 random characters', 'q7Zt1nUeXbK0fVh3mWcR9sYpLdJ5gTaGxO8iE2vQuMz'],
    ['with the line break of the file it was read from', `${secret}\n`],
    ['in two lines', `${secret.slice(0, 20)}\n${secret.slice(20)}`],
    ['among others, during a rotation', [otherSecret, secret]],
  ])('takes the secret %s', async (_, form) => {
    const headers = await signWebhook({ body, secret: typeof form === 'string' ? form : secret });
    await expect(verifyWebhook(body, headers, form)).resolves.toEqual(verified);
  });

  it('accepts a signature with the old and the new secret, given one of the two', async () => {
    const headers = await signWebhook({ body, secret: [otherSecret, secret] });
    await expect(verifyWebhook(body, headers, secret)).resolves.toEqual(verified);
    await expect(verifyWebhook(body, headers, otherSecret)).resolves.toEqual(verified);
  });

  it('imports a key once, unless a platform has more secrets than cached keys', async () => {
    const imports = vi.spyOn(process.getBuiltinModule('node:crypto'), 'createSecretKey');
    onTestFinished(() => {
      imports.mockRestore();
    });
    const tenants = Array.from({ length: 1_100 }, (_, index) => Buffer.alloc(24, `tenant ${index}`).toString('base64'));
    const headers = await signWebhook({ body, secret: tenants[0] });
    for (const tenant of [...tenants.slice(1), tenants[1]]) {
      await expect(verifyWebhook(body, headers, tenant)).rejects.toThrow('No signature matches');
    }
    const first = 'tenant 0'.repeat(3);
    const importsOfFirst = () => imports.mock.calls.filter(([key]) => Buffer.from(key).toString() === first).length;
    expect(importsOfFirst()).toBe(1);
    for (let time = 0; time < 3; time++) {
      await expect(verifyWebhook(body, headers, [tenants[1]!, tenants[0]!])).resolves.toEqual(verified);
    }
    expect(importsOfFirst()).toBe(2);
  });

  it('finds the signature among others, of any version, in any order and however the server joins repeated headers', async () => {
    const { 'webhook-signature': genuine, ...others } = await signWebhook({ body, secret });
    const wrong = 'v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=';
    for (const lines of [
      [genuine, 'v2'],
      [wrong, `${genuine} `],
      [`${wrong} ${wrong}`, wrong, `v1a,xyz ${genuine} v2,abc`, wrong],
    ]) {
      const forms: WebhookHeaders[] = [
        ...[', ', ' ', '  '].map((separator) => ({ ...others, 'webhook-signature': lines.join(separator) })),
        { ...others, 'Webhook-Signature': lines },
        new Headers([...Object.entries(others), ...lines.map((line): [string, string] => ['webhook-signature', line])]),
      ];
      for (const headers of forms) {
        await expect(verifyWebhook(body, headers, secret)).resolves.toEqual(verified);
        expect(await rejection(body, headers, otherSecret)).toHaveProperty('code', 'no_matching_signature');
      }
    }
  });

  it.each([
    ['with an empty part', (signature: string) => `v1,,${signature}`],
    ['with a character more', (signature: string) => `v1,${signature}A`],
    ['with more than a signature', (signature: string) => `v1,${signature}garbage`],
    ['with another part', (signature: string) => `v1,${signature},v2`],
    ['with a character less', (signature: string) => `v1,${signature.slice(0, -1)}`],
    ['of another version', (signature: string) => `v2,${signature}`],
    ['in upper case', (signature: string) => `V1,${signature}`],
  ])('refuses a signature %s', async (_, change) => {
    const headers = await signWebhook({ body, secret });
    const changed = change(headers['webhook-signature'].slice('v1,'.length));
    const error = await rejection(body, { ...headers, 'webhook-signature': changed }, secret);
    expect(error.code).toBe('no_matching_signature');
  });
});

describe('a rejection says what to do', () => {
  it('timestamp_too_old and timestamp_too_new, beyond a tolerance of 300 s by default', async () => {
    const at = (seconds: number) => new Date(published.now.getTime() + seconds * 1_000);
    const check = (now: Date, tolerance?: number) =>
      rejection(published.body, published.headers, secret, { now, ...(tolerance !== undefined && { tolerance }) });

    // At the limit the time is accepted. The rejection is about the body, which is not an event.
    expect(await check(at(300))).toHaveProperty('code', 'invalid_payload');
    expect(await check(at(-300))).toHaveProperty('code', 'invalid_payload');

    for (const [code, age, now, tolerance] of [
      ['timestamp_too_old', '301 s old', 301],
      ['timestamp_too_new', '301 s ahead', -301],
      ['timestamp_too_old', '1 s old', 1, 0],
      ['timestamp_too_old', '11 s old', 11, 10],
    ] as const) {
      const message = expect.stringContaining(`is ${age}; `) as string;
      expect(await check(at(now), tolerance)).toMatchObject({ code, message });
    }
    expect(await check(at(86_400), Infinity)).toHaveProperty('code', 'invalid_payload');
  });

  it('no_matching_signature', async () => {
    const headers = await signWebhook({ body, secret: otherSecret });
    const error = await rejection(body, headers, secret);
    expect(error.code).toBe('no_matching_signature');
    expect(error.message).toContain('exactly as received');
  });

  it.each([
    ['undefined, as an unset variable is', undefined, 'there is none'],
    ['null', null, 'secret must be a string that is not empty'],
    ['the text of an unset variable', 'undefined', 'not base64'],
    ['the text of null', 'null', 'it has 3 bytes, and needs at least 24'],
    ['three bytes', 'whsec_YWJj', 'it has 3 bytes'],
    ['23 bytes', Buffer.alloc(23).toString('base64'), 'it has 23 bytes'],
    ['only a prefix', 'whsec_', 'it has 0 bytes'],
    ['an empty list', [], 'must be a string that is not empty'],
    ['a list with a hole', [secret, undefined], 'secret[1] must be a string that is not empty; got undefined'],
    ['a list with a short one', [secret, 'whsec_YWJj'], 'it has 3 bytes'],
    ['not base64', 'whsec_not base64!', 'not base64'],
    ['base64 with a character too many', 'whsec_ABCDE', 'not base64'],
    ['with its prefix elsewhere', `${otherSecret.slice(6)}whsec_`, 'not base64'],
    ['a key of another scheme', `whpk_${secret.slice(6)}`, 'not base64'],
  ])('invalid_secret: %s', async (_, key, advice) => {
    const error = await rejection(published.body, published.headers, key, { now: published.now });
    expect(error.code).toBe('invalid_secret');
    expect(error.message).toContain(advice);
    if (typeof key === 'string' && key.length > 12) expect(error.message).not.toContain(key.slice(6));
  });

  it('is an ExampleError without secret, signature and body', async () => {
    const headers = await signWebhook({ body: `${body} `, secret });
    const error = await rejection(body, headers, secret);
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

  it('is an InvalidRequestError for an invalid option', async () => {
    const headers = await signWebhook({ body, secret });
    const tolerances = [-1, NaN, null, '300'].map((tolerance) => ({ tolerance }));
    const times = ['today', null, new Date(NaN)].map((now) => ({ now }));
    for (const options of [...tolerances, ...times, null, 'now', { tolerence: 5 }, { Tolerance: 5 }]) {
      const verified = verifyWebhook(body, headers, secret, options as VerifyWebhookOptions);
      await expect(verified).rejects.toThrow(InvalidRequestError);
    }
    const misspelt = { tolerence: 5 } as VerifyWebhookOptions;
    const message = "Unknown option 'tolerence'. The options are tolerance, now.";
    await expect(verifyWebhook(body, headers, secret, misspelt)).rejects.toThrow(message);
    expect(() => verifyWebhookSync(body, headers, secret, misspelt)).toThrow(message);
  });
});

describe('arguments in another order', () => {
  const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': '1', 'webhook-signature': 'v1,x' };
  const request = new Request('https://shop.example', { method: 'POST', body, headers });
  const asHeaders = new Headers(headers);

  it.each<[string, unknown[]]>([
    ['headers, body', [headers, body]],
    ['headers, body, secret', [asHeaders, body, secret]],
    ['headers, bytes, secret', [new Map(Object.entries(headers)), Buffer.from(body), secret]],
    ['headers, secret, body', [headers, secret, body]],
    ['request, secret', [request, secret]],
    ['request', [request]],
    ['request of Node, secret', [{ headers, on: () => undefined }, secret]],
    ['body, secret, headers', [body, secret, headers]],
    ['secret, body, headers', [secret, body, headers]],
    ['secret, headers, body', [secret, headers, body]],
    ['body, headers, options', [body, headers, { tolerance: 60 }]],
    ['an object', [{ body, headers, secret }]],
  ])('get a message that shows the right one: %s', async (_, given) => {
    const right = 'Write verifyWebhook(await request.text(), request.headers, secret, options).';
    const verify = verifyWebhook as (...args: unknown[]) => Promise<unknown>;
    const error = await verify(...given).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect(error).toHaveProperty('message', expect.stringContaining(right));
    expect(() => (verifyWebhookSync as (...args: unknown[]) => unknown)(...given)).toThrow(right);
  });

  it('are not looked for in the bytes of a body: anyone can send a large one', async () => {
    const iterate = vi.fn(Uint8Array.prototype[Symbol.iterator]);
    const bytes = Object.assign(Buffer.from(body), { [Symbol.iterator]: iterate });

    expect(await rejection(bytes, headers, secret, { now: new Date(1_000) })).toHaveProperty(
      'code',
      'no_matching_signature',
    );
    expect(() => verifyWebhookSync(bytes, headers, secret)).toThrow('The webhook is');
    expect(iterate).not.toHaveBeenCalled();
  });
});

describe('verifyWebhookSync', () => {
  it('returns the event at once', async () => {
    const headers = await signWebhook({ body, secret });
    const event = { ...userCreated, id: headers['webhook-id'] };
    expect(verifyWebhookSync(body, headers, secret)).toEqual(event);
    expect(verifyWebhookSync(Buffer.from(body), headers, [otherSecret, secret])).toEqual(event);

    const old = await signWebhook({ body, secret, timestamp: published.now });
    expect(verifyWebhookSync(body, old, secret, { now: published.now })).toEqual(verified);
  });

  it('takes no function as secret, because that may have to be awaited', async () => {
    const headers = await signWebhook({ body, secret });
    const verify = () => verifyWebhookSync(body, headers, (() => secret) as never);
    expect(verify).toThrow(expect.objectContaining({ code: 'invalid_secret' }) as Error);
  });

  it('says which function to use instead where the runtime has no node:crypto', async () => {
    vi.stubGlobal('process', {});
    const headers: WebhookHeaders = await signWebhook({ body, secret });
    // Keys are cached by secret: the space makes this one new.
    const verify = () => verifyWebhookSync(body, headers, `${secret} `);
    expect(verify).toThrow(InvalidRequestError);
    expect(verify).toThrow('use verifyWebhook()');
    // What WebCrypto finds later is no unhandled rejection.
    expect(() => verifyWebhookSync(`${body} `, headers, `${secret} `)).toThrow('use verifyWebhook()');
  });
});
