import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSandbox, type Sandbox, type SandboxOptions } from '@example/sandbox';
import { signWebhook } from '@example/sdk/webhooks';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Api, type Fetch } from '../../contract/api.ts';
import { type Delivery, readDeliveries, Receiver } from '../../contract/deliveries.ts';
import { checks, runChecks, type RunOptions } from '../../contract/run.ts';
import { holdingTime, settled, useVirtualTime } from '../support/virtual-time.ts';

const root = join(import.meta.dirname, '../..');
const secret = `whsec_${btoa('a secret of 24 bytes or so')}`;

/** A request to the API, as a variant of the sandbox sees it. */
interface Call {
  readonly method: string;
  readonly url: URL;
  readonly init: Parameters<Fetch>[1];
  readonly sandbox: Sandbox;
  /** How many requests there were, and how many have no response yet, with this one. */
  readonly count: number;
  readonly inFlight: number;
  /** Sends the request to the sandbox, or another in its place. */
  readonly pass: (init?: RequestInit, url?: URL) => Promise<Response>;
}

type Receive = (delivery: Request) => Promise<Response>;

/** An API of which something is true that the SDK doesn't assume. */
interface Variant {
  readonly options?: SandboxOptions;
  readonly answer?: (call: Call) => Promise<Response>;
  /** Sends a delivery, or another in its place. */
  readonly deliver?: (delivery: Request, receive: Receive) => Promise<Response>;
  readonly webhookSecret?: string;
  readonly saved?: readonly Delivery[];
}

/** A sandbox that doesn't know idempotency keys, as the SDK assumes. */
const withoutKeys = ({ init, pass }: Call) => {
  const headers = new Headers(init.headers);
  headers.delete('Idempotency-Key');
  return pass({ ...init, headers });
};

async function run(variant: Variant, allowed: RunOptions) {
  const { options, answer = withoutKeys, deliver = (delivery, to) => to(delivery), saved = [] } = variant;
  useVirtualTime();
  const receiver = new Receiver();
  const sandbox: Sandbox = createSandbox({
    ...options,
    webhooks: {
      endpoints: [{ url: 'https://tunnel.example', secret }],
      ...options?.webhooks,
      fetch: (url, init) => untilAborted(init.signal, deliver(new Request(url, init), receiver.handle)),
    },
  });
  onTestFinished(() => sandbox.close());
  let [count, inFlight] = [0, 0];
  const fetch: Fetch = (url, init) => {
    const pass: Call['pass'] = (changed = init, to = new URL(url)) => sandbox.fetch(to, changed);
    const call = { method: init.method, url: new URL(url), init, sandbox, pass };
    return answer({ ...call, count: ++count, inFlight: ++inFlight }).finally(() => inFlight--);
  };
  const api = new Api(sandbox.baseUrl, sandbox.apiToken, holdingTime(fetch));
  const given = allowed.write === true ? { receiver, saved } : {};
  const { webhookSecret = secret } = variant;
  return { sandbox, findings: await settled(runChecks(api, { ...allowed, ...given, webhookSecret })) };
}

/** As an API that gives up does. */
function untilAborted(signal: AbortSignal | null | undefined, response: Promise<Response>): Promise<Response> {
  const aborted = new Promise<never>((_, reject) => {
    // What `fetch` rejects with is the reason.
    signal?.addEventListener('abort', () => reject(signal.reason as Error));
  });
  return Promise.race([response, aborted]);
}

/** Changes what the sandbox answers. */
const answering = (change: (response: Response, call: Call) => Response | Promise<Response>): Variant => ({
  answer: async (call) => change(await withoutKeys(call), call),
});

/** Changes the items of lists. */
const items = (change: (items: Record<string, unknown>[], count: number) => unknown[]) =>
  answering(async (response, { url, method, count }) => {
    if (method !== 'GET' || !url.pathname.endsWith('/projects') || !response.ok) return response;
    const { data, meta } = (await response.json()) as { data: Record<string, unknown>[]; meta: unknown };
    return Response.json({ data: change(data, count), meta }, response);
  });

