import { generateKeyPairSync, sign as signWithNode } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { signWebhook, verifyWebhook } from '@example/sdk/webhooks';
import { rejection } from './support/rejection.ts';
import { otherSecret, secret, userCreated } from './support/signed-request.ts';

const body = JSON.stringify(userCreated);

afterEach(() => vi.unstubAllGlobals());

describe('Ed25519 signatures (v1a)', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const publicBytes = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  const seed = privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(-32);
  const whpk = `whpk_${publicBytes.toString('base64')}`;
  const whsk = `whsk_${seed.toString('base64')}`;

  it.each([
    ["with Node's crypto", () => undefined],
    ['with WebCrypto alone', () => vi.stubGlobal('process', {})],
    ["where Node's crypto is only a stub", () => vi.stubGlobal('process', { getBuiltinModule: () => ({}) })],
  ])('verify with the public key, %s', async (name, prepare) => {
    prepare();
    // Keys are cached by secret, so each case needs a text of its own. Trailing spaces are ignored.
    const whpk = `whpk_${publicBytes.toString('base64')}`.padEnd(80 + name.length);
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const signature = signWithNode(null, Buffer.from(`msg_1.${timestamp}.${body}`), privateKey).toString('base64');
    const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': timestamp, 'webhook-signature': `v1a,${signature}` };

    await expect(verifyWebhook(body, headers, whpk)).resolves.toEqual(userCreated);
    for (const wrong of [signature.slice(0, -4), `${signature}A`, 'A'.repeat(86) + '==', '?', '']) {
      const forged = { ...headers, 'webhook-signature': `v1a,${wrong}` };
      expect(await rejection(body, forged, whpk)).toHaveProperty('code', 'no_matching_signature');
    }
    const last = { ...headers, 'webhook-signature': `v1a,${'A'.repeat(86)}== v1a,${signature}` };
    await expect(verifyWebhook(body, last, whpk)).resolves.toEqual(userCreated);
    expect(await rejection(`${body} `, headers, whpk)).toHaveProperty('code', 'no_matching_signature');
  });

  it('are made with the private key, with or without the public key appended', async () => {
    for (const key of [whsk, `whsk_${Buffer.concat([seed, publicBytes]).toString('base64')}`]) {
      const headers = await signWebhook({ body, secret: key });
      expect(headers['webhook-signature']).toMatch(/^v1a,[\w+/]{86}==$/);
      await expect(verifyWebhook(body, headers, whpk)).resolves.toEqual(userCreated);
    }
  });

  it('can accompany v1 signatures while one scheme replaces the other', async () => {
    const headers = await signWebhook({ body, secret: [secret, whsk] });
    for (const key of [secret, whpk, [whpk, otherSecret]]) {
      await expect(verifyWebhook(body, headers, key)).resolves.toEqual(userCreated);
    }
    const unrelated = `whpk_${Buffer.alloc(32, 1).toString('base64')}`;
    expect(await rejection(body, headers, unrelated)).toHaveProperty('code', 'no_matching_signature');
  });

  it('are rejected with invalid_secret where the runtime does not support Ed25519', async () => {
    vi.stubGlobal('process', {});
    vi.stubGlobal('crypto', { subtle: { importKey: () => Promise.reject(new Error('NotSupportedError')) } });
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(Date.now() / 1_000)),
      'webhook-signature': `v1a,${Buffer.alloc(64).toString('base64')}`,
    };
    // Keys are cached by secret: the space makes this one new.
    const error = await rejection(body, headers, `${whpk} `);
    expect(error).toMatchObject({
      code: 'invalid_secret',
      message: expect.stringContaining('does not support') as string,
    });
  });

  it('are tried up to 16 of a header, so that a forged request cannot keep the server busy', async () => {
    const headers = await signWebhook({ body, secret: whsk });
    const forged = `v1a,${Buffer.alloc(64).toString('base64')} `;
    const genuine = headers['webhook-signature'];

    await expect(
      verifyWebhook(body, { ...headers, 'webhook-signature': forged.repeat(15) + genuine }, whpk),
    ).resolves.toBeDefined();
    const late = { ...headers, 'webhook-signature': forged.repeat(16) + genuine };
    expect(await rejection(body, late, whpk)).toHaveProperty('code', 'no_matching_signature');
  });
});
