import fc from 'fast-check';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { expect, it, vi } from 'vitest';
import { signWebhook, verifyWebhook, type WebhookVerificationError } from '@example/sdk/webhooks';
import { fuzzing } from '../support/fuzz.ts';
import { secret, userCreated } from './support/signed-request.ts';

const keys = fc
  .uint8Array({ minLength: 24, maxLength: 64 })
  .map((bytes) => `whsec_${Buffer.from(bytes).toString('base64')}`);
const body = JSON.stringify(userCreated);

/** Why `verifyWebhook` refuses; `invalid_payload` if it only finds no event in a body whose signature matches. */
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

it('a changed character is detected in the body, and in each header and place of a signature', async () => {
  const headers = await signWebhook({ body, secret });
  for (const [name, value] of Object.entries({ ...headers, body })) {
    for (let place = 0; place < value.length; place++) {
      const changed = String.fromCharCode(value.charCodeAt(place) ^ 1);
      const given = { ...headers, body, [name]: value.slice(0, place) + changed + value.slice(place + 1) };
      // Without a limit on the age, it is the signature that detects another time.
      const code = await verdict(given.body, given, secret, { tolerance: Infinity });
      expect(['no_matching_signature', 'malformed_header'], `${name} ${place}`).toContain(code);
    }
  }
});

it('10 000 signatures in one header cost one HMAC a secret, and the genuine one is found among them', async () => {
  const crypto = process.getBuiltinModule('node:crypto');
  const createHmac = vi.fn(crypto.createHmac);
  vi.spyOn(process, 'getBuiltinModule').mockReturnValue({ ...crypto, createHmac });
  const key = 'whsec_b25lIEhNQUMgYSBzZWNyZXQsIHdoYXRldmVyIGNvbWVz';
  const headers = await signWebhook({ body, secret: key });
  const forged = `v1,${Buffer.alloc(32).toString('base64')} `.repeat(10_000);
  createHmac.mockClear();
  const last = forged + headers['webhook-signature'];
  expect(await verdict(body, { ...headers, 'webhook-signature': last }, key)).toBe('accepted');
  expect(createHmac).toHaveBeenCalledOnce();
});