/** Reads pages of another size than asked. */
const sizes = (sizeOf: (asked: number) => number): Variant => ({
  answer: (call) => {
    const asked = call.url.searchParams.get('per_page');
    if (asked !== null) call.url.searchParams.set('per_page', String(sizeOf(Number(asked))));
    return asked === null ? withoutKeys(call) : call.pass(call.init, call.url);
  },
});

const appendsWhatIsPut = answering((response, { method, url, sandbox: { state } }) => {
  const id = url.pathname.split('/').at(-1) ?? '';
  return method === 'PUT' ? Response.json(state.users.update(id, { name: `${state.users.get(id)?.name}!` })) : response;
});

const announcing = (reset: string) =>
  answering(({ body, status, headers }) => {
    const changed = { ...Object.fromEntries(headers), 'x-ratelimit-reset': reset };
    return new Response(body, { status, headers: changed });
  });

/** Sends another event than the sandbox, signed as it is. */
const signing = (change: (body: Record<string, unknown>) => object, idOf = (id: string) => id): Variant => ({
  deliver: async (delivery, receive) => {
    const { 'webhook-id': id = '', 'webhook-timestamp': timestamp } = Object.fromEntries(delivery.headers);
    const body = JSON.stringify(change((await delivery.json()) as Record<string, unknown>));
    const headers = await signWebhook({ id: idOf(id), timestamp: Number(timestamp), body, secret });
    return receive(new Request(delivery.url, { method: 'POST', headers: { ...headers }, body }));
  },
});

/** Tells the API another status than the receiver's. */
const hearing = (heard: Readonly<Record<number, number>>): Variant => ({
  deliver: async (delivery, receive) => {
    const { status } = await receive(delivery);
    return new Response(null, { status: heard[status] ?? status });
  },
});

const signedAsByGitHub: Variant = {
  deliver: (delivery, receive) => {
    delivery.headers.set('x-hub-signature-256', delivery.headers.get('webhook-signature') ?? '');
    delivery.headers.delete('webhook-signature');
    return receive(delivery);
  },
};

async function savedAfter(days: number): Promise<Variant> {
  const body = JSON.stringify({ event: 'user.created', data: { id: 'user_1' }, timestamp: '2026-01-01T00:00:00Z' });
  const timestamp = Date.UTC(2026, 0, 1 + days) / 1_000;
  const headers = await signWebhook({ id: 'msg_1', timestamp, body, secret });
  return { saved: readDeliveries(JSON.stringify({ headers, body })) };
}

const takesAddressesTwice: Variant = {
  answer: (call) => {
    const body = call.init.body?.replace('sdk-contract', `${call.count}.sdk-contract`);
    return withoutKeys(body === undefined ? call : { ...call, init: { ...call.init, body } });
  },
};

const createsWhatItRefuses = answering((response, { method, init, sandbox }) => {
  if (response.status !== 429 || method !== 'POST') return response;
  const { name, email } = JSON.parse(init.body ?? '') as { name: string; email: string };
  sandbox.state.users.create({ name, email });
  return response;
});

const returnsMegabytes = answering((response, { url }) => {
  if (url.searchParams.get('per_page') !== '100') return response;
  let left = 65;
  const pull = (controller: ReadableStreamDefaultController) =>
    left-- > 0 ? controller.enqueue(new Uint8Array(1024 * 1024)) : controller.close();
  return new Response(new ReadableStream({ pull }));
});

const asksForPin = answering(async (response) => {
  if (response.status !== 422) return response;
  const { error } = (await response.json()) as { error: { details: object } };
  return Response.json({ error: { ...error, details: { ...error.details, pin: 'Is required.' } } }, response);
});

const fiveAtOnce = answering((response, { inFlight }) =>
  inFlight <= 5 ? response : new Response(null, { status: 429, headers: response.headers }),
);

