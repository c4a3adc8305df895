import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ConnectionError, InternalServerError, NotFoundError, VERSION, type FetchResponse } from '@example/sdk';
import { clientOf, rejection, throwing, user } from '../support/http-server.ts';
import { budget, inProcessApi } from '../support/in-process-api.ts';

describe('a custom fetch', () => {
  it('is called with a URL and a plain object: the method, the headers, the redirect mode and the signal', async () => {
    const api = inProcessApi(() => Response.json(user));

    await clientOf(api).users.get('user_123');

    const [{ url, init }] = api.requests as [(typeof api.requests)[0]];
    expect(url).toBe(`${api.url}/users/user_123`);
    expect(init).toEqual({
      method: 'GET',
      headers: {
        accept: 'application/json',
        authorization: 'Bearer token-that-nobody-may-see',
        'user-agent': expect.stringMatching(new RegExp(`^example-sdk/${VERSION} Node\\.js/\\d+$`)),
      },
      redirect: 'manual',
      signal: expect.any(AbortSignal),
    });
    expect(Object.getPrototypeOf(init)).toBe(Object.prototype);
    expect(Object.getPrototypeOf(init.headers)).toBe(Object.prototype);
    expect(init).not.toHaveProperty('body');
  });

  it('may throw instead of rejecting', async () => {
    const fetch = throwing(new Error('There is no tunnel.'));

    const error = await rejection(clientOf({ url: 'https://a.example.com' }, { fetch, maxRetries: 0 }).users.get('1'));

    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ message: 'The request failed: There is no tunnel. (GET /users/{id})' });
  });
});

it('without a custom fetch, the SDK calls the global one that is there when the call is made', async () => {
  const client = clientOf({ url: 'https://api.example.com/v1' });
  vi.stubGlobal('fetch', () => Promise.resolve(Response.json(user)));
  onTestFinished(() => void vi.unstubAllGlobals());

  expect(await client.users.get('user_123')).toEqual(user);
});

describe('a fetch whose responses are not those of the web platform', () => {
  /** A response as node-fetch makes it: its body is a stream of Node. */
  function nodeResponse(status: number, content: unknown, init: Record<string, string> = {}): FetchResponse {
    const body = Readable.from([JSON.stringify(content)]);
    const fields = new Headers(init);
    const headers: FetchResponse['headers'] = {
      get: (name) => fields.get(name),
      forEach: (callback) => fields.forEach(callback),
    };
    const response = { status, ok: status < 300, headers, body, text: () => text(body) };
    return response;
  }

  it('has its body and its rate limit read', async () => {
    const headers = budget(50, 7, 1640995200);
    const api = inProcessApi(() => nodeResponse(200, user, headers));

    const { data, rateLimit } = await clientOf(api).users.get('user_123').withResponse();

    expect(data).toEqual(user);
    expect(rateLimit).toEqual({ limit: 50, remaining: 7, reset: 1640995200 });
  });

  it('has its errors decoded, with their headers', async () => {
    const error = { code: 'not_found', message: 'No such user.' };
    const api = inProcessApi(() => nodeResponse(404, { error }, { 'x-request-id': 'req_1' }));

    const thrown = await rejection(clientOf(api).users.get('user_123'));

    expect(thrown).toBeInstanceOf(NotFoundError);
    expect(thrown).toMatchObject({ code: 'not_found', status: 404, requestId: 'req_1' });
  });

  it('may have a status that no Response can be made with', async () => {
    const response = Response.json({ error: { code: 'denied', message: 'Go away.' } });
    Object.defineProperties(response, { status: { value: 999 }, ok: { value: false } });
    const api = inProcessApi(() => response);

    const error = await rejection(clientOf(api).users.get('user_123'));

    expect(error).toBeInstanceOf(InternalServerError);
    expect(error).toMatchObject({ status: 999, code: 'denied' });
    expect(api.requests).toHaveLength(1);
  });
});
