import { describe, expect, it, vi } from 'vitest';
import { ExampleError, InvalidRequestError, VERSION } from '@example/sdk';
import { clientOf, json, newUser, rejection, serve, user } from '../support/http-server.ts';

const answer = () => serve((_, response) => json(response, 200, user));

describe('a request', () => {
  it('has the method, path, headers and body that the reference documents', async () => {
    const server = await answer();
    const client = clientOf(server);

    await client.users.get('user_123');
    await client.users.create(newUser);

    expect(server.requests).toMatchObject([
      { method: 'GET', url: '/v1/users/user_123', body: '' },
      { method: 'POST', url: '/v1/users', headers: { 'content-type': 'application/json' } },
    ]);
    expect(JSON.parse(server.requests[1]!.body)).toEqual(newUser);
    for (const { headers } of server.requests) {
      expect(headers).toMatchObject({
        authorization: 'Bearer token-that-nobody-may-see',
        accept: 'application/json',
        'user-agent': expect.stringMatching(new RegExp(`^example-sdk/${VERSION} Node\\.js/\\d+$`)) as unknown,
      });
    }
  });

  it('goes to the base URL, with or without a slash at its end', async () => {
    const server = await answer();

    await clientOf({ url: `${server.url}/` }).users.get('user_123');

    expect(server.requests[0]?.url).toBe('/v1/users/user_123');
  });

  it('has the headers of the client and of the call, of which the call wins', async () => {
    const server = await answer();
    const client = clientOf(server, { headers: { 'X-Team': 'blue', 'X-App': 'one', 'User-Agent': 'mine/1' } });

    await client.users.get('user_123', { headers: new Headers({ 'x-app': 'two' }) });
    await client.users.get('user_123', { headers: { 'x-team': undefined } });

    expect(server.requests[0]?.headers).toMatchObject({ 'x-team': 'blue', 'x-app': 'two', 'user-agent': 'mine/1' });
    expect(server.requests[1]?.headers).not.toHaveProperty('x-team');
  });

  it('has the idempotency key', async () => {
    const server = await answer();

    await clientOf(server).users.create(newUser, { idempotencyKey: 'signup-42' });

    expect(server.requests[0]?.headers['idempotency-key']).toBe('signup-42');
  });
});

describe('an id', () => {
  it.each([
    ['user 1', '/v1/users/user%201'],
    ['a?b=c#d', '/v1/users/a%3Fb%3Dc%23d'],
    ['%2e%2e', '/v1/users/%252e%252e'],
    ['...', '/v1/users/...'],
    ['ünïcode-✓', '/v1/users/%C3%BCn%C3%AFcode-%E2%9C%93'],
    ['a;b&c=d+e@f:g', '/v1/users/a%3Bb%26c%3Dd%2Be%40f%3Ag'],
  ])('%j stays one segment of the path', async (id, url) => {
    const server = await answer();

    await clientOf(server).users.get(id);

    expect(server.requests[0]?.url).toBe(url);
  });

  it.each(['', '.', '..', 'a/b', '/', 'a\\b', 'a\u0000b', 'a\nb', 'a\u007fb', '\ud800', undefined, null, 7, {}])(
    '%j is refused before anything is sent',
    async (id) => {
      const server = await answer();

      const error = await rejection(clientOf(server).users.get(id as string));

      expect(error).toBeInstanceOf(InvalidRequestError);
      expect((error as Error).message).toMatch(/^id must be a non-empty string/);
      expect(server.requests).toHaveLength(0);
    },
  );
});

