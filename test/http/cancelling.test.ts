import { getEventListeners } from 'node:events';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { InvalidRequestError, TimeoutError } from '@example/sdk';
import { clientOf, fail, json, newUser, rejection, serve, user, type Handler } from '../support/http-server.ts';

const reason = new Error('changed my mind');

// Full jitter from 0: nobody waits for a backoff here.
beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
  return () => vi.restoreAllMocks();
});

describe('a custom fetch that does not heed its signal', () => {
  const url = 'https://api.example.com/v1';

  it('and answers after all has its body cancelled, because nobody will read it', async () => {
    const { promise, resolve: answer } = Promise.withResolvers<Response>();
    const fetch = vi.fn(() => promise);
    const controller = new AbortController();
    const call = rejection(clientOf({ url }, { fetch }).users.get('user_123', { signal: controller.signal }));
    await vi.waitFor(() => expect(fetch).toHaveBeenCalled());
    controller.abort(reason);
    expect(await call).toBe(reason);

    const cancelled = await new Promise<boolean>((resolve) => {
      answer(new Response(new ReadableStream({ cancel: () => resolve(true) })));
    });

    expect(cancelled).toBe(true);
  });

  it('holds up nothing when it is aborted between the headers and the body', async () => {
    const controller = new AbortController();
    const abort = () => {
      controller.abort(reason);
      return null;
    };
    const answer = { ok: true, status: 200, headers: { get: abort }, text: () => new Promise(() => undefined) };
    const fetch = () => Promise.resolve(answer as unknown as Response);

    const call = clientOf({ url }, { fetch }).users.get('user_123', { signal: controller.signal });

    expect(await rejection(call)).toBe(reason);
  });
});

describe('an aborted call rejects with the reason of the signal', () => {
  it('before anything is sent', async () => {
    const server = await serve((_, response) => json(response, 200, user));

    expect(await rejection(clientOf(server).users.get('user_123', { signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(server.requests).toHaveLength(0);
  });

  it('in the same turn as the call', async () => {
    const server = await serve((_, response) => json(response, 200, user));
    const controller = new AbortController();

    const call = clientOf(server).users.get('user_123', { signal: controller.signal });
    controller.abort(reason);

    expect(await rejection(call)).toBe(reason);
    expect(server.requests).toHaveLength(0);
  });

  it('while it waits for the answer, and the connection is given up', async () => {
    const controller = new AbortController();
    const server = await serve(() => controller.abort(reason));

    expect(await rejection(clientOf(server).users.get('user_123', { signal: controller.signal }))).toBe(reason);
    await vi.waitFor(() => expect(server.unanswered()).toBe(0));
  });

  it('while it reads the body', async () => {
    const controller = new AbortController();
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"id":', () => setTimeout(() => controller.abort(reason), 20));
    });

    expect(await rejection(clientOf(server).users.get('user_123', { signal: controller.signal }))).toBe(reason);
    await vi.waitFor(() => expect(server.unanswered()).toBe(0));
  });

  it('while it waits for a retry', async () => {
    const controller = new AbortController();
    const server = await serve((_, response) => fail(response, 503, { 'retry-after': '60' }));
    const client = clientOf(server);
    client.on('retry', () => controller.abort(reason));

    expect(await rejection(client.users.get('user_123', { signal: controller.signal }))).toBe(reason);
    expect(server.requests).toHaveLength(1);
  });

  it('while the token function is called', async () => {
    const controller = new AbortController();
    const server = await serve((_, response) => json(response, 200, user));
    const client = clientOf(server, {
      apiToken: () => {
        controller.abort(reason);
        return new Promise(() => undefined);
      },
    });

    expect(await rejection(client.users.get('user_123', { signal: controller.signal }))).toBe(reason);
    expect(server.requests).toHaveLength(0);
  });

  it('even where a custom fetch does not heed the signal', async () => {
    const controller = new AbortController();
    const client = clientOf(
      { url: 'https://api.example.com/v1' },
      { fetch: () => new Promise(() => setTimeout(() => controller.abort(reason), 10)) },
    );

    expect(await rejection(client.users.get('user_123', { signal: controller.signal }))).toBe(reason);
  });

  it('as an AbortError where there is no reason, as fetch does', async () => {
    const controller = new AbortController();
    const server = await serve(() => controller.abort());

    const error = await rejection(clientOf(server).users.get('user_123', { signal: controller.signal }));

    expect(error).toMatchObject({ name: 'AbortError' });
  });
});

describe('after a call the signal has no listener left', () => {
  const outcomes: Record<string, Handler> = {
    success: (_, response) => json(response, 200, user),
    'an error': (_, response) => fail(response, 404),
    'a broken connection': (_, response) => response.destroy(),
    'a timeout': () => undefined,
  };

  it.each(Object.entries(outcomes))('that ended in %s', async (_, handler) => {
    const { signal } = new AbortController();
    const client = clientOf(await serve(handler), { timeout: 50, maxRetries: 1 });

    await client.users.get('user_123', { signal }).catch(() => undefined);
    await client.users.get('user_123', { signal, totalTimeout: 1000 }).catch(() => undefined);
    await client.users
      .get('user_123', { signal })
      .asResponse()
      .catch(() => undefined);

    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});

describe('timeout', () => {
  it('is for one attempt: the next one has as long again', async () => {
    let attempts = 0;
    const server = await serve((_, response) => {
      if (++attempts > 1) json(response, 200, user);
    });

    expect(await clientOf(server, { timeout: 500 }).users.get('user_123')).toEqual(user);
  });

  it('may be Infinity', async () => {
    const server = await serve((_, response) => json(response, 200, user));

    expect(await clientOf(server).users.get('user_123', { timeout: Infinity, totalTimeout: Infinity })).toEqual(user);
  });
});

describe('totalTimeout', () => {
  it('ends the call while it waits for the answer', async () => {
    const server = await serve(() => undefined);

    const error = await rejection(clientOf(server).users.create(newUser, { totalTimeout: 500 }));

    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({
      message: 'POST /users took longer than 500 ms in all (totalTimeout).',
      method: 'POST',
      path: '/users',
    });
    expect(server.requests).toHaveLength(1);
  });

  it('yields to the signal that aborts first', async () => {
    const controller = new AbortController();
    const server = await serve(() => controller.abort(reason));

    const call = clientOf(server).users.get('user_123', { totalTimeout: 5000, signal: controller.signal });

    expect(await rejection(call)).toBe(reason);
  });

  it('does not delay a signal that is aborted already', async () => {
    const server = await serve(() => undefined);
    const signal = AbortSignal.abort(reason);

    expect(await rejection(clientOf(server).users.get('user_123', { totalTimeout: 5000, signal }))).toBe(reason);
    expect(server.requests).toHaveLength(0);
  });
});

describe('limits that are no limits are refused before anything is sent', () => {
  it.each([
    ['timeout', -1],
    ['timeout', 0],
    ['timeout', NaN],
    ['timeout', 2 ** 31],
    ['timeout', '100'],
    ['totalTimeout', -1],
    ['totalTimeout', NaN],
    ['maxRetries', -1],
    ['maxRetries', 1.5],
    ['maxRetries', NaN],
    ['maxRetries', Infinity],
  ])('%s: %s', async (name, value) => {
    const server = await serve((_, response) => json(response, 200, user));
    const options = { [name]: value };

    expect(() => clientOf(server, options)).toThrow(InvalidRequestError);
    expect(() => clientOf(server, options)).toThrow(name);
    const error = await rejection(clientOf(server).users.get('user_123', options));
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect((error as Error).message).toContain(name);
    expect(server.requests).toHaveLength(0);
  });
});
