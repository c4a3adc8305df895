import { describe, expect, it } from 'vitest';
import { Client, InvalidRequestError } from '@example/sdk';
import { apiToken, clientOf, user } from '../support/http-server.ts';
import { inProcessApi } from '../support/in-process-api.ts';

describe('a base URL', () => {
  it('may end in slashes', async () => {
    const api = inProcessApi(() => Response.json(user));

    await clientOf({ url: `${api.url}//`, fetch: api.fetch }).users.get('user_123');

    expect(api.requests[0]?.url).toBe(`${api.url}/users/user_123`);
  });

  it('may be a URL object', async () => {
    const api = inProcessApi(() => Response.json(user));

    await clientOf(api, { baseUrl: new URL(api.url) }).users.get('user_123');

    expect(api.requests[0]?.url).toBe(`${api.url}/users/user_123`);
  });

  it.each([
    '',
    'api.example.com',
    '/v1',
    'ftp://api.example.com',
    'https://me:secret@api.example.com/v1',
    'https://api.example.com/v1?tenant=1',
    'https://api.example.com/v1#top',
    'https://api.example.com/v1?',
    'https://api.example.com/v1#',
  ])('cannot be %j', (baseUrl) => {
    const construct = () => new Client({ apiToken, baseUrl });

    expect(construct).toThrow(InvalidRequestError);
    expect(construct).toThrow('baseUrl');
    expect(construct).not.toThrow('secret');
  });
});

describe('plain http', () => {
  it.each([
    'http://localhost:4010/v1',
    'http://app.localhost/v1',
    'http://127.0.0.1/v1',
    'http://127.8.9.1:80',
    'http://[::1]:1/v1',
  ])('is allowed on the loopback interface: %s', (baseUrl) => {
    expect(() => new Client({ apiToken, baseUrl })).not.toThrow();
  });

  it.each([
    'http://api.example.com/v1',
    'http://localhost.example.com/v1',
    'http://127.0.0.1.example.com/v1',
    'http://192.168.0.1/v1',
  ])('is refused elsewhere, because it would show the token: %s', (baseUrl) => {
    const construct = () => new Client({ apiToken, baseUrl });

    expect(construct).toThrow(InvalidRequestError);
    expect(construct).toThrow('baseUrl (or EXAMPLE_BASE_URL) must be https');
  });
});

describe('dangerouslyAllowHttp', () => {
  const construct = (baseUrl: string, dangerouslyAllowHttp: boolean) => () =>
    new Client({ apiToken, baseUrl, dangerouslyAllowHttp });

  it('allows http on a host that is not loopback', () => {
    expect(construct('http://api.internal:8080/v1', true)).not.toThrow();
    expect(construct('http://api.internal:8080/v1', false)).toThrow('dangerouslyAllowHttp');
  });

  it('never allows it for the public API', () => {
    expect(construct('http://api.example.com/v1', true)).toThrow(InvalidRequestError);
  });
});
