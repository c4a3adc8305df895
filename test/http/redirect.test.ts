import { describe, expect, it } from 'vitest';
import { ConnectionError } from '@example/sdk';
import { apiToken, clientOf, json, newUser, rejection, serve, user } from '../support/http-server.ts';

describe('a redirect to another origin', () => {
  it.each([301, 302, 303, 307, 308])('(%i) is not followed: the token stays where it belongs', async (status) => {
    const other = await serve((_, response) => json(response, 200, user));
    const server = await serve((_, response) => response.writeHead(status, { location: `${other.url}/users/1` }).end());

    const error = await rejection(clientOf(server).users.get('user_123'));

    expect(error).toBeInstanceOf(ConnectionError);
    expect((error as Error).message).toMatch(/redirected to another origin, .*Check baseUrl/);
    expect(server.requests).toHaveLength(1);
    expect(other.requests).toHaveLength(0);
  });
});

describe('a redirect within the origin', () => {
  it('is followed by a GET', async () => {
    const server = await serve(({ url }, response) => {
      if (url === '/v2/users/user_123') json(response, 200, user);
      else response.writeHead(301, { location: '/v2/users/user_123' }).end();
    });

    expect(await clientOf(server).users.get('user_123')).toEqual(user);
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      `Bearer ${apiToken}`,
      `Bearer ${apiToken}`,
    ]);
  });

  it.each([307, 308])('(%i) is followed by a POST, with its body', async (status) => {
    const server = await serve(({ url }, response) => {
      if (url === '/v2/users') json(response, 200, user);
      else response.writeHead(status, { location: '/v2/users' }).end();
    });

    await clientOf(server).users.create(newUser);

    expect(server.requests.map(({ method, url, body }) => [method, url, JSON.parse(body) as unknown])).toEqual([
      ['POST', '/v1/users', newUser],
      ['POST', '/v2/users', newUser],
    ]);
  });

  it.each([301, 302, 303])('(%i) that would turn a POST into a GET is not followed', async (status) => {
    const server = await serve((_, response) => response.writeHead(status, { location: '/v2/users' }).end());

    const error = await rejection(clientOf(server).users.create(newUser));

    expect(error).toBeInstanceOf(ConnectionError);
    expect((error as Error).message).toContain('drop its body');
    expect(server.requests).toHaveLength(1);
  });

  it('that leads in a circle is followed five times', async () => {
    const server = await serve(({ url }, response) => response.writeHead(302, { location: url }).end());

    expect(await rejection(clientOf(server).users.get('user_123'))).toBeInstanceOf(ConnectionError);
    expect(server.requests).toHaveLength(1 + 5);
  });
});

it.each([{}, { location: 'http://' }])(
  'a redirect without a usable location is an error: %j',
  async (headers: Record<string, string>) => {
    const server = await serve((_, response) => response.writeHead(302, headers).end());

    expect(await rejection(clientOf(server).users.get('user_123'))).toBeInstanceOf(ConnectionError);
  },
);

it('a redirect that a browser hides is an error that says so', async () => {
  const hidden = Object.defineProperties(new Response(null), {
    ok: { value: false },
    status: { value: 0 },
    type: { value: 'opaqueredirect' },
  });
  const client = clientOf({ url: 'https://api.example.com/v1' }, { fetch: () => Promise.resolve(hidden) });

  const error = await rejection(client.users.get('user_123'));

  expect(error).toBeInstanceOf(ConnectionError);
  expect((error as Error).message).toContain('The API redirected to an unknown location');
});
