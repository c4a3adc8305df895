import { readFileSync } from 'node:fs';
import { createSandbox, type Sandbox } from '@example/sandbox';
import type { FetchInit } from '@example/sdk';
import { signWebhook } from '@example/sdk/webhooks';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Api, type Fetch } from '../../contract/api.ts';
import { Receiver } from '../../contract/deliveries.ts';
import { checks, runChecks } from '../../contract/run.ts';
import { holdingTime, settled, useVirtualTime } from '../support/virtual-time.ts';

const secret = `whsec_${btoa('a secret of 24 bytes or so')}`;

/** A request to the API, with the number of requests so far and of those without a response. */
type Call = Readonly<{ url: URL; init: FetchInit; sandbox: Sandbox; count: number; inFlight: number }>;

/** An API that breaks one of the SDK's assumptions. */
interface Variant {
  /** Changes a request. Without it, the sandbox ignores idempotency keys, as the SDK assumes. */
  readonly send?: (call: Call) => unknown;
  /** Changes the response. */
  readonly answer?: (response: Response, call: Call) => Response | Promise<Response>;
  /** Sends a delivery, or a different one instead. */
  readonly deliver?: (delivery: Request, receive: Receiver['handle']) => Promise<Response>;
  readonly webhookSecret?: string;
}

async function run(variant: Variant, allowed: readonly string[]) {
  const { deliver = (delivery, to) => to(delivery), answer = (response) => response } = variant;
  const { send = ({ init }) => delete init.headers['idempotency-key'], webhookSecret = secret } = variant;
  useVirtualTime();
  const receiver = new Receiver();
  const sandbox = createSandbox({
    webhooks: {
      endpoints: [{ url: 'https://tunnel.example', secret }],
      fetch: (url, init) => deliver(new Request(url, init), receiver.handle),
    },
  });
  onTestFinished(() => sandbox.close());
  let [count, inFlight] = [0, 0];
  const fetch: Fetch = async (to, init) => {
    const call = { url: new URL(to), init, sandbox, count: ++count, inFlight: ++inFlight };
    send(call);
    return Promise.resolve(answer(await sandbox.fetch(call.url, init), call)).finally(() => inFlight--);
  };
  const api = new Api(sandbox.baseUrl, sandbox.apiToken, holdingTime(fetch));
  const given = allowed.length > 0 ? { receiver } : {};
  return { sandbox, findings: await settled(runChecks(api, { allowed, ...given, webhookSecret })) };
}

/** Changes the items of each list. */
const items = (change: (items: Record<string, unknown>[], count: number) => unknown[]): Variant => ({
  answer: async (response, { url, count }) => {
    if (!url.pathname.endsWith('/projects') || !response.ok) return response;
    const { data, meta } = (await response.json()) as { data: Record<string, unknown>[]; meta: unknown };
    return Response.json({ data: change(data, count), meta }, response);
  },
});

/** Returns pages of a different size than requested. */
const sizes = (sizeOf: (asked: number) => number): Variant => ({
  send: ({ url: { searchParams } }) =>
    searchParams.has('per_page') && searchParams.set('per_page', `${sizeOf(Number(searchParams.get('per_page')))}`),
});

/** Sends a different event than the sandbox, with a valid signature. */
const signing = (change: (body: Record<string, unknown>) => object, id?: () => string): Variant => ({
  deliver: async (delivery, receive) => {
    const sent = Object.fromEntries(delivery.headers);
    const body = JSON.stringify(change((await delivery.json()) as Record<string, unknown>));
    const timestamp = Number(sent['webhook-timestamp']);
    const headers = await signWebhook({ id: id?.() ?? sent['webhook-id'] ?? '', timestamp, body, secret });
    return receive(new Request(delivery.url, { method: 'POST', headers: { ...headers }, body }));
  },
});

const createsWhatItRefuses: Variant['answer'] = (response, { init, sandbox }) => {
  if (response.status !== 429 || init.method !== 'POST') return response;
  const { name, email } = JSON.parse(init.body ?? '') as { name: string; email: string };
  sandbox.state.users.create({ name, email });
  return response;
};

