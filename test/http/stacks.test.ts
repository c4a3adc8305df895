import { describe, expect, it, onTestFinished } from 'vitest';
import { NotFoundError } from '@example/sdk';
import { verifyWebhook } from '@example/sdk/webhooks';
import { clientOf, newUser, rejection, user } from '../support/http-server.ts';
import { budget, errorResponse, inProcessApi, noAnswer } from '../support/in-process-api.ts';
import { settled, useVirtualTime } from '../support/virtual-time.ts';

const refused = () => Promise.reject(new TypeError('fetch failed'));
const noJson = () => clientOf(inProcessApi(() => new Response('<html>')));
const failing = () => clientOf(inProcessApi(() => errorResponse(404)));
const healthy = () => inProcessApi(() => Response.json(user));
const limited = () =>
  inProcessApi(() => Response.json(user, { headers: budget(1, 0, Math.ceil((Date.now() + 60_000) / 1000)) }));
const secondPageFails = () => {
  const api = inProcessApi(() => {
    if (api.requests.length > 1) return errorResponse(403);
    const data = Array.from({ length: 100 }, (_, index) => ({ id: `proj_${index}` }));
    return Response.json({ data, meta: { current_page: 1, total_pages: 9, total_count: 900 } });
  });
  return clientOf(api);
};

/** What a program awaits, and what fails. */
const failures: Record<string, () => PromiseLike<unknown>> = {
  'a status': () => failing().users.get('user_123'),
  'a connection that fails': () =>
    clientOf({ url: 'https://a.example.com', fetch: refused }, { maxRetries: 0 }).users.get('user_123'),
  'the timeout of an attempt': () => clientOf(inProcessApi(noAnswer), { maxRetries: 0 }).users.get('user_123'),
  'the timeout of a call': () => clientOf(inProcessApi(noAnswer)).users.get('user_123', { totalTimeout: 100 }),
  'the queue': async () => {
    const client = clientOf(limited(), { rateLimit: { maxWait: 0 } });
    await client.users.get('user_1');
    await client.users.get('user_2');
  },
  'an outage': async () => {
    const client = clientOf(
      inProcessApi(() => errorResponse(500)),
      { outageWait: 1000 },
    );
    await Promise.all(['1', '2', '3'].map(async (id) => client.users.get(id)));
  },
  'a token function': () =>
    clientOf(healthy(), { apiToken: () => Promise.reject(new Error('no vault')) }).users.get('user_123'),
  validation: () =>
    clientOf(
      inProcessApi(() => Response.json({ id: 1 })),
      { responseValidation: 'throw' },
    ).users.get('user_123'),
  'a body that is read later': async () => {
    const call = noJson().users.get('user_123');
    await call.asResponse();
    await call;
  },
  iteration: async () => {
    for await (const project of failing().projects.list()) expect(project).toBe(undefined);
  },
  'iteration, at a later page': async () => {
    for await (const project of secondPageFails().projects.list()) expect(project.id).toMatch(/proj_/);
  },
  'toArray()': () => secondPageFails().projects.list().toArray(),
  'getNextPage()': async () => (await secondPageFails().projects.list()).getNextPage(),
  'wrong options': () => failing().users.create(newUser, { timeout: -1 }),
  'withResponse()': () => failing().users.get('user_123').withResponse(),
  'asResponse()': () => failing().users.get('user_123').asResponse(),
  'the verification of a webhook': () => verifyWebhook('{}', new Headers(), 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'),
};

describe('the stack of an error shows the line of the caller', () => {
  it.each(Object.entries(failures))('after %s', async (_, failure) => {
    useVirtualTime();
    const caller = async () => {
      await failure();
    };

    const error = await settled(rejection(caller()));

    const { stack } = error as Error;
    expect(stack).toMatch(/^\w+Error: .+/);
    expect(stack).toMatch(/caller .*stacks\.test\.ts:\d+:\d+/);
  });

  it('once, however often the error is thrown on', async () => {
    const call = failing().users.get('user_123');
    const caller = async () => call;
    const [first, second] = await Promise.all([rejection(caller()), rejection(caller())]);

    expect(second).toBe(first);
    const lines = (first as Error).stack?.split('\n') ?? [];
    expect(new Set(lines).size).toBe(lines.length);
  });

  it('unless it is no text, which leaves the error what it is', async () => {
    const { prepareStackTrace } = Error;
    onTestFinished(() => void (Error.prepareStackTrace = prepareStackTrace));
    Error.prepareStackTrace = (_, sites) => sites;

    expect(await rejection(failing().users.get('user_123'))).toBeInstanceOf(NotFoundError);
  });
});
