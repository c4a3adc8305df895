import { describe, expect, it, vi } from 'vitest';
import { Client, InvalidRequestError, type ClientOptions } from '@example/sdk';
import { apiToken, clientOf, user } from './support/http-server.ts';
import { inProcessApi } from './support/in-process-api.ts';

const healthyApi = () => inProcessApi(() => Response.json(user));

describe('withOptions', () => {
  it('keeps what the environment said when the first client was made', async () => {
    vi.stubEnv('EXAMPLE_API_TOKEN', 'token-1');
    vi.stubEnv('EXAMPLE_BASE_URL', 'https://one.example.com/v1');
    const api = inProcessApi(() => Response.json(user));
    const client = new Client({ fetch: api.fetch });
    vi.stubEnv('EXAMPLE_API_TOKEN', undefined);
    vi.stubEnv('EXAMPLE_BASE_URL', 'https://two.example.com/v1');

    await client.withOptions({ timeout: 1000 }).users.get('user_123');

    expect(api.requests[0]?.url).toBe('https://one.example.com/v1/users/user_123');
    expect(api.requests[0]?.init.headers['authorization']).toBe('Bearer token-1');
    vi.unstubAllEnvs();
  });

  it('returns a client with other options; those that are undefined stay as they were, and so does the first client', async () => {
    const api = healthyApi();
    const client = clientOf(api, { headers: { 'x-team': 'blue' } });
    const derived = client.withOptions({ apiToken: 'another-token', baseUrl: undefined, headers: undefined });

    await derived.users.get('user_123');
    await client.users.get('user_123');

    const sent = api.requests.map(({ init }) => [init.headers['authorization'], init.headers['x-team']]);
    expect(sent).toEqual([
      ['Bearer another-token', 'blue'],
      [`Bearer ${apiToken}`, 'blue'],
    ]);
  });

  it('shares the listeners, and is made by the constructor of a derived class, which may add options of its own', async () => {
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

    expect(() => new FromToken(apiToken).withOptions({ apiToken: 'another-token' })).toThrow(InvalidRequestError);
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