const appendsWhatIsPut: Variant['answer'] = (response, { init, url, sandbox: { state } }) => {
  const id = url.pathname.split('/').at(-1) ?? '';
  const { name = '' } = state.users.get(id) ?? {};
  return init.method === 'PUT' ? Response.json(state.users.update(id, { name: `${name}!` })) : response;
};

const announcesSeconds: Variant['answer'] = ({ body, status, headers }) =>
  new Response(body, { status, headers: { ...Object.fromEntries(headers), 'x-ratelimit-reset': '12' } });

const refusesSix: Variant['answer'] = (response, { inFlight }) =>
  inFlight <= 5 ? response : new Response(null, { status: 429, headers: response.headers });

/** APIs that each break one assumption. */
const variants: readonly [id: string, api: string, variant: Variant][] = [
  ['idempotency-keys', 'returns the first user for a key', { send: () => undefined }],
  [
    'unique-emails',
    'takes an email address twice',
    { send: ({ init, count }) => (init.body &&= init.body.replace('sdk-contract', `${count}.sdk-contract`)) },
  ],
  ['refused-requests', 'creates what it refuses', { answer: createsWhatItRefuses }],
  ['idempotent-methods', 'appends what is PUT', { answer: appendsWhatIsPut }],
  ['id-format', 'has a slash in ids', items((all) => all.map((one) => ({ ...one, id: `a/${String(one['id'])}` })))],
  ['reset-unit', 'announces seconds until the reset', { answer: announcesSeconds }],
  ['other-limits', 'refuses more than five at once', { answer: refusesSix }],
  ['page-size', 'has at most ten items a page', sizes((asked) => Math.min(asked, 10))],
  ['page-size', 'refuses more than fifty', sizes((asked) => (asked > 50 ? 1_000 : asked))],
  ['list-order', 'has no order', items((all, count) => (count % 2 ? all : all.toReversed()))],
  ['item-ids', 'has items without ids', items((all) => all.map(({ id: _, ...rest }) => rest))],
  ['webhook-secret', 'has secrets in another format', { webhookSecret: 'sk_test_1234' }],
  ['webhook-id', 'has an id for each attempt', signing(Object, () => `msg_${crypto.randomUUID()}`)],
  ['webhook-size', 'sends more than a megabyte', signing((body) => ({ ...body, notes: 'n'.repeat(1_000_000) }))],
  ['webhook-events', 'has events of another format', signing(({ event, data }) => ({ type: event, data }))],
];

const everything = ['--write', '--exceed-limit', '--webhook-url'];

it('has a check for each row of docs/assumptions.md, in its order', () => {
  const page = readFileSync(new URL('../../docs/assumptions.md', import.meta.url), 'utf8');
  const rows = Array.from(page.matchAll(/^\| `([a-z][a-z-]*)` /gm), ([, id]) => id);

  expect(Object.keys(checks)).toEqual(rows);
});

describe('with the local API,', () => {
  it('every assumption holds that a run can check', async () => {
    const { sandbox, findings } = await run({}, everything);

    const others = [...findings].filter(([, { verdict }]) => verdict !== 'holds');
    expect(others.map(([id, { verdict }]) => [id, verdict])).toEqual([
      ['idempotent-methods', "couldn't be told"], // The local API has neither PUT nor DELETE.
      ['webhook-retry-duration', "couldn't be told"], // The check would take days.
    ]);
    const users = sandbox.state.users.list();
    expect(users.length).toBeGreaterThan(3);
    for (const { email } of users) expect(email).toMatch(/^sdk-contract-test\+[\w-]+@example\.com$/);
  });

  it('a run only reads by default, in at most 30 requests', async () => {
    const { sandbox, findings } = await run({}, []);

    expect(new Set(sandbox.requests.map(({ method }) => method))).toEqual(new Set(['GET']));
    expect(sandbox.requests.length).toBeLessThanOrEqual(30);
    expect(findings.get('unique-emails')?.seen).toBe('Needs --write.');
  });
});

it.each(variants)('a broken assumption is noticed: %s, for an API that %s', async (id, _, variant) => {
  expect((await run(variant, everything)).findings.get(id)?.verdict).toBe("doesn't hold");
});
