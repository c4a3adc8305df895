import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { describe, expect, it } from 'vitest';
import { signWebhook } from '@example/sdk/webhooks';
import { verifySignature } from './support/verification.ts';

const secrets = fc
  .uint8Array({ minLength: 24, maxLength: 64 })
  .map((bytes) => `whsec_${Buffer.from(bytes).toString('base64')}`);
const ids = fc.stringMatching(/^msg_[0-9A-Za-z]{1,32}$/);
const unicode = fc.string({ unit: 'binary', minLength: 1 });
const events = fc.record({
  event: fc.string({ minLength: 1 }),
  data: fc.jsonValue(),
  timestamp: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
});

describe.each([
  ['standardwebhooks', StandardWebhook],
  ['svix', SvixWebhook],
] as const)('the published package %s', (_, Webhook) => {
  it('signs what this SDK verifies', async () => {
    await fc.assert(
      fc.asyncProperty(secrets, ids, unicode, async (secret, id, body) => {
        const now = new Date();
        const headers = {
          'webhook-id': id,
          'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
          'webhook-signature': new Webhook(secret).sign(id, now, body),
        };
        expect(await verifySignature(body, headers, secret)).toHaveProperty('id', id);
        expect(await verifySignature(Buffer.from(body), headers, secret)).toHaveProperty('id', id);
      }),
    );
  });

  it('verifies what this SDK signs, with either secret of a rotation', async () => {
    await fc.assert(
      fc.asyncProperty(secrets, secrets, ids, events, async (old, current, id, event) => {
        const body = JSON.stringify(event);
        const headers = await signWebhook({ body, secret: [old, current], id });
        for (const secret of [old, current]) {
          expect(() => new Webhook(secret).verify(body, headers)).not.toThrow();
          expect(() => new Webhook(secret).verify(Buffer.from(body), headers)).not.toThrow();
        }
        expect(() => new Webhook(current).verify(`${body} `, headers)).toThrow();
      }),
    );
  });
});

// The packages above turn bytes into text before they sign, so that binary bodies need another witness.
it('signs and verifies binary bodies as OpenSSL does, also where they are no text at all', async () => {
  await fc.assert(
    fc.asyncProperty(secrets, ids, fc.uint8Array({ maxLength: 512 }), async (secret, id, body) => {
      const headers = await signWebhook({ body, secret, id });
      const expected = createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
        .update(`${id}.${headers['webhook-timestamp']}.`)
        .update(body)
        .digest('base64');
      expect(headers['webhook-signature']).toBe(`v1,${expected}`);
      expect(await verifySignature(body, headers, secret)).toHaveProperty('id', id);
    }),
  );
});
