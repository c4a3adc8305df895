import { describe, expect, it } from 'vitest';
import {
  signWebhook,
  verifySignature,
  verifySignatureSync,
  WebhookVerificationError,
  type WebhookHeaders,
} from '@example/sdk/webhooks';

// The cases that the reference libraries test with: `libraries/javascript/src/webhook.test.ts` and
// `libraries/go/webhook_asymmetric_test.go` of standard-webhooks/standard-webhooks, `javascript/src/webhook.test.ts` of
// svix/svix-webhooks, and the example of svix's guide to manual verification. Svix names the headers `svix-*`.

const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
const payload = '{"test": 2432232314}';
const key = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const asymmetricKey = 'whsk_V0VCSE9PS0FTWU1NRVRSSUNURVNUUFJJVkFURUtFWTE=';
const tolerance = 300;

const fixed = [
  {
    name: 'standard-webhooks and svix: sign function works',
    secret: `whsec_${key}`,
    verifyWith: `whsec_${key}`,
    body: payload,
    headers: {
      'webhook-id': id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    },
  },
  {
    name: 'standard-webhooks: TestAsymmetricWebhookSign',
    secret: 'whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=',
    verifyWith: 'whpk_ZlN4eg7dSSqi0moX9hQUk3orrOouK3QVQSlJa248c/g=',
    body: payload,
    headers: {
      'webhook-id': id,
      'webhook-timestamp': '1614265330',
      'webhook-signature':
        'v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag==',
    },
  },
  {
    name: 'svix: verifying manually',
    secret: 'whsec_plJ3nmyCDGBKInavdOK15jsl',
    verifyWith: 'whsec_plJ3nmyCDGBKInavdOK15jsl',
    body: '{"event_type":"ping","data":{"success":true}}',
    headers: {
      'webhook-id': 'msg_loFOjxBNrRLzqYUf',
      'webhook-timestamp': '1731705121',
      'webhook-signature': 'v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=',
    },
  },
];

describe.each(fixed)('$name', ({ secret, verifyWith, body, headers }) => {
  const timestamp = Number(headers['webhook-timestamp']);
  const now = new Date(timestamp * 1_000);

  it('is what signWebhook returns', async () => {
    expect(await signWebhook({ body, secret, id: headers['webhook-id'], timestamp })).toEqual(headers);
  });

  it('verifies', async () => {
    expect(await verifySignature(body, headers, verifyWith, { now })).toHaveProperty('id', headers['webhook-id']);
    expect(verifySignatureSync(body, headers, verifyWith, { now })).toHaveProperty('id', headers['webhook-id']);
    await expect(verifySignature(`${body} `, headers, verifyWith, { now })).rejects.toThrow('No signature matches');
  });
});

describe.each([
  { scheme: 'v1', secret: key, verifyWith: key },
  {
    scheme: 'v1a',
    secret: asymmetricKey,
    verifyWith: 'whpk_4rQZjjkCnn4m/ciYBaRPSZTA+Y/UwqgD6hgxOllF28g=',
  },
])('the cases of the reference libraries, with $scheme', ({ scheme, secret, verifyWith }) => {
  const wrong = 'Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=';
  const sign = (seconds = 0): Promise<Record<string, string>> =>
    signWebhook({ body: payload, secret, id, timestamp: Math.floor(Date.now() / 1_000) + seconds });
  const verify = (headers: WebhookHeaders) => verifySignature(payload, headers, verifyWith);

  it('valid signature is valid', async () => {
    await expect(verify(await sign())).resolves.toHaveProperty('id', id);
  });

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('missing %s raises error', async (name) => {
    await expect(verify({ ...(await sign()), [name]: undefined })).rejects.toThrow(`${name} is missing`);
  });

  it.each([
    ['invalid timestamp', { 'webhook-timestamp': 'hello' }],
    ['invalid signature', { 'webhook-signature': `${scheme},dawfeoifkpqwoekfpqoekf` }],
    ['another invalid signature', { 'webhook-signature': `${scheme},${wrong}` }],
    ['empty signature', { 'webhook-signature': `${scheme},` }],
    ['changed timestamp', { 'webhook-timestamp': String(Math.floor(Date.now() / 1_000) - 10) }],
  ])('%s throws error', async (_, changed) => {
    await expect(verify({ ...(await sign()), ...changed })).rejects.toBeInstanceOf(WebhookVerificationError);
  });

  it('partial signature throws error', async () => {
    const headers = await sign();
    const partial = headers['webhook-signature']?.slice(0, 8);
    await expect(verify({ ...headers, 'webhook-signature': partial })).rejects.toThrow('No signature matches');
  });

  it('old timestamp and new timestamp fail', async () => {
    await expect(verify(await sign(-tolerance - 1))).rejects.toHaveProperty('code', 'timestamp_too_old');
    // The second leaves time for the call.
    await expect(verify(await sign(tolerance + 2))).rejects.toHaveProperty('code', 'timestamp_too_new');
  });

  it('multi sig payload is valid', async () => {
    const headers = await sign();
    const several = [`v1,${wrong}`, `v2,${wrong}`, headers['webhook-signature'], `v1,${wrong}`].join(' ');
    await expect(verify({ ...headers, 'webhook-signature': several })).resolves.toHaveProperty('id', id);
  });
});

it.each(['', undefined, null])('empty key raises error: %o', async (empty) => {
  const headers = await signWebhook({ body: payload, secret: key });
  const verified = verifySignature(payload, headers, empty!);
  await expect(verified).rejects.toHaveProperty('code', 'invalid_secret');
});

it('verification works with and without the prefix of the secret', async () => {
  const headers = await signWebhook({ body: payload, secret: key });
  await expect(verifySignature(payload, headers, key)).resolves.toBeDefined();
  await expect(verifySignature(payload, headers, `whsec_${key}`)).resolves.toBeDefined();
});
