import fc from 'fast-check';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { expect, it } from 'vitest';
import { signWebhook, verifyWebhook, type WebhookVerificationError } from '@example/sdk/webhooks';
import { fuzzing } from '../support/fuzz.ts';

const keys = fc
  .uint8Array({ minLength: 24, maxLength: 64 })
  .map((bytes) => `whsec_${Buffer.from(bytes).toString('base64')}`);

/** Why `verifyWebhook` refuses; `invalid_payload` if the signature matches, but the body contains no event. */
async function verdict(...given: unknown[]): Promise<string> {
  const event = (verifyWebhook as (...all: unknown[]) => Promise<object>)(...given);
  return event.then(
    () => 'accepted',
    (error: unknown) => (error as WebhookVerificationError).code,
  );
}

it.each([
  ['standardwebhooks', StandardWebhook],
  ['svix', SvixWebhook],
])('the package %s signs what this SDK verifies, and verifies what it signs', async (_, Webhook) => {
  const text = fc.string({ unit: 'binary', minLength: 1 });
  await fc.assert(
    fc.asyncProperty(keys, keys, text, fc.jsonValue(), async (old, current, text, data) => {
      const now = new Date();
      const theirs = {
        'webhook-id': 'msg_1',
        'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
        'webhook-signature': new Webhook(old).sign('msg_1', now, text),
      };
      expect(await verdict(text, theirs, old)).toBe('invalid_payload');
      const json = JSON.stringify(data);
      const ours = await signWebhook({ body: json, secret: [old, current] });
      for (const each of [old, current]) expect(() => new Webhook(each).verify(json, ours)).not.toThrow();
    }),
    fuzzing(),
  );
});
