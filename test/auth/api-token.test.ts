import { describe, expect, it } from 'vitest';
import { ExampleError, InvalidRequestError, TimeoutError } from '@example/sdk';
import { clientOf, rejection, user } from '../support/http-server.ts';
import { inProcessApi } from '../support/in-process-api.ts';
import { fixJitter, settled, useVirtualTime } from '../support/virtual-time.ts';

describe('an API token', () => {
  it.each([
    ['', (token: string) => token],
    [' that returns a promise', (token: string) => Promise.resolve(token)],
  ])('may come from a function%s, which is called for each attempt', async (_, returned) => {
    const statuses = [500, 200, 200];
    const api = inProcessApi(() => Response.json(user, { status: statuses.shift() ?? 418 }));
    fixJitter(0);
    let version = 0;
    const client = clientOf(api, { apiToken: () => returned(`token-${++version}`) });

    await client.users.get('user_123');
    await client.users.get('user_123');

    const sent = api.requests.map(({ init }) => init.headers['authorization']);
    expect(sent).toEqual(['Bearer token-1', 'Bearer token-2', 'Bearer token-3']);
  });

  it.each(['', 'two words', 'a\nb', 'tokén', 7, undefined])('cannot be %j, even from a function', async (token) => {
    const api = inProcessApi(() => Response.json(user));
    const client = clientOf(api, { apiToken: () => token as string });

    expect(await rejection(client.users.get('user_123'))).toBeInstanceOf(InvalidRequestError);
    expect(api.requests).toHaveLength(0);
  });

  it('is missing if the function fails; its error is the cause', async () => {
    const api = inProcessApi(() => Response.json(user));
    const cause = new Error('The vault is sealed.');
    const client = clientOf(api, { apiToken: () => Promise.reject(cause) });

    const error = await rejection(client.users.get('user_123'));

    expect(error).toBeInstanceOf(ExampleError);
    expect(error).toMatchObject({ message: 'The apiToken function failed; see the cause.', cause });
    expect(api.requests).toHaveLength(0);
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
