import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { expect, it, onTestFinished, vi } from 'vitest';
import { signWebhook, verifyWebhook, Webhooks, type WebhookVerificationError } from '@example/sdk/webhooks';
import { anythingOr, fuzzing, withFields } from '../support/fuzz.ts';
import { otherSecret, secret, userCreated } from './support/signed-request.ts';

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
])(
  'the package %s signs what this SDK verifies, and verifies what it signs, with either secret',
  async (_, Webhook) => {
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
  },
);

// The packages turn bytes into text before they sign, so bytes need another witness.
it('bytes are signed as OpenSSL does, also where they are no text at all', async () => {
  await fc.assert(
    fc.asyncProperty(keys, fc.uint8Array({ maxLength: 512 }), async (key, bytes) => {
      const headers = await signWebhook({ body: bytes, secret: key, id: 'msg_1' });
      const hmac = createHmac('sha256', Buffer.from(key.slice(6), 'base64'));
      const expected = hmac.update(`msg_1.${headers['webhook-timestamp']}.`).update(bytes).digest('base64');
      expect(headers['webhook-signature']).toBe(`v1,${expected}`);
      expect(await verdict(bytes, headers, key)).toBe('invalid_payload');
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
  const module = vi.spyOn(process, 'getBuiltinModule').mockReturnValue({ ...crypto, createHmac });
  onTestFinished(() => module.mockRestore());
  const key = 'whsec_b25lIEhNQUMgYSBzZWNyZXQsIHdoYXRldmVyIGNvbWVz';
  const headers = await signWebhook({ body, secret: key });
  const forged = `v1,${Buffer.alloc(32).toString('base64')} `.repeat(10_000);
  createHmac.mockClear();
  const last = forged + headers['webhook-signature'];
  expect(await verdict(body, { ...headers, 'webhook-signature': last }, key)).toBe('accepted');
  expect(createHmac).toHaveBeenCalledOnce();
});

const anything = anythingOr(body, secret, [secret]);
const near = (...arbitraries: fc.Arbitrary<unknown>[]) => fc.oneof(anything, ...arbitraries);
const fields = (...names: string[]) => near(withFields(anything, ...names));
const headers = fields('webhook-id', 'webhook-timestamp', 'webhook-signature', 'get');
const secrets = near(fc.constant([otherSecret, secret]), fc.base64String(), fc.array(anything));
const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
const options = withFields(anything, 'tolerance', 'maxBodyBytes', 'replayStore', 'onError', 'logLevel', 'secret');

// Untyped programs may pass anything anywhere.
it.each<[string, fc.Arbitrary<unknown[]>, (...given: never[]) => unknown]>([
  ['verifyWebhook', fc.tuple(near(fc.uint8Array()), headers, secrets, fields('tolerance', 'now')), verifyWebhook],
  ['signWebhook', fc.tuple(fields('body', 'secret', 'id', 'timestamp')), signWebhook],
  [
    'new Webhooks',
    fc.tuple(options),
    (given: object) => new Webhooks({ secret, ...given, logger }).receive('{}', { 'webhook-id': '' }),
  ],
])('%s() settles, or throws a documented error, whatever it gets', async (_, given, call) => {
  await fc.assert(
    fc.asyncProperty(given, async (args) => {
      const error: unknown = await Promise.resolve()
        .then(() => call(...(args as never[])))
        .then(() => undefined, String);
      expect(error ?? 'InvalidRequestError').toMatch(/^(?:InvalidRequestError|WebhookVerificationError)/);
    }),
    fuzzing(),
  );
});
