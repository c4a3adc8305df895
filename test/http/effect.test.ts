import { beforeEach, describe, expect, it } from 'vitest';
import { ConnectionError, ExampleError } from '@example/sdk';
import type { CallEndEvent, Client, EndpointOptions, FetchResponse } from '@example/sdk';
import { clientOf, newUser, rejection, user } from '../support/http-server.ts';
import { budget } from '../support/in-process-api.ts';
import { replying, type Reply } from '../support/replies.ts';
import { passTime, settled, useVirtualTime } from '../support/virtual-time.ts';

// What an error says about its call: whether it may have taken effect, what it waited for, and what failed last. Calls that an
// outage holds: test/rate-limit/outage.test.ts.

beforeEach(useVirtualTime);

/** The name of the error and whether the call may have taken effect, as its error and its event say. */
async function endOf(client: Client, call: () => Promise<unknown>): Promise<[name: string, boolean]> {
  const events: CallEndEvent[] = [];
  client.on('callEnd', (event) => events.push(event));
  const error = (await settled(rejection(call()))) as Error;
  const { mayHaveTakenEffect = false } = events[0] ?? {};
  if (error instanceof ExampleError) expect(error.mayHaveTakenEffect).toBe(mayHaveTakenEffect);
  // The message says so if nothing else does.
  if (error instanceof ConnectionError)
    expect(error.message.includes('It may have taken effect.')).toBe(mayHaveTakenEffect);
  return [error.name, mayHaveTakenEffect];
}

describe('mayHaveTakenEffect: a call that was sent, is no GET, and that no response rejected', () => {
  it.each<[what: string, mayHave: boolean, name: string, Reply, EndpointOptions?]>([
    ['a 302', false, 'APIError', 302],
    ['a 401', false, 'AuthenticationError', 401],
    ['a 422', false, 'UnprocessableEntityError', 422],
    ['a refusal', false, 'RateLimitError', 429],
    ['a 408', true, 'APIError', 408],
    ['a 500', true, 'InternalServerError', 500],
    ['no such host', false, 'ConnectionError', 'no such host'],
    ['a reset connection', true, 'ConnectionError', 'a reset'],
    ['a failure without a reason', true, 'ConnectionError', 'no reason'],
    ['the timeout of the attempt', true, 'TimeoutError', 'no answer'],
    ['the timeout of the call', true, 'TimeoutError', 'no answer', { totalTimeout: 100 }],
    ['a success that is not JSON', true, 'ResponseValidationError', () => new Response('<p>')],
    ['a success that is too large', true, 'ResponseTooLargeError', () => new Response('x'.repeat(9000))],
    ['what is no response', true, 'ConnectionError', () => ({}) as FetchResponse],
    ['an abort while it is in flight', true, 'AbortError', 'no answer'],
  ])('%s: %s', async (what, mayHave, name, reply, options) => {
    for (const method of ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'] as const) {
      const client = clientOf(replying(reply), { maxRetries: 0, maxResponseSize: 8000 });
      const controller = new AbortController();
      if (name === 'AbortError') setTimeout(() => controller.abort(), 100);
      const call = () => client.request(method, '/teams', { ...options, signal: controller.signal });
      expect(await endOf(client, call), method).toEqual([name, mayHave && method !== 'GET']);
    }
  });

  const noToken = (client: Client) => client.withOptions({ apiToken: () => expect.fail() });
  const impatient = (client: Client) => client.withOptions({ rateLimit: { maxWait: 0 } });

  it.each<[what: string, name: string, (client: Client) => Promise<unknown>]>([
    ['a token function fails', 'ExampleError', (client) => noToken(client).users.create(newUser)],
    ['an option is wrong', 'InvalidRequestError', (client) => client.users.create(newUser, { timeout: -1 })],
    ['it is aborted before', 'AbortError', (client) => client.users.create(newUser, { signal: AbortSignal.abort() })],
    ['it would wait too long', 'RateLimitWaitError', (client) => impatient(client).users.create(newUser)],
  ])('nothing was sent if %s', async (_, name, call) => {
    const api = replying(() => Response.json(user, { headers: budget(1, 0, Date.now() / 1000 + 60) }));
    const client = clientOf(api);
    await client.users.get('user_123');

    expect(await endOf(client, () => call(client))).toEqual([name, false]);
    expect(api.requests).toHaveLength(1);
  });

  it.each<[what: string, mayHave: boolean, name: string, Reply[]]>([
    ['a 500, then a 404', true, 'APIError', [500, 404]],
    ['a reset, then no such host', true, 'ConnectionError', ['a reset', 'no such host', 'no such host']],
    ['no such host, then a 422', false, 'UnprocessableEntityError', ['no such host', 422]],
    ['a refusal, then a 422', false, 'UnprocessableEntityError', [429, 422]],
  ])('one attempt is enough: a PUT that gets %s: %s', async (_, mayHave, name, replies) => {
    const api = replying(...replies);
    const client = clientOf(api);
    expect(await endOf(client, () => client.request('PUT', '/teams'))).toEqual([name, mayHave]);
    expect(api.requests).toHaveLength(replies.length);
  });
});

describe('the error of totalTimeout says what the call waited for, whether it was sent, and what failed last', () => {
  const never = new Promise<never>(() => undefined);
  const totalTimeout = 1000;
  const schema = { '~standard': { version: 1, vendor: 'test', validate: () => never } } as const;
  const failure = 'The last failure: Answered 500.';
  const get = ({ users }: Client) => users.get('user_123', { totalTimeout });
  const create = ({ users }: Client) => users.create(newUser, { totalTimeout });
  const getChecked = (client: Client) => client.request('GET', '/teams', { schema, totalTimeout });
  const getWithoutToken = (client: Client) => get(client.withOptions({ apiToken: () => never }));
  /** Two calls that fail are an outage. */
  const getAmongOthers = (client: Client) => {
    for (let others = 0; others < 5; others++) void rejection(get(client));
    return get(client);
  };
  const once = `${failure} (500 GET /users/{id})`;
  const response = 'the response to a request that was sent after 0 ms';

  it.each<[message: string, Reply, (client: Client) => Promise<unknown>]>([
    [`${response}. It was sent. (GET /users/{id})`, 'no answer', get],
    [`${response}. It may have taken effect. (POST /users)`, 'no answer', create],
    ['the schema. It was sent. (200 GET /teams)', 200, getChecked],
    ['the rate limit or the token. It was not sent. (GET /users/{id})', 200, getWithoutToken],
    [`the API to recover. It was sent. ${once}`, 500, getAmongOthers],
  ])('it waits for %s', async (message, reply, call) => {
    const error = await settled(rejection(call(clientOf(replying(reply)))));
    const start = 'The call took longer than its totalTimeout of 1000 ms: it was waiting for';
    expect(error).toMatchObject({ name: 'TimeoutError', message: `${start} ${message}` });
    expect(performance.now()).toBe(1000);
  });

  it('a call that never was sent has a copy of what failed', async () => {
    const client = clientOf(replying(500, 500, 'no answer'));
    const others = ['1', '2'].map((id) => rejection(client.users.get(id, { timeout: 5000, maxRetries: 1 })));
    await passTime(200); // The first try hangs.

    expect(await settled(rejection(create(client)))).toMatchObject({
      message: `The call took longer than its totalTimeout of 1000 ms: it was waiting for the API to recover. It was not sent. ${failure} (POST /users)`,
      cause: { name: 'InternalServerError', status: 500 },
      mayHaveTakenEffect: false,
    });
    await settled(Promise.all(others));
  });
});
