import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  signWebhook,
  verifyWebhook,
  Webhooks,
  WebhookVerificationError,
  type SignWebhookParams,
  type WebhooksOptions,
} from '@example/sdk/webhooks';
import { InvalidRequestError } from '../../src/errors/index.ts';
import { anythingOr, fuzzing, withFields as fieldsOf } from '../support/fuzz.ts';
import { otherSecret, secret, userCreated } from './support/signed-request.ts';
import { rejection, verifySignature } from './support/verification.ts';

const keys = fc
  .uint8Array({ minLength: 24, maxLength: 64 })
  .map((bytes) => `whsec_${Buffer.from(bytes).toString('base64')}`);
const ids = fc.stringMatching(/^msg_[0-9A-Za-z]{1,32}$/);
const body = JSON.stringify(userCreated);

describe.each([
  ['standardwebhooks', StandardWebhook],
  ['svix', SvixWebhook],
] as const)('the published package %s', (_, Webhook) => {
  it('signs what this SDK verifies, and verifies what it signs, with either secret of a rotation', async () => {
    const text = fc.string({ unit: 'binary', minLength: 1 });
    await fc.assert(
      fc.asyncProperty(keys, keys, ids, text, fc.jsonValue(), async (old, current, id, text, data) => {
        const now = new Date();
        const theirs = {
          'webhook-id': id,
          'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
          'webhook-signature': new Webhook(old).sign(id, now, text),
        };
        for (const form of [text, Buffer.from(text)])
          expect(await verifySignature(form, theirs, old)).toHaveProperty('id', id);

        const json = JSON.stringify(data);
        const ours = await signWebhook({ body: json, secret: [old, current], id });
        for (const each of [old, current]) expect(() => new Webhook(each).verify(json, ours)).not.toThrow();
        expect(() => new Webhook(current).verify(`${json} `, ours)).toThrow();
      }),
    );
  });
});

// The packages above turn bytes into text before they sign, so that binary bodies need another witness.
it('binary bodies are signed and verified as OpenSSL does, also where they are no text at all', async () => {
  await fc.assert(
    fc.asyncProperty(keys, ids, fc.uint8Array({ maxLength: 512 }), async (key, id, bytes) => {
      const headers = await signWebhook({ body: bytes, secret: key, id });
      const hmac = createHmac('sha256', Buffer.from(key.slice(6), 'base64'));
      const expected = hmac.update(`${id}.${headers['webhook-timestamp']}.`).update(bytes).digest('base64');
      expect(headers['webhook-signature']).toBe(`v1,${expected}`);
      expect(await verifySignature(bytes, headers, key)).toHaveProperty('id', id);
    }),
  );
});

/** The text with one bit of one character flipped. */
function flip(text: string, at: number): string {
  const index = Math.floor(at / 8) % text.length;
  return text.slice(0, index) + String.fromCharCode(text.charCodeAt(index) ^ (1 << (at % 8))) + text.slice(index + 1);
}

/** Without a limit on the age, a changed timestamp must be detected by the signature. */
function expectRejected(...[given, headers, key]: Parameters<typeof verifySignature>): Promise<void> {
  const verified = verifySignature(given, headers, key, { tolerance: Infinity });
  return expect(verified).rejects.toBeInstanceOf(WebhookVerificationError);
}

describe('any single changed bit is detected', () => {
  it('in the body, the id, the timestamp and the secret, except for bits that its base64 leaves unused', async () => {
    const keyIn = (text: string) => Buffer.from(text.replace(/^wh.*_/, ''), 'base64');
    await fc.assert(
      fc.asyncProperty(keys, fc.nat({ max: 1_000_000 }), async (key, at) => {
        const headers = await signWebhook({ body, secret: key });
        await expect(verifySignature(body, headers, key)).resolves.toBeDefined();
        await expectRejected(Buffer.from(flip(body, at), 'latin1'), headers, key);
        for (const name of ['webhook-id', 'webhook-timestamp'] as const)
          await expectRejected(body, { ...headers, [name]: flip(headers[name], at) }, key);
        const changed = flip(key, at);
        const isSame = /^[\w+/]+=*$/.test(changed) && keyIn(changed).equals(keyIn(key));
        if (!isSame) await expectRejected(body, headers, changed);
      }),
    );
  });

  it('in every place of a signature, including bits that base64 leaves unused', async () => {
    const headers = await signWebhook({ body, secret });
    const signature = headers['webhook-signature'];
    for (let at = 0; at < signature.length * 8; at++)
      await expectRejected(body, { ...headers, 'webhook-signature': flip(signature, at) }, secret);
  });
});

it('10 000 signatures in one header cost one HMAC a secret, and the genuine one is found at any position', async () => {
  const crypto = process.getBuiltinModule('node:crypto');
  const createHmac = vi.fn(crypto.createHmac);
  const module = vi.spyOn(process, 'getBuiltinModule').mockReturnValue({ ...crypto, createHmac });
  onTestFinished(() => module.mockRestore());
  const key = 'whsec_b25lIEhNQUMgYSBzZWNyZXQsIHdoYXRldmVyIGNvbWVz';
  const headers = await signWebhook({ body, secret: key });
  const forged = `v1,${Buffer.alloc(32).toString('base64')} `.repeat(10_000);
  createHmac.mockClear();
  await expectRejected(body, { ...headers, 'webhook-signature': forged }, key);
  expect(createHmac).toHaveBeenCalledOnce();
  const last = { ...headers, 'webhook-signature': forged + headers['webhook-signature'] };
  await expect(verifySignature(body, last, key)).resolves.toBeDefined();
});

