import { describe, expect, it } from 'vitest';
import { ExampleError, InvalidRequestError, TimeoutError } from '@example/sdk';
import { clientOf, json, rejection, serve, user } from '../support/http-server.ts';
import { inProcessApi } from '../support/in-process-api.ts';
import { fixJitter, settled, useVirtualTime } from '../support/virtual-time.ts';

const answer = () => serve((_, response) => json(response, 200, user));

describe('an API token', () => {
  it('may come from a function, which is called for each attempt', async () => {
    let status = 500;
    const server = await serve((_, response) => {
      json(response, status, user);
      status = 200;
    });
    fixJitter(0);
    let version = 0;
    const client = clientOf(server, { apiToken: () => Promise.resolve(`token-${++version}`) });

    await client.users.get('user_123');
    await client.users.get('user_123');

    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
      'Bearer token-3',
    ]);
  });

  it('may come from a function that does not return a promise', async () => {
    const server = await answer();

    await clientOf(server, { apiToken: () => 'token-1' }).users.get('user_123');

    expect(server.requests[0]?.headers.authorization).toBe('Bearer token-1');
  });

  it.each(['', 'two words', 'a\nb', 'tokén', 7, undefined])('cannot be %j, even from a function', async (token) => {
    const server = await answer();
    const client = clientOf(server, { apiToken: () => token as string });

    expect(await rejection(client.users.get('user_123'))).toBeInstanceOf(InvalidRequestError);
    expect(server.requests).toHaveLength(0);
  });

  it('is missing if the function fails; its error is the cause', async () => {
    const server = await answer();
    const cause = new Error('The vault is sealed.');
    const client = clientOf(server, { apiToken: () => Promise.reject(cause) });

    const error = await rejection(client.users.get('user_123'));

    expect(error).toBeInstanceOf(ExampleError);
    expect(error).toMatchObject({ message: 'The apiToken function failed; see the cause.', cause });
    expect(server.requests).toHaveLength(0);
  });

  it('that is not there within the timeout of an attempt ends the call, and nothing is sent', async () => {
    useVirtualTime();
    const api = inProcessApi(() => Response.json(user));
    const client = clientOf(api, { apiToken: () => new Promise(() => undefined) });

    const error = await settled(rejection(client.users.get('user_123', { timeout: 400 })));

    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({
      message: 'The apiToken function did not return within 400 ms (timeout). (GET /users/{id})',
    });
    expect(performance.now()).toBe(400);
    expect(api.requests).toHaveLength(0);
  });

  it('may be waited for without limit', async () => {
    useVirtualTime();
    const api = inProcessApi(() => Response.json(user));
    const apiToken = () => new Promise<string>((resolve) => setTimeout(() => resolve('token-1'), 86_400_000));

    const call = clientOf(api, { apiToken, timeout: Infinity }).users.get('user_123');

    expect(await settled(call)).toEqual(user);
  });
});
