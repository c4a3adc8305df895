import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { signWebhook, verifyWebhook, verifyWebhookSync, type WebhookHeaders } from '@example/sdk/webhooks';
import { InvalidRequestError } from '../../src/errors/index.ts';
import { otherSecret, secret, userCreated } from './support/signed-request.ts';

const body = JSON.stringify(userCreated);
const thirdSecret = 'whsec_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=';

/** What a call returns or throws, in a form that can be compared. */
async function outcome(call: () => unknown): Promise<unknown> {
  try {
    return { value: await call() };
  } catch (error) {
    return { error: String(error) };
  }
}

describe('verifyWebhookSync', () => {
  it('returns the event at once', async () => {
    const headers = await signWebhook({ body, secret });
    const event = { ...userCreated, id: headers['webhook-id'] };
    expect(verifyWebhookSync(body, headers, secret)).toEqual(event);
    expect(verifyWebhookSync(Buffer.from(body), headers, [otherSecret, secret])).toEqual(event);
  });

  it('takes no function as secret, because that may have to be awaited', async () => {
    const headers = await signWebhook({ body, secret });
    const verify = () => verifyWebhookSync(body, headers, (() => secret) as never);
    expect(verify).toThrow(expect.objectContaining({ code: 'invalid_secret' }) as Error);
  });

  it('returns and throws what verifyWebhook does', async () => {
    const now = new Date();
    const genuine = await signWebhook({ body, secret: [secret, thirdSecret], timestamp: now });
    const headers = fc.record({
      'webhook-id': fc.oneof(fc.constant(genuine['webhook-id']), fc.string()),
      'webhook-timestamp': fc.oneof(fc.constant(genuine['webhook-timestamp']), fc.nat().map(String), fc.string()),
      'webhook-signature': fc.oneof(fc.constant(genuine['webhook-signature']), fc.constant('v1,AAAA'), fc.string()),
    });
    const bodies = fc.oneof(fc.constant(body), fc.string(), fc.constant(Buffer.from(body)));
    const secrets = fc.constantFrom(secret, otherSecret, [otherSecret, thirdSecret], '', undefined);

    await fc.assert(
      fc.asyncProperty(bodies, headers, secrets, async (given, claimed, key) => {
        const expected = await outcome(() => verifyWebhook(given, claimed, key, { now }));
        expect(await outcome(() => verifyWebhookSync(given, claimed, key, { now }))).toEqual(expected);
      }),
      { seed: 15, numRuns: 500 },
    );
  });

  describe('where the runtime has no node:crypto', () => {
    afterEach(() => vi.unstubAllGlobals());

    it('says which function to use instead', async () => {
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
});
