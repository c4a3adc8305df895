import { describe, expect, it, vi } from 'vitest';
import { Client, InvalidRequestError, type ClientOptions } from '@example/sdk';
import { apiToken, clientOf } from './support/http-server.ts';
import { replying } from './support/in-process-api.ts';

/** What the API received. */
const sent = ({ requests }: ReturnType<typeof replying>) =>
  requests.map(({ url, init: { headers } }) => [url, headers['authorization'], headers['x-team']]);

describe('withOptions', () => {
  it("keeps the environment variables' values from when the first client was created", async () => {
    vi.stubEnv('EXAMPLE_API_TOKEN', 'token-1');
    vi.stubEnv('EXAMPLE_BASE_URL', 'https://one.example.com/v1');
    const api = replying(200);
    const client = new Client({ fetch: api.fetch });
    vi.stubEnv('EXAMPLE_API_TOKEN', undefined);
    vi.stubEnv('EXAMPLE_BASE_URL', 'https://two.example.com/v1');

    await client.withOptions({ timeout: 1000 }).users.get('1');
    expect(sent(api)).toEqual([['https://one.example.com/v1/users/1', 'Bearer token-1', undefined]]);
  });

  it('returns a client with other options, ignores undefined ones, and leaves the first client unchanged', async () => {
    const api = replying(200);
    const client = clientOf(api, { headers: { 'x-team': 'blue' } });
    await client.withOptions({ apiToken: 'another', baseUrl: undefined, headers: undefined }).users.get('1');
    await client.users.get('1');
    const url = `${api.url}/users/1`;
    const tokens = ['another', apiToken];
    expect(sent(api)).toEqual(tokens.map((token) => [url, `Bearer ${token}`, 'blue']));
  });

  it('shares the listeners, and calls the constructor of a derived class, which may add its own options', async () => {
    const api = replying(200);
    class TeamClient extends Client {
      constructor({ timeout, ...options }: ClientOptions) {
        super({ ...options, fetch: api.fetch, headers: { 'x-team': 'blue' } });
      }
    }
    const listener = vi.fn();
    const client = new TeamClient({ apiToken, baseUrl: api.url }).on('request', listener);
    const derived = client.withOptions({ apiToken: 'a' });
    await derived.users.get('1');

    expect(derived).toBeInstanceOf(TeamClient);
    expect(listener).toHaveBeenCalledOnce();
    expect(sent(api)).toEqual([[`${api.url}/users/1`, 'Bearer a', 'blue']]);
  });

  it("refuses a derived class whose constructor drops options, such as another tenant's token", () => {
    class OwnToken extends Client {
      constructor() {
        super({ apiToken });
      }
    }
    const message = 'The constructor of OwnToken must pass its options on to super().';
    const derive = () => new OwnToken().withOptions({ apiToken: 'another-token' });
    expect(derive).toThrow(new InvalidRequestError(message));
  });
});
