import { beforeEach, describe, expect, it } from 'vitest';
import { APIError, ConnectionError } from '@example/sdk';
import {
  apiToken,
  clientOf,
  fail,
  json,
  newUser,
  rejection,
  serve,
  user,
  type TestServer,
} from '../support/http-server.ts';
import { inProcessApi } from '../support/in-process-api.ts';
import { fixJitter, useVirtualTime } from '../support/virtual-time.ts';

const answer = () => serve((_, response) => json(response, 200, user));

const calls = {
  GET: (server: TestServer) => clientOf(server).users.get('user_123'),
  POST: (server: TestServer) => clientOf(server).users.create(newUser),
};

it('a request has the headers of the client and of the call, which win, and the idempotency key', async () => {
  const server = await answer();
  const client = clientOf(server, { headers: { 'X-Team': 'blue', 'X-App': 'one', 'User-Agent': 'mine/1' } });

  await client.users.create(newUser, { headers: new Headers({ 'x-app': 'two' }), idempotencyKey: 'signup-42' });
  await client.users.get('user_123', { headers: { 'x-team': undefined } });

  const [created, got] = server.requests.map(({ headers }) => headers);
  expect(created).toMatchObject({
    'x-team': 'blue',
    'x-app': 'two',
    'user-agent': 'mine/1',
    'idempotency-key': 'signup-42',
  });
  expect(got).toMatchObject({ 'x-app': 'one', 'user-agent': 'mine/1' });
  expect(got).not.toHaveProperty('x-team');
});

it.each([301, 302, 303, 307, 308])(
  'a redirect (%i) is not followed: the token stays where it belongs, and a POST is sent once',
  async (status) => {
    const other = await answer();
    const location = `${other.url}/users/1?`;
    const server = await serve((_, response) => response.writeHead(status, { location: location + apiToken }).end());

    for (const [method, call] of Object.entries(calls)) {
      const error = await rejection(call(server));

      expect(error).toBeInstanceOf(APIError);
      expect((error as APIError).status).toBe(status);
      const problem = `The API redirected to ${location}[redacted]. Check baseUrl and the path. (${status} ${method}`;
      expect((error as APIError).message).toContain(problem);
    }
    expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'POST']);
    expect(other.requests).toHaveLength(0);
  },
);

it('a 304 is no redirect', async () => {
  const api = inProcessApi(() => new Response(null, { status: 304, headers: { location: 'https://example.com/' } }));

  const error = await rejection(clientOf(api).users.get('user_123'));

  expect((error as Error).message).toBe(
    "Answered 304 with no body instead of the API's error format. (304 GET /users/{id})",
  );
});

it('a redirect that a browser hides is an error that says so', async () => {
  const hidden = Object.defineProperties(new Response(null), {
    ok: { value: false },
    status: { value: 0 },
    type: { value: 'opaqueredirect' },
  });
  const client = clientOf({ url: 'https://api.example.com/v1' }, { fetch: () => Promise.resolve(hidden) });

  const error = await rejection(client.users.get('user_123'));

  expect(error).toBeInstanceOf(APIError);
  expect((error as Error).message).toContain('The API redirected to an unknown location');
});

// docs/retries.md says so, too.
describe('what the fetch of the runtime does with a status before the SDK sees it', () => {
  beforeEach(useVirtualTime);
  beforeEach(() => fixJitter(0));

  it.each(['GET', 'POST'] as const)(
    '421, by which a server says that it has not processed the request: a %s is repeated once, on another connection',
    async (method) => {
      const server = await serve((_, response) => fail(response, 421));

      expect(await rejection(calls[method](server))).toMatchObject({ status: 421, name: APIError.name });
      expect(server.requests.map((request) => request.method)).toEqual([method, method]);
      expect(server.connections()).toBe(2);
    },
  );

  it.each([
    ['GET', 3],
    ['POST', 1],
  ] as const)('407, which it hides, is a lost connection: a %s is sent %i times', async (method, times) => {
    const server = await serve((_, response) => fail(response, 407));

    const error = await rejection(calls[method](server));

    expect(error).toBeInstanceOf(ConnectionError);
    expect((error as Error).message).toContain('The request failed: fetch failed');
    expect(server.requests).toHaveLength(times);
  });
});
