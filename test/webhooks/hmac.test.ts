import { afterEach, describe, expect, it, vi } from 'vitest';
import { signWebhook } from '@example/sdk/webhooks';
import { rejection } from './support/rejection.ts';
import { published } from './support/signed-request.ts';
import { verifySignature } from './support/verify-signature.ts';

afterEach(() => vi.unstubAllGlobals());

describe.each([
  ["with Node's crypto", () => undefined],
  ['with WebCrypto alone', () => vi.stubGlobal('process', {})],
  ["where Node's crypto is only a stub", () => vi.stubGlobal('process', { getBuiltinModule: () => ({}) })],
  [
    "where the functions of Node's crypto throw when they are called",
    () =>
      vi.stubGlobal('process', { getBuiltinModule: () => ({ createSecretKey: vi.fn(), createHmac: () => undefined }) }),
  ],
])('the published vector, %s', (name, prepare) => {
  // Keys are cached by secret, so each case needs a text of its own. Trailing spaces are ignored.
  const key = published.secret.padEnd(published.secret.length + name.length);

  it('verifies', async () => {
    prepare();
    const { headers, now } = published;
    await expect(verifySignature(published.body, headers, key, { now })).resolves.toEqual({
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      attemptedAt: now,
    });
    await expect(verifySignature(Buffer.from(published.body), headers, key, { now })).resolves.toBeDefined();
    expect(await rejection(`${published.body} `, headers, key, { now })).toHaveProperty(
      'code',
      'no_matching_signature',
    );
  });

  it('is what signWebhook returns', async () => {
    prepare();
    const { headers } = published;
    for (const form of [published.body, Buffer.from(published.body)]) {
      const signed = signWebhook({ body: form, secret: key, id: headers['webhook-id'], timestamp: published.now });
      await expect(signed).resolves.toEqual(headers);
    }
  });
});
