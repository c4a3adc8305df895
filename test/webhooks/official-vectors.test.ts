import { describe, expect, it } from 'vitest';
import { signWebhook, WebhookVerificationError, type WebhookHeaders } from '@example/sdk/webhooks';
import { decodeSecret, importHmac } from '../../src/webhooks/secrets.ts';
import { published } from './support/signed-request.ts';
import { verifySignature, verifySignatureSync } from './support/verify-signature.ts';

// The cases that the reference libraries test with: `libraries/javascript/src/webhook.test.ts` of
// standard-webhooks/standard-webhooks, `javascript/src/webhook.test.ts` of svix/svix-webhooks, and the example of svix's
// guide to manual verification. Svix names the headers `svix-*`. The SDK has no asymmetric signatures.

const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
const payload = '{"test": 2432232314}';
const key = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const tolerance = 300;

describe('standard-webhooks and svix: sign function works', () => {
  const { secret, body, headers, now } = published;

  it('is what signWebhook returns', async () => {
    expect(await signWebhook({ body, secret, id: headers['webhook-id'], timestamp: now })).toEqual(headers);
  });

  it('verifies', async () => {
    expect(await verifySignature(body, headers, secret, { now })).toHaveProperty('id', headers['webhook-id']);
    expect(verifySignatureSync(body, headers, secret, { now })).toHaveProperty('id', headers['webhook-id']);
    await expect(verifySignature(`${body} `, headers, secret, { now })).rejects.toThrow('No signature matches');
  });
});

it('svix: verifying manually, with a secret of 18 bytes, which the specification does not allow', async () => {
  const secret = 'whsec_plJ3nmyCDGBKInavdOK15jsl';
  const body = '{"event_type":"ping","data":{"success":true}}';
  const hmac = importHmac(decodeSecret(secret)!);
  expect(await hmac('msg_loFOjxBNrRLzqYUf.1731705121.', body)).toBe('rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=');
  await expect(signWebhook({ body, secret })).rejects.toHaveProperty('code', 'invalid_secret');
});

describe('the cases of the reference libraries', () => {
  const wrong = 'Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=';
  const sign = (seconds = 0): Promise<Record<string, string>> =>
    signWebhook({ body: payload, secret: key, id, timestamp: Math.floor(Date.now() / 1_000) + seconds });
  const verify = (headers: WebhookHeaders) => verifySignature(payload, headers, key);

  it('valid signature is valid', async () => {
    await expect(verify(await sign())).resolves.toHaveProperty('id', id);
  });

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('missing %s raises error', async (name) => {
    await expect(verify({ ...(await sign()), [name]: undefined })).rejects.toThrow(`${name} is missing`);
  });

  it.each([
    ['invalid timestamp', { 'webhook-timestamp': 'hello' }],
    ['invalid signature', { 'webhook-signature': 'v1,dawfeoifkpqwoekfpqoekf' }],
    ['another invalid signature', { 'webhook-signature': `v1,${wrong}` }],
    ['empty signature', { 'webhook-signature': 'v1,' }],
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
