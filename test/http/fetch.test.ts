import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ConnectionError, InternalServerError, NotFoundError, type FetchResponse } from '@example/sdk';
import { clientOf, newUser, rejection, user } from '../support/http-server.ts';
import { inProcessApi, noAnswer } from '../support/in-process-api.ts';
import { settled, useVirtualTime } from '../support/virtual-time.ts';

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
        'user-agent': expect.stringMatching(/^example-sdk\//),
      },
      redirect: 'manual',
      signal: expect.any(AbortSignal),
    });
    expect(Object.getPrototypeOf(init)).toBe(Object.prototype);
    expect(Object.getPrototypeOf(init.headers)).toBe(Object.prototype);
    expect(init).not.toHaveProperty('body');
  });

  it('gets the body of a POST as a string', async () => {
    const api = inProcessApi(() => Response.json(user));

    await clientOf(api).users.create(newUser);

    expect(api.requests[0]?.init).toMatchObject({
      method: 'POST',
      body: JSON.stringify(newUser),
      headers: { 'content-type': 'application/json' },
    });
  });

  it('gets a signal that aborts when the caller gives up', async () => {
    const controller = new AbortController();
    const api = inProcessApi((request) => {
      controller.abort(new Error('changed my mind'));
      return noAnswer(request);
    });

    await rejection(clientOf(api).users.get('user_123', { signal: controller.signal }));

    expect(api.requests[0]?.init.signal.reason).toEqual(new Error('changed my mind'));
  });

  it('gets a signal that aborts when the attempt times out', async () => {
    useVirtualTime();
    const api = inProcessApi(noAnswer);

    await settled(rejection(clientOf(api, { maxRetries: 0 }).users.get('user_123')));

    expect(api.requests[0]?.init.signal.aborted).toBe(true);
  });

  it('may throw instead of rejecting', async () => {
    const fetch = () => {
      throw new Error('There is no tunnel.');
    };

    const error = await rejection(clientOf({ url: 'https://a.example.com' }, { fetch, maxRetries: 0 }).users.get('1'));

    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ message: 'The request failed: There is no tunnel. (GET /users/{id})' });
  });

  it.each([
    { status: 200, ok: true, headers: {}, text: vi.fn() },
    { status: 200, headers: new Headers(), text: vi.fn() },
  ])('that resolves to %j fails the call with an error that names the option', async (response) => {
    const api = inProcessApi(() => response as unknown as FetchResponse);

    const error = await rejection(clientOf(api, { maxRetries: 0 }).users.get('user_123'));

    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toHaveProperty('message', expect.stringContaining('What fetch resolves to must be a Response'));
  });
});

describe('without a custom fetch', () => {
  afterEach(() => void vi.unstubAllGlobals());

  it('the SDK calls the global one that is there when the call is made', async () => {
    const client = clientOf({ url: 'https://api.example.com/v1' });
    vi.stubGlobal('fetch', () => Promise.resolve(Response.json(user)));

    expect(await client.users.get('user_123')).toEqual(user);
  });
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

  it('has its body read', async () => {
    const api = inProcessApi(() => nodeResponse(200, user));

    expect(await clientOf(api).users.get('user_123')).toEqual(user);
  });

  it('has its errors decoded, with their headers', async () => {
    const error = { code: 'not_found', message: 'No such user.' };
    const api = inProcessApi(() => nodeResponse(404, { error }, { 'x-request-id': 'req_1' }));

    const thrown = await rejection(clientOf(api).users.get('user_123'));

    expect(thrown).toBeInstanceOf(NotFoundError);
    expect(thrown).toMatchObject({ code: 'not_found', status: 404, requestId: 'req_1' });
    expect((thrown as Error).message).toBe('No such user. (404 GET /users/{id})');
  });

  it('has its rate limit read', async () => {
    const headers = { 'x-ratelimit-limit': '50', 'x-ratelimit-remaining': '7', 'x-ratelimit-reset': '1640995200' };
    const api = inProcessApi(() => nodeResponse(200, user, headers));

    const { rateLimit } = await clientOf(api).users.get('user_123').withResponse();

    expect(rateLimit).toEqual({ limit: 50, remaining: 7, reset: 1640995200 });
  });
});

describe('the body of an error', () => {
  const kilobyte = new TextEncoder().encode('x'.repeat(1024));

  /** An endless body, and how many kilobytes were taken from it. */
  function endlessBody() {
    const taken = { kilobytes: 0, cancelled: false };
    const body = new ReadableStream({
      pull(controller) {
        taken.kilobytes++;
        controller.enqueue(kilobyte);
      },
      cancel: () => void (taken.cancelled = true),
    });
    return { body, taken };
  }

  it('is read up to 64 kB, and the rest is cancelled', async () => {
    const { body, taken } = endlessBody();
    const api = inProcessApi(() => new Response(body, { status: 500 }));

    expect(await rejection(clientOf(api, { maxRetries: 0 }).users.get('user_123'))).toBeInstanceOf(InternalServerError);
    expect(taken.kilobytes).toBeGreaterThanOrEqual(64);
    expect(taken.kilobytes).toBeLessThan(70); // streams read a little ahead
    expect(taken.cancelled).toBe(true);
  });

  it('is decoded if it has exactly 64 kB, and not if it is longer', async () => {
    const bodyOf = (length: number) => {
      const frame = JSON.stringify({ error: { code: 'too_long', message: '' } });
      return frame.replace('""', `"${'x'.repeat(length - frame.length)}"`);
    };
    const codeOf = async (body: string) => {
      const api = inProcessApi(() => new Response(body, { status: 400 }));
      return ((await rejection(clientOf(api).users.get('user_123'))) as { code?: string }).code;
    };

    expect(await codeOf(bodyOf(64 * 1024))).toBe('too_long');
    expect(await codeOf(bodyOf(64 * 1024 + 1))).toBeUndefined();
  });

  it('may come in a status that no Response can be made with', async () => {
    const response = Response.json({ error: { code: 'denied', message: 'Go away.' } });
    Object.defineProperties(response, { status: { value: 999 }, ok: { value: false } });
    const api = inProcessApi(() => response);

    const error = await rejection(clientOf(api).users.get('user_123'));

    expect(error).toBeInstanceOf(InternalServerError);
    expect(error).toMatchObject({ status: 999, code: 'denied' });
    expect(api.requests).toHaveLength(1);
  });
});

it('the body of a success is read whole', async () => {
  const name = 'x'.repeat(1024 * 1024);
  const api = inProcessApi(() => Response.json({ ...user, name }));

  expect((await clientOf(api).users.get('user_123')).name).toBe(name);
});
