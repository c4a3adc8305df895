import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSandbox, type Sandbox, type SandboxOptions } from '@example/sandbox';
import { signWebhook } from '@example/sdk/webhooks';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Api, type Fetch } from '../../contract/api.ts';
import type { Finding } from '../../contract/check.ts';
import { type Delivery, readDeliveries, Receiver } from '../../contract/deliveries.ts';
import { checks, report, runChecks, type RunOptions } from '../../contract/run.ts';
import { holdingTime, settled, useVirtualTime } from '../support/virtual-time.ts';

const root = join(import.meta.dirname, '../..');
const secret = `whsec_${btoa('a secret of 24 bytes or so')}`;

/** A request to the API, as a variant of the sandbox sees it. */
interface Call {
  readonly method: string;
  readonly url: URL;
  readonly init: Parameters<Fetch>[1];
  readonly sandbox: Sandbox;
  /** How many requests there were, with this one. */
  readonly count: number;
  /** How many requests have no response yet, with this one. */
  readonly inFlight: number;
  /** Sends the request to the sandbox, or another in its place. */
  readonly pass: (init?: RequestInit, url?: URL) => Promise<Response>;
}

/** An API of which something is true that the SDK doesn't assume. */
interface Variant {
  readonly options?: SandboxOptions;
  readonly answer?: (call: Call) => Promise<Response>;
  /** Sends a delivery, or another in its place. */
  readonly deliver?: (delivery: Request, receive: (delivery: Request) => Promise<Response>) => Promise<Response>;
  readonly webhookSecret?: string;
  readonly saved?: readonly Delivery[];
}

/** A sandbox that doesn't know idempotency keys, as the SDK assumes. */
const withoutKeys = ({ init, pass }: Call) => {
  const headers = new Headers(init.headers);
  headers.delete('Idempotency-Key');
  return pass({ ...init, headers });
};

