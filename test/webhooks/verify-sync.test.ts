import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  signWebhook,
  verifySignature,
  verifySignatureSync,
  verifyWebhook,
  verifyWebhookSync,
  type WebhookHeaders,
} from '@example/sdk/webhooks';
import { InvalidRequestError } from '../../src/errors/index.ts';
import { otherSecret, secret, userCreated } from './support/signed-request.ts';

const body = JSON.stringify(userCreated);
const publicKey = 'whpk_ZlN4eg7dSSqi0moX9hQUk3orrOouK3QVQSlJa248c/g=';
const privateKey = 'whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=';

/** What a call returns or throws, in a form that can be compared. */
async function outcome(call: () => unknown): Promise<unknown> {
  try {
    return { value: await call() };
  } catch (error) {
    return { error: String(error) };
  }
}

describe('verifyWebhookSync', () => {
  it.each([
    ['v1', secret, secret],
    ['v1a', privateKey, publicKey],
  ])('returns the event at once: %s', async (_, signWith, verifyWith) => {
    const headers = await signWebhook({ body, secret: signWith });
    expect(verifyWebhookSync(body, headers, verifyWith)).toEqual(userCreated);
    expect(verifySignatureSync(Buffer.from(body), headers, [otherSecret, verifyWith])).toEqual({
      id: headers['webhook-id'],
      attemptedAt: new Date(Number(headers['webhook-timestamp']) * 1_000),
    });
  });

  it('returns and throws what verifyWebhook does', async () => {
    const now = new Date();
    const genuine = await signWebhook({ body, secret: [secret, privateKey], timestamp: now });
    const headers = fc.record({
      'webhook-id': fc.oneof(fc.constant(genuine['webhook-id']), fc.string()),
      'webhook-timestamp': fc.oneof(fc.constant(genuine['webhook-timestamp']), fc.nat().map(String), fc.string()),
      'webhook-signature': fc.oneof(fc.constant(genuine['webhook-signature']), fc.constant('v1,AAAA'), fc.string()),
    });
    const bodies = fc.oneof(fc.constant(body), fc.string(), fc.constant(Buffer.from(body)));
    const secrets = fc.constantFrom(secret, otherSecret, publicKey, [otherSecret, publicKey, secret], '', undefined);

    await fc.assert(
      fc.asyncProperty(bodies, headers, secrets, async (given, claimed, key) => {
        for (const [verify, verifySync] of [
          [verifyWebhook, verifyWebhookSync],
          [verifySignature, verifySignatureSync],
        ] as const) {
          const expected = await outcome(() => verify(given, claimed, key, { now }));
          expect(await outcome(() => verifySync(given, claimed, key, { now }))).toEqual(expected);
        }
      }),
      { seed: 15, numRuns: 500 },
    );
  });

  describe('where the runtime has no node:crypto', () => {
    afterEach(() => vi.unstubAllGlobals());

    it.each([
      ['v1', secret, `${secret} `],
      ['v1a', privateKey, `${publicKey} `],
    ])('says which function to use instead: %s', async (_, signWith, verifyWith) => {
      vi.stubGlobal('process', {});
      const headers: WebhookHeaders = await signWebhook({ body, secret: signWith });
      // Keys are cached by secret: the space makes this one new.
      const verify = () => verifyWebhookSync(body, headers, verifyWith);
      expect(verify).toThrow(InvalidRequestError);
      expect(verify).toThrow('await verifyWebhook()');
    });
  });
});