it('any headers take a time that grows with their length alone', async () => {
  // A pattern that backtracks would need minutes for these.
  const genuine = { 'webhook-id': 'msg_1', 'webhook-timestamp': '1764000000', 'webhook-signature': 'v1,' };
  const [now, codes] = [new Date(1_764e9), new Set<string>()];
  for (const unit of ['v1', 'v1,', ',', ' ', 'v1, ', 'a', '!', '9', ' ,']) {
    const hostile = unit.repeat(1_000_000 / unit.length);
    for (const name of Object.keys(genuine))
      codes.add((await rejection(body, { ...genuine, [name]: hostile }, [otherSecret, secret], { now })).code);
  }
  expect(codes).toEqual(new Set(['malformed_header', 'no_matching_signature']));
});

// Untyped programs may pass anything anywhere. What they get is a documented error, and never a TypeError.

const anything = anythingOr(body, secret, [secret]);

/** An object with some of the names, and anything as their values. */
const withFields = (...names: string[]) => fieldsOf(anything, ...names);

/** Anything, or something that is nearly right. */
const near = (...arbitraries: fc.Arbitrary<unknown>[]) => fc.oneof(anything, ...arbitraries);

/** The result of a call; `undefined` if it fails with a documented error. Any other error fails the test. */
async function attempt<T>(call: () => T): Promise<Awaited<T> | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof InvalidRequestError || error instanceof WebhookVerificationError) return undefined;
    throw error;
  }
}

const bodies = near(fc.constant(body), fc.string(), fc.uint8Array());
const secrets = near(fc.constant(secret), fc.constant([otherSecret, secret]), fc.base64String(), fc.array(anything));
const headers = near(
  withFields('webhook-id', 'webhook-timestamp', 'webhook-signature', 'get', 'WEBHOOK-ID'),
  fc.array(fc.tuple(anything, anything)),
  fc.array(fc.tuple(fc.constantFrom('webhook-id', 'webhook-timestamp'), anything)).map((pairs) => new Map(pairs)),
);
const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
const names = ['tolerance', 'maxBodyBytes', 'replayStore', 'onError', 'logLevel'];
const webhooks = () => new Webhooks({ secret, logger });

describe('any arguments lead to a documented error, or to what is documented', () => {
  it.each<[string, fc.Arbitrary<unknown[]>, (...given: unknown[]) => Promise<unknown>]>([
    [
      'verifyWebhook(), none of whose arguments carries a signature that matches',
      fc.tuple(bodies, headers, secrets, near(withFields('tolerance', 'now'))),
      async (...given) => {
        expect(await attempt(() => (verifyWebhook as (...args: unknown[]) => unknown)(...given))).toBeUndefined();
      },
    ],
    [
      'signWebhook(), whose headers verify',
      near(
        withFields('body', 'secret', 'id', 'timestamp'),
        fc.record({ body: fc.string(), secret: fc.constant(secret), id: near(fc.string()), timestamp: near(fc.nat()) }),
      ).map((given) => [given]),
      async (given) => {
        const params = given as SignWebhookParams;
        const signed = await attempt(() => signWebhook(params));
        if (signed === undefined) return;
        const verified = verifySignature(params.body, signed, params.secret, { tolerance: Infinity });
        await expect(verified).resolves.toHaveProperty('id', signed['webhook-id']);
      },
    ],
    [
      'new Webhooks(), which answers',
      near(
        withFields('secret', 'onUnhandled', 'onValidationIssue', 'logger', ...names),
        withFields(...names).map((some) => ({ ...some, secret, logger })),
      ).map((given) => [given]),
      async (given) => {
        const receiver = await attempt(() => new Webhooks(given as WebhooksOptions));
        // Without a secret that can be used, it is 500.
        if (receiver) expect([400, 500]).toContain((await receiver.receive('{}', {})).status);
      },
    ],
    [
      'handler() and nodeHandler()',
      (() => {
        const names = ['method', 'headers', 'body', 'req', 'res', 'raw', 'node', 'request', 'on', 'end'];
        return fc.tuple(near(withFields(...names)), near(withFields(...names)));
      })(),
      async (first, second) => {
        expect(await attempt(() => webhooks().handler()(first as never, second as never))).toBeUndefined();
        expect(await attempt(() => webhooks().nodeHandler()(first as never, second as never))).toBeUndefined();
      },
    ],
    [
      'a handler, whatever the event and its outcome',
      fc.tuple(
        near(withFields('event', 'data'), fc.record({ event: fc.string(), data: anything })),
        anything,
        fc.boolean(),
      ),
      async (event, outcome, fails) => {
        const receiver = webhooks().on('*', () => {
          if (fails) throw outcome;
          return outcome;
        });
        const text = json(event);
        const { status } = await receiver.receive(text, await signWebhook({ body: text, secret }));
        expect([204, 400, 500]).toContain(status);
      },
    ],
  ])('%s', async (_, given, check) => {
    vi.stubEnv('EXAMPLE_LOG', 'off');
    onTestFinished(() => void vi.unstubAllEnvs());
    await fc.assert(
      fc.asyncProperty(given, (args) => check(...args).then(() => undefined)),
      fuzzing(),
    );
  });
});

/** What has no JSON becomes an empty text. */
function json(value: unknown): string {
  try {
    const text: unknown = JSON.stringify(value);
    return typeof text === 'string' ? text : '';
  } catch {
    return '';
  }
}