describe('what no request can carry is refused before anything is sent', () => {
  it.each<[string, unknown, unknown]>([
    ["headers['x-note']", newUser, { headers: { 'X-Note': 'a\r\nX-Admin: yes' } }],
    ["headers['x-note']", newUser, { headers: { 'X-Note': 'a\u0000b' } }],
    ["headers['x-note']", newUser, { headers: { 'X-Note': '✓' } }],
    ["headers['x-note']", newUser, { headers: { 'X-Note': 7 } }],
    ['headers', newUser, { headers: { 'X Note': 'a' } }],
    ['headers', newUser, { headers: { '': 'a' } }],
    ['authorization', newUser, { headers: { Authorization: 'Basic abc' } }],
    ['idempotencyKey', newUser, { idempotencyKey: '' }],
    ['idempotencyKey', newUser, { idempotencyKey: 'a\nb' }],
    ['idempotencyKey', newUser, { idempotencyKey: 7 }],
    ['The parameters', 'John', {}],
    ['The parameters', null, {}],
    ['The parameters', undefined, {}],
    ['The parameters', [newUser], {}],
    ['The parameters', { ...newUser, age: 7n }, {}],
  ])('%s', async (name, params, options) => {
    const server = await answer();

    const error = await rejection(clientOf(server).users.create(params as typeof newUser, options as object));

    expect(error).toBeInstanceOf(InvalidRequestError);
    expect((error as Error).message).toContain(name);
    expect(server.requests).toHaveLength(0);
  });
});

describe('the API token', () => {
  it('may come from a function, called anew for every attempt', async () => {
    let status = 500;
    const server = await serve((_, response) => {
      json(response, status, user);
      status = 200;
    });
    vi.spyOn(Math, 'random').mockReturnValue(0);
    let version = 0;
    const client = clientOf(server, { apiToken: () => Promise.resolve(`token-${++version}`) });

    await client.users.get('user_123');
    await client.users.get('user_123');

    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
      'Bearer token-3',
    ]);
    vi.restoreAllMocks();
  });

  it('may come from a function that does not return a promise', async () => {
    const server = await answer();

    await clientOf(server, { apiToken: () => 'token-1' }).users.get('user_123');

    expect(server.requests[0]?.headers.authorization).toBe('Bearer token-1');
  });

  it.each(['', 'two words', 'a\nb', 'tokén', 7, undefined])('may not be %j, from a function either', async (token) => {
    const server = await answer();
    const client = clientOf(server, { apiToken: () => token as string });

    expect(await rejection(client.users.get('user_123'))).toBeInstanceOf(InvalidRequestError);
    expect(server.requests).toHaveLength(0);
  });

  it('is missed when the function fails, with its error as the cause', async () => {
    const server = await answer();
    const cause = new Error('The vault is sealed.');
    const client = clientOf(server, { apiToken: () => Promise.reject(cause) });

    const error = await rejection(client.users.get('user_123'));

    expect(error).toBeInstanceOf(ExampleError);
    expect(error).toMatchObject({ message: 'The apiToken function failed; see the cause.', cause });
    expect(server.requests).toHaveLength(0);
  });
});

describe('connections', () => {
  it('are kept and used again', async () => {
    const server = await answer();
    const client = clientOf(server);

    for (let call = 0; call < 10; call++) await client.users.get('user_123');

    expect(server.requests).toHaveLength(10);
    // The next call may start before the connection of the last is free, but they do not pile up.
    expect(server.connections()).toBeLessThanOrEqual(2);
  });
});

describe('the parameters', () => {
  it('are read when the call is made: an object may be used again', async () => {
    const server = await answer();
    const client = clientOf(server);
    const params = { ...newUser };

    const calls = ['Ada', 'Grace', 'Barbara'].map((name) => client.users.create(Object.assign(params, { name })));
    await Promise.all(calls);

    const names = server.requests.map(({ body }) => (JSON.parse(body) as typeof newUser).name);
    expect(names.sort()).toEqual(['Ada', 'Barbara', 'Grace']);
  });
});

describe('options of a call', () => {
  it('may be null, as from a program without types', async () => {
    expect(await clientOf(await answer()).users.get('user_123', null as unknown as undefined)).toEqual(user);
  });

  it('have a signal that is one', async () => {
    const error = await rejection(clientOf(await answer()).users.get('1', { signal: 'x' as unknown as AbortSignal }));

    expect(error).toBeInstanceOf(InvalidRequestError);
    expect((error as Error).message).toBe('signal must be an AbortSignal.');
  });
});