/** For each assumption, an API of which it isn't true. */
const variants: readonly [id: string, api: string, variant: Variant][] = [
  ['idempotency-keys', 'returns the first user for a key', { answer: ({ pass }) => pass() }],
  ['unique-emails', 'takes an email address twice', takesAddressesTwice],
  ['refused-requests', 'creates what it refuses', createsWhatItRefuses],
  ['idempotent-methods', 'appends what is PUT', appendsWhatIsPut],
  ['response-size', 'returns more than 64 MiB', returnsMegabytes],
  ['id-format', 'has a slash in ids', items((all) => all.map((one) => ({ ...one, id: `a/${String(one['id'])}` })))],
  [
    'error-format',
    'has errors of another format',
    answering((response) => (response.ok ? response : Response.json({ message: 'No.' }, response))),
  ],
  ['secret-fields', 'asks for a PIN', asksForPin],
  ['reset-unit', 'announces seconds until the reset', announcing('12')],
  ['other-limits', 'refuses more than five at once', fiveAtOnce],
  ['page-size', 'has at most ten items a page', sizes((asked) => Math.min(asked, 10))],
  ['page-size', 'refuses more than fifty', sizes((asked) => (asked > 50 ? 1_000 : asked))],
  ['list-order', 'has no order', items((all, count) => (count % 2 ? all : all.toReversed()))],
  ['item-ids', 'has items without ids', items((all) => all.map(({ id: _, ...rest }) => rest))],
  ['webhook-signature', 'signs as GitHub does', signedAsByGitHub],
  ['webhook-secret', 'has secrets in another format', { webhookSecret: 'sk_test_1234' }],
  [
    'webhook-id',
    'has an id for each attempt',
    signing(
      (body) => body,
      () => `msg_${crypto.randomUUID()}`,
    ),
  ],
  ['webhook-retries', 'gives up after a 500', hearing({ 500: 200 })],
  ['webhook-retry-duration', 'delivers after five days', await savedAfter(5)],
  ['webhook-timeout', 'waits a second', { options: { webhooks: { timeout: 1_000 } } }],
  ['webhook-size', 'sends more than a megabyte', signing((body) => ({ ...body, notes: 'n'.repeat(1_000_000) }))],
  ['webhook-events', 'has events of another format', signing(({ event, data }) => ({ type: event, data }))],
];

const everything = { write: true, exceedLimit: true };

it('has a check, and an API of which it is false, for each row of docs/assumptions.md, in its order', () => {
  const page = readFileSync(join(root, 'docs/assumptions.md'), 'utf8');
  const rows = Array.from(page.matchAll(/^\| `([a-z][a-z-]*)` /gm), ([, id]) => id);

  expect(checks.map(({ id }) => id)).toEqual(rows);
  expect([...new Set(variants.map(([id]) => id))]).toEqual(rows);
});

describe('of the local API', () => {
  it('everything holds that a run can tell', async () => {
    const { sandbox, findings } = await run({}, everything);

    const others = [...findings].filter(([, { verdict }]) => verdict !== 'holds');
    expect(others.map(([id, { verdict }]) => [id, verdict])).toEqual([
      ['idempotent-methods', "couldn't be told"], // It has neither PUT nor DELETE.
      ['webhook-retry-duration', "couldn't be told"], // It takes days.
    ]);
    const users = sandbox.state.users.list();
    expect(users.length).toBeGreaterThan(3);
    for (const { email } of users) expect(email).toMatch(/^sdk-contract-test\+[\w-]+@example\.com$/);
  });

  it('it only reads by default, in at most 30 requests', async () => {
    const { sandbox, findings } = await run({}, {});

    expect(new Set(sandbox.requests.map(({ method }) => method))).toEqual(new Set(['GET']));
    expect(sandbox.requests.length).toBeLessThanOrEqual(30);
    expect(findings.get('unique-emails')?.seen).toBe('Needs --write.');
  });

  it('it stays within the limit where another program has used it up', async () => {
    const limited = { options: { rateLimit: { limit: 12 } } };
    const { sandbox, findings } = await run(limited, { write: true });

    expect(sandbox.requests.filter(({ status }) => status === 429)).toEqual([]);
    expect(findings.get('other-limits')?.verdict).toBe('holds');
  });
});

it.each(variants)('what is false is noticed: %s, of an API that %s', async (id, _, variant) => {
  expect((await run(variant, everything)).findings.get(id)?.verdict).toBe("doesn't hold");
});
