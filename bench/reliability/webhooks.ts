// Genuine, forged and odd webhooks for one library after the other. Prints what each accepted, as JSON.
import { sign as signOctokit, verify as verifyOctokit } from '@octokit/webhooks-methods';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { Webhook as SvixWebhook } from 'svix';
import { dist } from '../shared/sdk.ts';

type Headers = Record<string, string>;

interface Library {
  sign(secret: string, body: string, at: Date): Promise<Headers> | Headers;
  /** Returns `false`, or throws, unless the webhook is genuine. */
  verify(secret: string, body: string, headers: Headers): unknown;
  /** How often a handler runs for a webhook that is delivered twice, as by a sender whose connection broke. */
  handle(secret: string, body: string, headers: Headers): Promise<number>;
  /** Whether an error is of a class that the library documents. */
  isOwn(error: unknown): boolean;
}

// The build output has the types of `src/`.
const sdk = (await import(dist('webhooks/index.js').href)) as typeof import('@example/sdk/webhooks');
const { InvalidRequestError } = (await import(dist('index.js').href)) as typeof import('@example/sdk');

/** Libraries that verify and nothing else: the handler runs for each webhook that is genuine. */
async function handleEach(this: Library, ...webhook: Parameters<Library['verify']>): Promise<number> {
  let handled = 0;
  for (let delivery = 0; delivery < 2; delivery++) if ((await this.verify(...webhook)) !== false) handled++;
  return handled;
}

const standard = (Webhook: typeof StandardWebhook | typeof SvixWebhook): Library => ({
  sign: (secret, body, at) => ({
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': new Webhook(secret).sign('msg_1', at, body),
  }),
  verify: (secret, body, headers) => new Webhook(secret).verify(body, headers),
  handle: handleEach,
  isOwn: (error) => error instanceof Error && error.constructor.name === 'WebhookVerificationError',
});

const libraries: Readonly<Record<string, Library>> = {
  '@example/sdk': {
    sign: (secret, body, at) => sdk.signWebhook({ body, secret, id: 'msg_1', timestamp: at }),
    verify: (secret, body, headers) => sdk.verifyWebhook(body, headers, secret),
    async handle(secret, body, headers) {
      let handled = 0;
      const webhooks = new sdk.Webhooks({ secret, logLevel: 'off' }).on('user.created', () => {
        handled++;
      });
      for (let delivery = 0; delivery < 2; delivery++) await webhooks.receive(body, headers);
      return handled;
    },
    isOwn: (error) => error instanceof sdk.WebhookVerificationError || error instanceof InvalidRequestError,
  },
  standardwebhooks: standard(StandardWebhook),
  svix: standard(SvixWebhook),
  stripe: {
    sign: (secret, payload, at) => ({
      'stripe-signature': Stripe.webhooks.generateTestHeaderString({
        payload,
        secret,
        timestamp: Math.floor(at.getTime() / 1_000),
      }),
    }),
    verify: (secret, body, headers) => Stripe.webhooks.constructEvent(body, headers['stripe-signature'] ?? '', secret),
    handle: handleEach,
    isOwn: (error) => error instanceof Stripe.errors.StripeError,
  },
  '@octokit/webhooks-methods': {
    sign: async (secret, body) => ({ 'x-hub-signature-256': await signOctokit(secret, body) }),
    verify: (secret, body, headers) => verifyOctokit(secret, body, headers['x-hub-signature-256'] ?? ''),
    handle: handleEach,
    isOwn: (error) => error instanceof TypeError && error.message.startsWith('[@octokit/webhooks-methods]'),
  },
};

const body = JSON.stringify({ event: 'user.created', data: { id: 'user_123' }, timestamp: '2024-01-01T00:00:00Z' });
const bytesOf = (seed: number) =>
  Buffer.from(Array.from({ length: 32 }, (_, index) => (seed * 131 + index * 17) % 256));
const secretOf = (seed: number) => `whsec_${bytesOf(seed).toString('base64')}`;
const secret = secretOf(1);
const minutes = (count: number) => new Date(Date.now() + count * 60_000);

/** Each byte of a text replaced by the next one. */
const alterations = (text: string) =>
  Array.from(text, (char, at) => text.slice(0, at) + String.fromCharCode(char.charCodeAt(0) ^ 1) + text.slice(at + 1));

/** What `webhooks.system.test.ts` reads. */
export interface Counts {
  readonly forged: string;
  readonly handled: number;
  readonly untimely: number;
  readonly secrets: number;
  readonly foreign: number;
}

async function count(library: Library): Promise<Counts> {
  const accepts = async (...[key, text, headers]: Parameters<Library['verify']>) => {
    try {
      return (await library.verify(key, text, headers)) !== false;
    } catch {
      return false;
    }
  };
  const accepted = async (webhooks: readonly Parameters<Library['verify']>[]) =>
    (await Promise.all(webhooks.map((webhook) => accepts(...webhook)))).filter(Boolean).length;

  const headers = await library.sign(secret, body, new Date());
  if (!(await accepts(secret, body, headers))) throw new Error('A genuine webhook is refused.');
  const tampered = alterations(body).map((text) => [secret, text, headers] as const);
  const reSigned = Object.entries(headers).flatMap(([name, value]) =>
    alterations(value).map((text) => [secret, body, { ...headers, [name]: text }] as const),
  );
  const others = Array.from({ length: 100 }, (_, seed) => [secretOf(seed + 2), body, headers] as const);
  const missing = Object.keys(headers).flatMap((name) => {
    const { [name]: _, ...rest } = headers;
    return [[secret, body, rest] as const, [secret, body, { ...headers, [name]: '' }] as const];
  });
  const forged = [...tampered, ...reSigned, ...others, ...missing];

  const times = [-600, -60, -10, 10, 60, 600].map(minutes);
  const untimely = await Promise.all(
    times.map(async (at) => [secret, body, await library.sign(secret, body, at)] as const),
  );

  // 43 characters, of which the last has two bits that mean nothing: generators of random text set these, too.
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const random = (seed: number) =>
    Array.from({ length: 43 }, (_, at) => alphabet[(seed * 37 + at * at * 11 + at) % 64]).join('');
  const usable = Array.from({ length: 256 }, (_, seed) => random(seed));
  const signed = await Promise.all(
    usable.map(async (key) => {
      try {
        return await accepts(key, body, await library.sign(key, body, new Date()));
      } catch {
        return false;
      }
    }),
  );

  const odd: unknown[] = [
    undefined,
    null,
    0,
    NaN,
    '',
    ' ',
    true,
    [],
    {},
    [null],
    new Date(),
    Symbol('s'),
    () => 0,
    new Map(),
  ];
  let foreign = 0;
  for (const value of odd) {
    for (const given of [
      [value, body, headers],
      [secret, value, headers],
      [secret, body, value],
    ]) {
      try {
        await library.verify(...(given as Parameters<Library['verify']>));
      } catch (error) {
        if (!library.isOwn(error)) foreign++;
      }
    }
  }
  return {
    forged: `${await accepted(forged.map((webhook) => [...webhook]))} of ${forged.length}`,
    handled: await library.handle(secret, body, headers),
    untimely: await accepted(untimely.map((webhook) => [...webhook])),
    secrets: signed.filter(Boolean).length,
    foreign,
  };
}

const counts = await Promise.all(
  Object.entries(libraries).map(async ([name, library]) => [name, await count(library)] as const),
);
console.log(JSON.stringify(Object.fromEntries(counts)));