async function run(
  { options, answer = withoutKeys, deliver, webhookSecret = secret, saved = [] }: Variant,
  allowed: RunOptions,
) {
  useVirtualTime();
  const receiver = new Receiver();
  const receive = async (delivery: Request) => receiver.handle(delivery);
  const sandbox: Sandbox = createSandbox({
    ...options,
    webhooks: {
      endpoints: [{ url: 'https://tunnel.example', secret }],
      ...options?.webhooks,
      fetch: (url, init) =>
        untilAborted(init.signal, deliver?.(new Request(url, init), receive) ?? receive(new Request(url, init))),
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
  const findings = await settled(runChecks(api, { ...allowed, ...given, webhookSecret }));
  return { sandbox, findings, verdictOf: (id: string) => findings.get(id)?.verdict };
}

const everything = { write: true, exceedLimit: true };

/** As an API that gives up does. */
function untilAborted(signal: AbortSignal | null | undefined, response: Promise<Response>): Promise<Response> {
  const aborted = new Promise<never>((_, reject) => {
    // What `fetch` rejects with is the reason.
    signal?.addEventListener('abort', () => reject(signal.reason as Error));
  });
  return Promise.race([response, aborted]);
}

/** Changes the items of lists. */
const items = (change: (items: Record<string, unknown>[], count: number) => unknown[]) => async (call: Call) => {
  const { url, method, count } = call;
  const response = await withoutKeys(call);
  if (method !== 'GET' || !url.pathname.endsWith('/projects') || !response.ok) return response;
  const { data, meta } = (await response.json()) as { data: Record<string, unknown>[]; meta: unknown };
  return Response.json({ data: change(data, count), meta }, response);
};

/** Reads pages of another size than asked. */
const sizes = (sizeOf: (asked: number) => number) => (call: Call) => {
  const { url, init, pass } = call;
  const asked = url.searchParams.get('per_page');
  if (asked === null) return withoutKeys(call);
  url.searchParams.set('per_page', String(sizeOf(Number(asked))));
  return pass(init, url);
};

/** Has a method of users, and what it leaves of the name. */
const changing = (changes: string, nameAfter: (name: string) => string) => async (call: Call) => {
  const { method, url, sandbox } = call;
  if (method !== changes) return withoutKeys(call);
  const id = url.pathname.split('/').at(-1) ?? '';
  return Response.json(sandbox.state.users.update(id, { name: nameAfter(sandbox.state.users.get(id)?.name ?? '') }));
};

/** Sends another event than the sandbox, signed as it is. */
const signed =
  (change: (body: Record<string, unknown>, id: string) => { body: Record<string, unknown>; id: string }) =>
  async (delivery: Request, receive: (delivery: Request) => Promise<Response>) => {
    const id = delivery.headers.get('webhook-id') ?? '';
    const changed = change((await delivery.json()) as Record<string, unknown>, id);
    const body = JSON.stringify(changed.body);
    const timestamp = Number(delivery.headers.get('webhook-timestamp'));
    const headers = await signWebhook({ id: changed.id, timestamp, body, secret });
    return receive(new Request(delivery.url, { method: 'POST', headers: { ...headers }, body }));
  };

/** Tells the API another status than the receiver's. */
const heardAs =
  (heard: Readonly<Record<number, number>>) =>
  async (delivery: Request, receive: (delivery: Request) => Promise<Response>) => {
    const { status } = await receive(delivery);
    return new Response(null, { status: heard[status] ?? status });
  };

const headersFrom = (response: Response, changes: Readonly<Record<string, string>>) => {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(changes)) headers.set(name, value);
  return new Response(response.body, { status: response.status, headers });
};

async function savedAfter(days: number): Promise<readonly Delivery[]> {
  const body = JSON.stringify({ event: 'user.created', data: { id: 'user_1' }, timestamp: '2026-01-01T00:00:00Z' });
  const timestamp = Date.UTC(2026, 0, 1 + days) / 1_000;
  const headers = await signWebhook({ id: 'msg_1', timestamp, body, secret });
  return readDeliveries(JSON.stringify({ headers, body }));
}

/** For each assumption, an API of which it isn't true. */
const variants: readonly [id: string, api: string, variant: Variant][] = [
  ['idempotency-keys', 'returns the first user for a key', { answer: ({ pass }) => pass() }],
  [
    'idempotency-keys',
    'refuses a key that was used',
    {
      answer: async (call) => {
        const response = await withoutKeys(call);
        const isRepeated = response.status === 409 && new Headers(call.init.headers).has('Idempotency-Key');
        return isRepeated
          ? Response.json({ error: { code: 'idempotency_key_used', message: '' } }, response)
          : response;
      },
    },
  ],
  [
    'unique-emails',
    'takes an email address twice',
    {
      answer: (call) => {
        const { body } = call.init;
        if (body === undefined) return withoutKeys(call);
        const init = { ...call.init, body: body.replace('sdk-contract', `${call.count}.sdk-contract`) };
        return withoutKeys({ ...call, init });
      },
    },
  ],
  [
    'refused-requests',
    'creates what it refuses',
    {
      answer: async (call) => {
        const response = await withoutKeys(call);
        if (response.status === 429 && call.method === 'POST') {
          const { name, email } = JSON.parse(call.init.body ?? '') as { name: string; email: string };
          call.sandbox.state.users.create({ name, email });
        }
        return response;
      },
    },
  ],
  ['idempotent-methods', 'appends what is PUT', { answer: changing('PUT', (name) => `${name}!`) }],
  ['idempotent-methods', 'deletes a letter at a time', { answer: changing('DELETE', (name) => name.slice(1)) }],
  [
    'response-size',
    'returns more than 64 MiB',
    {
      answer: (call) => {
        if (call.url.searchParams.get('per_page') !== '100') return withoutKeys(call);
        const chunk = new Uint8Array(1024 * 1024);
        let left = 65;
        const body = new ReadableStream<Uint8Array>({
          pull: (controller) => (left-- > 0 ? controller.enqueue(chunk) : controller.close()),
        });
        return Promise.resolve(new Response(body));
      },
    },
  ],
  [
    'id-format',
    'has a slash in ids',
    { answer: items((all) => all.map((one) => ({ ...one, id: `team/${String(one['id'])}` }))) },
  ],
  [
    'error-format',
    'has errors of another format',
    {
      answer: async (call) => {
        const response = await withoutKeys(call);
        return response.status < 400 ? response : Response.json({ message: 'No.' }, response);
      },
    },
  ],
  [
    'secret-fields',
    'asks for a PIN',
    {
      answer: async (call) => {
        const response = await withoutKeys(call);
        if (response.status !== 422) return response;
        const { error } = (await response.json()) as { error: { details: object } };
        return Response.json({ error: { ...error, details: { ...error.details, pin: 'Is required.' } } }, response);
      },
    },
  ],
  ...(['12', '1767225600000', 'Thu, 01 Jan 2026 00:01:00 GMT'] as const).map((reset): (typeof variants)[number] => [
    'reset-unit',
    `announces reset as ${reset}`,
    { answer: async (call) => headersFrom(await withoutKeys(call), { 'X-RateLimit-Reset': reset }) },
  ]),
  [
    'other-limits',
    'refuses more than five at once',
    {
      answer: async (call) => {
        const response = await withoutKeys(call);
        return call.inFlight <= 5 ? response : new Response(null, { status: 429, headers: response.headers });
      },
    },
  ],
  ['page-size', 'has at most ten items a page', { answer: sizes((asked) => Math.min(asked, 10)) }],
  [
    'page-size',
    'rounds sizes to 10, 20 and 100',
    { answer: sizes((asked) => (asked > 20 ? 100 : Math.ceil(asked / 10) * 10)) },
  ],
  ['page-size', 'ignores sizes', { answer: sizes(() => 20) }],
  [
    'page-size',
    'refuses more than fifty',
    {
      answer: (call) =>
        call.url.searchParams.get('per_page') === '100' ? sizes(() => 1_000)(call) : withoutKeys(call),
    },
  ],
  ['list-order', 'has no order', { answer: items((all, count) => (count % 2 ? all : all.toReversed())) }],
  ['item-ids', 'has items without ids', { answer: items((all) => all.map(({ id: _, ...rest }) => rest)) }],
  [
    'item-ids',
    'has an id twice',
    { answer: items((all) => all.map((one, index) => (index < 2 ? { ...one, id: 'proj_1' } : one))) },
  ],
  [
    'webhook-signature',
    'signs as GitHub does',
    {
      deliver: (delivery, receive) => {
        delivery.headers.set('x-hub-signature-256', delivery.headers.get('webhook-signature') ?? '');
        delivery.headers.delete('webhook-signature');
        return receive(delivery);
      },
    },
  ],
  ['webhook-secret', 'has secrets in another format', { webhookSecret: 'sk_test_1234' }],
  [
    'webhook-id',
    'has an id for each attempt',
    { deliver: signed((body) => ({ body, id: `msg_${crypto.randomUUID()}` })) },
  ],
  ['webhook-retries', 'gives up after a 500', { deliver: heardAs({ 500: 200 }) }],
  ['webhook-retries', 'gives up after a 400', { deliver: heardAs({ 400: 200 }) }],
  ['webhook-retries', 'delivers again after a 204', { deliver: heardAs({ 204: 500 }) }],
  ['webhook-retry-duration', 'delivers after five days', { saved: await savedAfter(5) }],
  ['webhook-timeout', 'waits a second', { options: { webhooks: { timeout: 1_000 } } }],
  [
    'webhook-size',
    'sends more than a megabyte',
    { deliver: signed((body, id) => ({ body: { ...body, notes: 'n'.repeat(1_000_000) }, id })) },
  ],
  [
    'webhook-events',
    'has events of another format',
    { deliver: signed(({ event, data }, id) => ({ body: { type: event, data }, id })) },
  ],
];

describe('the contract', () => {
  it('has a check for each row of docs/assumptions.md, in its order', () => {
    const page = readFileSync(join(root, 'docs/assumptions.md'), 'utf8');
    const rows = Array.from(page.matchAll(/^\| `([a-z][a-z-]*)` /gm), ([, id]) => id);

    expect(checks.map(({ id }) => id)).toEqual(rows);
  });

  it('is tried with an API of which a row is false, for each row', () => {
    expect([...new Set(variants.map(([id]) => id))]).toEqual(checks.map(({ id }) => id));
  });

  it.each(checks)('says which option to set or what to change if $id is false', ({ remedy }) => {
    const files = Array.from(remedy.matchAll(/(?:src|docs)\/[\w/-]+\.\w+/g), ([path]) => path);

    expect(files.length > 0 || /`\w+/.test(remedy)).toBe(true);
    for (const path of files) expect(existsSync(join(root, path)), path).toBe(true);
  });
});

describe('of the local API', () => {
  it('everything holds that a run can tell, but that it supports idempotency keys', async () => {
    const { findings } = await run({ answer: ({ pass }) => pass() }, everything);

    const others = Array.from(findings, ([id, { verdict }]) => ({ id, verdict })).filter(
      ({ verdict }) => verdict !== 'holds',
    );
    expect(others).toEqual([
      { id: 'idempotency-keys', verdict: "doesn't hold" },
      { id: 'idempotent-methods', verdict: "couldn't be told" }, // It has neither PUT nor DELETE.
      { id: 'webhook-retry-duration', verdict: "couldn't be told" }, // It takes days.
    ]);
  });

  it('it only reads by default, and stays within the limit', async () => {
    const { sandbox, findings } = await run({}, {});

    expect(sandbox.requests.map(({ method, status }) => `${method} ${status}`)).not.toContain('GET 429');
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

  it('it creates only users whose email address says so', async () => {
    const { sandbox } = await run({}, everything);

    const users = sandbox.state.users.list();
    expect(users.length).toBeGreaterThan(3);
    for (const { email } of users) expect(email).toMatch(/^sdk-contract-test\+[\w-]+@example\.com$/);
  });
});

describe('what is false is noticed', () => {
  it.each(variants)('%s: an API that %s', async (id, _, variant) => {
    const { verdictOf } = await run(variant, everything);

    expect(verdictOf(id)).toBe("doesn't hold");
  });
});

describe('what is true is noticed where the local API has nothing to tell', () => {
  it.each<[id: string, api: string, variant: Variant]>([
    ['idempotency-keys', 'ignores keys', {}],
    ['idempotent-methods', 'sets what is PUT', { answer: changing('PUT', () => 'A name') }],
    ['page-size', 'has at most fifty items a page', { answer: sizes((asked) => Math.min(asked, 50)) }],
  ])('%s: an API that %s', async (id, _, variant) => {
    const { verdictOf } = await run(variant, everything);

    expect(verdictOf(id)).toBe('holds');
  });
});

it('an order that an update can change can not be told', async () => {
  const byName = items((all) => all.toSorted((a, b) => String(a['name']).localeCompare(String(b['name']))));
  const options = {
    projects: [3, 1, 2].map((day, index) => ({ name: `Project ${index}`, created_at: `2026-01-0${day}T00:00:00Z` })),
  };
  const { findings } = await run({ answer: byName, options }, {});

  expect(findings.get('list-order')?.seen).toContain('an update may move items');
});

it('prints a table with request ids, and what to do about what is false', () => {
  const findings = new Map<string, Finding>([
    ['unique-emails', { verdict: 'holds', seen: 'Refused.', requestIds: ['req_1', 'req_2'] }],
    ['response-size', { verdict: "doesn't hold", seen: 'A | B', requestIds: ['1', '2', '3', '4', '5'] }],
  ]);

  expect(report(findings)).toBe(
    [
      '| assumption    | verdict      | seen     | request ids   |',
      '| ------------- | ------------ | -------- | ------------- |',
      '| unique-emails | holds        | Refused. | req_1, req_2  |',
      "| response-size | doesn't hold | A \\| B   | 1, 2, 3, 4, … |",
      '',
      'What to do:',
      '',
      '- response-size: Raise `maxResponseSize`.',
    ].join('\n'),
  );
});
