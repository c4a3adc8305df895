import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  signWebhook,
  verifyWebhook,
  verifyWebhookSync,
  Webhooks,
  WebhookVerificationError,
  type WebhooksOptions,
} from '@example/sdk/webhooks';
import { InvalidRequestError } from '../../src/errors/index.ts';
import { anythingOr, fuzzing, withFields as fieldsOf } from '../support/fuzz.ts';
import { otherSecret, secret, userCreated } from './support/signed-request.ts';
import { verifySignature } from './support/verification.ts';

// Untyped programs may pass anything anywhere. What they get is a documented error, and never a TypeError.

const body = JSON.stringify(userCreated);

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
const verifyOptions = near(withFields('tolerance', 'now'));

describe('any arguments of', () => {
  it.each<[string, (...args: unknown[]) => unknown]>([
    ['verifyWebhook', verifyWebhook as never],
    ['verifyWebhookSync', verifyWebhookSync as never],
  ])('%s are refused with a documented error', async (_, verify) => {
    await fc.assert(
      fc.asyncProperty(bodies, headers, secrets, verifyOptions, async (...args) => {
        // No argument carries a signature that matches.
        expect(await attempt(() => verify(...args))).toBeUndefined();
      }),
      fuzzing(),
    );
  });

  it('signWebhook lead to headers that verify, or to a documented error', async () => {
    const params = near(
      withFields('body', 'secret', 'id', 'timestamp'),
      fc.record(
        { body: bodies, secret: secrets, id: anything, timestamp: anything },
        { requiredKeys: ['body', 'secret'] },
      ),
      fc.record({ body: fc.string(), secret: fc.constant(secret), id: near(fc.string()), timestamp: near(fc.nat()) }),
    );
    await fc.assert(
      fc.asyncProperty(params, async (given) => {
        const signed = await attempt(() => signWebhook(given as Parameters<typeof signWebhook>[0]));
        if (signed === undefined) return;
        const used = given as Parameters<typeof signWebhook>[0];
        const verified = verifySignature(used.body, signed, used.secret, { tolerance: Infinity });
        await expect(verified).resolves.toHaveProperty('id', signed['webhook-id']);
      }),
      fuzzing(),
    );
  });

  it('new Webhooks() make a receiver, or lead to a documented error', async () => {
    const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
    const names = ['tolerance', 'maxBodyBytes', 'replayStore', 'acknowledge', 'waitUntil', 'onError', 'logLevel'];
    const options = near(
      withFields('secret', 'onUnhandled', 'onValidationIssue', 'logger', ...names),
      withFields(...names).map((some) => ({ ...some, secret, logger })),
    );
    await fc.assert(
      fc.asyncProperty(options, async (given) => {
        const webhooks = await attempt(() => new Webhooks(given as WebhooksOptions));
        // Without a secret that can be used, it is 500.
        if (webhooks) expect([400, 500]).toContain((await webhooks.receive('{}', {})).status);
      }),
      fuzzing(),
    );
  });
});

describe('a receiver', () => {
  const webhooks = () => new Webhooks({ secret, logLevel: 'off' });

  it('answers any body and headers', async () => {
    await fc.assert(
      fc.asyncProperty(bodies, headers, async (given, claimed) => {
        expect(await webhooks().receive(given as never, claimed as never)).toHaveProperty('status', 400);
      }),
      fuzzing(),
    );
  });

  it('refuses any arguments of its adapters with a documented error, or answers', async () => {
    const argument = near(withFields('method', 'headers', 'body', 'req', 'res', 'raw', 'node', 'request', 'on', 'end'));
    await fc.assert(
      fc.asyncProperty(argument, argument, async (first, second) => {
        expect(await attempt(() => webhooks().handler()(first as never, second, second as never))).toBeUndefined();
        expect(await attempt(() => webhooks().nodeHandler()(first as never, second as never))).toBeUndefined();
      }),
      fuzzing(),
    );
  });

  it('answers 2xx, 4xx or 5xx to any signed event, whatever its handlers do', async () => {
    const events = near(withFields('event', 'data', 'timestamp'), fc.record({ event: fc.string(), data: anything }));
    await fc.assert(
      fc.asyncProperty(events, anything, fc.boolean(), async (event, outcome, fails) => {
        const receiver = webhooks().on('*', () => {
          if (fails) throw outcome;
          return outcome;
        });
        const text = json(event);
        const { status } = await receiver.receive(text, await signWebhook({ body: text, secret }));
        expect([204, 400, 500]).toContain(status);
      }),
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

it('any headers take a time that grows with their length alone', () => {
  // A pattern that backtracks would need minutes for these.
  const genuine = { 'webhook-id': 'msg_1', 'webhook-timestamp': '1764000000', 'webhook-signature': 'v1,' };
  const now = new Date(1_764_000_000_000);
  for (const unit of ['v1', 'v1,', ',', ' ', 'v1, ', 'a', '!', '9', ' ,']) {
    const hostile = unit.repeat(1_000_000 / unit.length);
    for (const name of Object.keys(genuine)) {
      const given = { ...genuine, [name]: hostile };
      expect(() => verifyWebhookSync(body, given, [otherSecret, secret], { now })).toThrow(WebhookVerificationError);
    }
  }
});
