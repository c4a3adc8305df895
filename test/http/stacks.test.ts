import { describe, expect, it } from 'vitest';
import { verifyWebhook } from '@example/sdk/webhooks';
import { clientOf, newUser, user } from '../support/http-server.ts';
import { errorResponse, inProcessApi, noAnswer } from '../support/in-process-api.ts';
import { settled, useVirtualTime } from '../support/virtual-time.ts';

const failing = () => clientOf(inProcessApi(() => errorResponse(404)));
const healthy = () => inProcessApi(() => Response.json(user));
const secondPageFails = () => {
  const api = inProcessApi(() => {
    if (api.requests.length > 1) return errorResponse(404);
    const data = Array.from({ length: 100 }, (_, index) => ({ id: `proj_${index}` }));
    return Response.json({ data, meta: { current_page: 1, total_pages: 9, total_count: 900 } });
  });
  return clientOf(api);
};

/** What a program awaits: the call in whose stack it looks for its own line. */
const places: Record<string, () => Promise<unknown>> = {
  'a status': async function caller() {
    await failing().users.get('user_123');
  },
  'a connection that fails': async function caller() {
    const refused = () => Promise.reject(new TypeError('fetch failed'));
    await clientOf({ url: 'https://a.example.com', fetch: refused }, { maxRetries: 0 }).users.get('user_123');
  },
  'the timeout of an attempt': async function caller() {
    await clientOf(inProcessApi(noAnswer), { maxRetries: 0 }).users.get('user_123');
  },
  'the timeout of a call': async function caller() {
    await clientOf(inProcessApi(noAnswer)).users.get('user_123', { totalTimeout: 100 });
  },
  'the queue, at once': async function caller() {
    const client = clientOf(healthy(), { rateLimit: { limit: 1, maxWait: 0 } });
    await client.users.get('user_1');
    await client.users.get('user_2');
  },
  'a token function': async function caller() {
    const apiToken = () => Promise.reject(new Error('no vault'));
    await clientOf(healthy(), { apiToken }).users.get('user_123');
  },
  validation: async function caller() {
    const api = inProcessApi(() => Response.json({ id: 1 }));
    await clientOf(api, { responseValidation: 'throw' }).users.get('user_123');
  },
  'a body': async function caller() {
    await clientOf(inProcessApi(() => new Response('<html>'))).users.get('user_123');
  },
  'a body that is read later': async function caller() {
    const call = clientOf(inProcessApi(() => new Response('<html>'))).users.get('user_123');
    await call.asResponse();
    await call;
  },
  iteration: async function caller() {
    for await (const project of failing().projects.list()) expect(project).toBe(undefined);
  },
  'iteration, at a later page': async function caller() {
    for await (const project of secondPageFails().projects.list()) expect(project.id).toMatch(/proj_/);
  },
  'iteration, at a page that was requested ahead': async function caller() {
    for await (const project of secondPageFails().projects.list({}, { prefetch: 3 }))
      expect(project.id).toMatch(/proj_/);
  },
  'toArray()': async function caller() {
    await secondPageFails().projects.list().toArray();
  },
  'pages()': async function caller() {
    for await (const { data } of secondPageFails().projects.list().pages()) expect(data).toHaveLength(100);
  },
  'client.list()': async function caller() {
    for await (const item of failing().list('/teams')) expect(item).toBe(undefined);
  },
  'a page': async function caller() {
    await failing().projects.list();
  },
  'getNextPage()': async function caller() {
    const first = await secondPageFails().projects.list();
    await first.getNextPage();
  },
  request: async function caller() {
    await failing().request('DELETE', '/teams/{id}', { params: { id: 'team_1' } });
  },
  'wrong options': async function caller() {
    await failing().users.create(newUser, { timeout: -1 });
  },
  'withResponse()': async function caller() {
    await failing().users.get('user_123').withResponse();
  },
  'asResponse()': async function caller() {
    await failing().users.get('user_123').asResponse();
  },
  'Promise.all()': async function caller() {
    const client = failing();
    await Promise.all([client.users.get('user_1'), client.users.get('user_2')]);
  },
  'the verification of a webhook': async function caller() {
    await verifyWebhook('{}', new Headers(), 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
  },
};

describe('the stack of an error shows the line of the caller', () => {
  it.each(Object.entries(places))('after %s', async (_, place) => {
    useVirtualTime();

    const error = await settled(place().catch((thrown: unknown) => thrown));

    const { stack } = error as Error;
    expect(stack).toMatch(/^\w+Error: .+/);
    expect(stack).toMatch(/caller .*stacks\.test\.ts:\d+:\d+/);
  });

  it('of a call that waits in the queue for longer than it may', async () => {
    useVirtualTime();
    const client = clientOf(healthy(), { rateLimit: { limit: 1, maxWait: 70_000 } });
    const calls = async function caller(id: string) {
      await client.users.get(id);
    };

    const errors = await settled(Promise.allSettled(['1', '2', '3', '4'].map(calls)));

    const stacks = errors.flatMap((result) => (result.status === 'rejected' ? [(result.reason as Error).stack] : []));
    expect(stacks.length).toBeGreaterThan(0);
    for (const stack of stacks) expect(stack).toMatch(/caller .*stacks\.test\.ts:\d+:\d+/);
  });

  it('once, however often the error is thrown on', async () => {
    const call = failing().users.get('user_123');
    const caller = async () => call;
    const [first, second] = await Promise.all([caller(), caller()].map((again) => again.catch((e: unknown) => e)));

    expect(second).toBe(first);
    const lines = (first as Error).stack?.split('\n') ?? [];
    expect(new Set(lines).size).toBe(lines.length);
  });
});
