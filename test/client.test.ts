import { describe, expect, it, vi } from 'vitest';
import { Client, InvalidRequestError } from '@example/sdk';
import { apiToken, clientOf, rejection, user } from './support/http-server.ts';
import { errorResponse, inProcessApi } from './support/in-process-api.ts';

const healthyApi = () => inProcessApi(() => Response.json(user));

describe('withOptions', () => {
  it('returns a client with other options; the rest stay as they were', async () => {
    const api = inProcessApi(() => errorResponse(500));
    const client = clientOf(api, { maxRetries: 0, headers: { 'x-team': 'blue' } });

    await rejection(client.withOptions({ timeout: 1000 }).users.get('user_123'));

    expect(api.requests).toHaveLength(1);
    expect(api.requests[0]?.init.headers).toMatchObject({ 'x-team': 'blue', authorization: `Bearer ${apiToken}` });
  });

  it('ignores options that are undefined', async () => {
    const api = healthyApi();

    await clientOf(api).withOptions({ baseUrl: undefined, apiToken: undefined }).users.get('user_123');

    expect(api.requests[0]?.url).toBe(`${api.url}/users/user_123`);
    expect(api.requests[0]?.init.headers).toMatchObject({ authorization: `Bearer ${apiToken}` });
  });

  it('does not change the client it is called on', async () => {
    const api = healthyApi();
    const client = clientOf(api);

    client.withOptions({ apiToken: 'another-token' });
    await client.users.get('user_123');

    expect(api.requests[0]?.init.headers).toMatchObject({ authorization: `Bearer ${apiToken}` });
  });

  it('checks the options', () => {
    const client = new Client({ apiToken });

    expect(() => client.withOptions({ timeout: -1 })).toThrow(InvalidRequestError);
  });

  it('shares the listeners', async () => {
    const client = clientOf(healthyApi());
    const listener = vi.fn();
    client.on('request', listener);

    await client.withOptions({ timeout: 1000 }).users.get('user_123');

    expect(listener).toHaveBeenCalledOnce();
  });

  it('returns an instance of a derived class', () => {
    class TeamClient extends Client {
      readonly team = 'blue';
    }

    expect(new TeamClient({ apiToken }).withOptions({ timeout: 1000 })).toMatchObject({ team: 'blue' });
  });
});
