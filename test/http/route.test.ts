import { describe, expect, it } from 'vitest';
import { InvalidRequestError } from '@example/sdk';
import { clientOf, json, rejection, serve, user } from '../support/http-server.ts';

const answer = () => serve((_, response) => json(response, 200, user));

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
