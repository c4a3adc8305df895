import { describe, expect, it } from 'vitest';
import { APIError } from '@example/sdk';
import { apiToken, clientOf, json, newUser, rejection, serve, user } from '../support/http-server.ts';

describe('a redirect is not followed', () => {
  it.each([301, 302, 303, 307, 308])('(%i) to another origin: the token stays where it belongs', async (status) => {
    const other = await serve((_, response) => json(response, 200, user));
    const location = `${other.url}/users/1`;
    const server = await serve((_, response) => response.writeHead(status, { location }).end());

    const error = await rejection(clientOf(server).users.get('user_123'));

    expect(error).toBeInstanceOf(APIError);
    expect(error).toMatchObject({
      message: expect.stringContaining(`redirected to ${location}. Check baseUrl and the path.`),
      status,
    });
    expect(server.requests).toHaveLength(1);
    expect(other.requests).toHaveLength(0);
  });

  it.each([301, 302, 303, 307, 308])('(%i) within the origin: a POST is sent once', async (status) => {
    const server = await serve((_, response) => response.writeHead(status, { location: '/v2/users' }).end());

    const error = await rejection(clientOf(server).users.create(newUser));

    expect(error).toBeInstanceOf(APIError);
    expect((error as Error).message).toContain('redirected to /v2/users.');
    expect(server.requests.map(({ method, url }) => [method, url])).toEqual([['POST', '/v1/users']]);
  });

  it('and its error does not repeat the token', async () => {
    const server = await serve((_, response) => response.writeHead(302, { location: `/?${apiToken}` }).end());

    expect(await rejection(clientOf(server).users.get('user_123'))).toMatchObject({
      message: 'The API redirected to /?[redacted]. Check baseUrl and the path. (302 GET /users/{id})',
    });
  });
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
