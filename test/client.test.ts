import { describe, expect, it, vi } from 'vitest';
import { Client, InvalidRequestError, type ClientOptions } from '@example/sdk';
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

  it('shares the listeners', async () => {
    const client = clientOf(healthyApi());
    const listener = vi.fn();
    client.on('request', listener);

    await client.withOptions({ timeout: 1000 }).users.get('user_123');

    expect(listener).toHaveBeenCalledOnce();
  });

  it('is made by the constructor of a derived class, which may add options of its own', async () => {
    const api = healthyApi();
    class TeamClient extends Client {
      constructor({ timeout, ...options }: ClientOptions) {
        super({ ...options, fetch: api.fetch, headers: { 'x-team': 'blue' } });
      }
    }
    const client = new TeamClient({ apiToken, baseUrl: api.url });
    const listener = vi.fn();
    client.on('request', listener);
    const derived = client.withOptions({ apiToken: 'another-token' });

    await derived.users.get('user_123');

    expect(derived).toBeInstanceOf(TeamClient);
    expect(listener).toHaveBeenCalledOnce();
    expect(api.requests.at(-1)).toMatchObject({
      url: `${api.url}/users/user_123`,
      init: { headers: { authorization: 'Bearer another-token', 'x-team': 'blue' } },
    });
  });

  it('refuses a derived class whose constructor drops the options, such as the token of another tenant', () => {
    class FromToken extends Client {
      constructor(token: string) {
        super({ apiToken: token });
      }
    }
    class FromNothing extends Client {
      constructor() {
        super({ apiToken });
      }
    }

    for (const client of [new FromToken(apiToken), new FromNothing()]) {
      expect(() => client.withOptions({ apiToken: 'another-token' })).toThrow(InvalidRequestError);
    }
  });

  it.each([null, 'token', 7, ['token']])('refuses %j for the options', (options) => {
    const client = new Client({ apiToken });

    expect(() => client.withOptions(options as object)).toThrow(InvalidRequestError);
    expect(() => new Client(options as object)).toThrow(InvalidRequestError);
  });

  it('keeps options that are getters, or of a prototype, and reads each once', async () => {
    const api = healthyApi();
    let reads = 0;
    class Configuration {
      get apiToken() {
        reads++;
        return 'token-of-a-getter';
      }
      get fetch() {
        return api.fetch;
      }
    }
    const inherited = Object.create({ baseUrl: api.url }) as ClientOptions;
    const options = Object.setPrototypeOf({ headers: { 'x-team': 'blue' } }, new Configuration()) as ClientOptions;

    const client = new Client(options).withOptions(inherited).withOptions({ timeout: 1000 });
    await client.users.get('user_123');

    expect(api.requests).toMatchObject([
      {
        url: `${api.url}/users/user_123`,
        init: { headers: { authorization: 'Bearer token-of-a-getter', 'x-team': 'blue' } },
      },
    ]);
    expect(reads).toBe(1);
  });
});
