import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { signWebhook, WebhookVerificationError } from '@example/sdk/webhooks';
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

const body = Buffer.from('{"event":"user.created","data":{"id":"user_123"},"timestamp":"2024-01-01T00:00:00Z"}');

/** The text with one bit of one character flipped. */
function flipText(text: string, at: number): string {
  const index = Math.floor(at / 8) % text.length;
  return text.slice(0, index) + String.fromCharCode(text.charCodeAt(index) ^ (1 << (at % 8))) + text.slice(index + 1);
}

function expectRejected(...[given, headers, secret]: Parameters<typeof verifySignature>): Promise<void> {
  // No limit on the age, so that a changed timestamp must be detected by the signature.
  return expect(verifySignature(given, headers, secret, { tolerance: Infinity })).rejects.toBeInstanceOf(
    WebhookVerificationError,
  );
}

describe('any single changed bit is detected', () => {
  it('in the body, the id, the timestamp and the secret, except for bits that its base64 leaves unused', async () => {
    const keyIn = (secret: string) => Buffer.from(secret.replace(/^wh.*_/, ''), 'base64');
    await fc.assert(
      fc.asyncProperty(secrets, fc.nat({ max: 1_000_000 }), async (secret, at) => {
        const headers = await signWebhook({ body, secret });
        await expect(verifySignature(body, headers, secret)).resolves.toBeDefined();
        await expectRejected(Buffer.from(flipText(body.toString('latin1'), at), 'latin1'), headers, secret);
        for (const name of ['webhook-id', 'webhook-timestamp'] as const)
          await expectRejected(body, { ...headers, [name]: flipText(headers[name], at) }, secret);
        const changed = flipText(secret, at);
        const isSame = /^[\w+/]+=*$/.test(changed) && keyIn(changed).equals(keyIn(secret));
        if (!isSame) await expectRejected(body, headers, changed);
      }),
    );
  });

  it('in every place of a signature, including bits that base64 leaves unused', async () => {
    const secret = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const headers = await signWebhook({ body, secret });
    const signature = headers['webhook-signature'];
    for (let at = 0; at < signature.length * 8; at++) {
      await expectRejected(body, { ...headers, 'webhook-signature': flipText(signature, at) }, secret);
    }
  });
});

describe('10 000 signatures in one header', () => {
  afterEach(() => vi.restoreAllMocks());

  it('cost one HMAC a secret', async () => {
    const crypto = process.getBuiltinModule('node:crypto');
    const createHmac = vi.fn(crypto.createHmac);
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue({ ...crypto, createHmac });
    const secret = 'whsec_b25lIEhNQUMgYSBzZWNyZXQsIHdoYXRldmVyIGNvbWVz';
    const headers = await signWebhook({ body, secret });
    const forged = { ...headers, 'webhook-signature': `v1,${Buffer.alloc(32).toString('base64')} `.repeat(10_000) };
    await expectRejected(body, forged, secret);

    createHmac.mockClear();
    await expectRejected(body, forged, secret);
    expect(createHmac).toHaveBeenCalledOnce();

    // The genuine one is found at any position.
    const last = forged['webhook-signature'] + headers['webhook-signature'];
    await expect(verifySignature(body, { ...headers, 'webhook-signature': last }, secret)).resolves.toBeDefined();
  });
});
