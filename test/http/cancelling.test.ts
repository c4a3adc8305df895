import { getEventListeners } from 'node:events';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { TimeoutError, type RequestOptions } from '@example/sdk';
import { afterHeaders, clientOf, fail, json, rejection, serve, user, type Handler } from '../support/http-server.ts';
import { errorResponse, inProcessApi, noAnswer } from '../support/in-process-api.ts';
import { fixJitter, passTime, settled, sleep, useVirtualTime } from '../support/virtual-time.ts';

const reason = new Error('changed my mind');

beforeEach(useVirtualTime);

describe('an aborted call rejects with the reason of the signal', () => {
  it('before anything is sent', async () => {
    const api = inProcessApi(() => Response.json(user));

    expect(await rejection(clientOf(api).users.get('user_123', { signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(api.requests).toHaveLength(0);
  });

  it('in the same turn as the call', async () => {
    const api = inProcessApi(() => Response.json(user));
    const controller = new AbortController();

    const call = clientOf(api).users.get('user_123', { signal: controller.signal });
    controller.abort(reason);

    expect(await rejection(call)).toBe(reason);
    expect(api.requests).toHaveLength(0);
  });

  it('while it waits for the response, and closes the connection', async () => {
    const controller = new AbortController();
    const server = await serve(() => controller.abort(reason));

    expect(await rejection(clientOf(server).users.get('user_123', { signal: controller.signal }))).toBe(reason);
    await vi.waitFor(() => expect(server.unanswered()).toBe(0));
  });

  it('while it reads the body, and closes the connection', async () => {
    const controller = new AbortController();
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"id":');
    });
    const client = clientOf(server, { fetch: afterHeaders(() => controller.abort(reason)) });

    expect(await rejection(client.users.get('user_123', { signal: controller.signal }))).toBe(reason);
    await vi.waitFor(() => expect(server.unanswered()).toBe(0));
  });

  it('while it waits for a retry', async () => {
    const controller = new AbortController();
    const server = await serve((_, response) => fail(response, 503, { 'retry-after': '60' }));
    const client = clientOf(server);
    client.on('retry', () => controller.abort(reason));

    expect(await rejection(client.users.get('user_123', { signal: controller.signal }))).toBe(reason);
    expect(server.requests).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('while the token function is called', async () => {
    const controller = new AbortController();
    const api = inProcessApi(() => Response.json(user));
    const apiToken = () => {
      controller.abort(reason);
      return new Promise<string>(() => undefined);
    };

    const call = clientOf(api, { apiToken }).users.get('user_123', { signal: controller.signal });

    expect(await rejection(call)).toBe(reason);
    expect(api.requests).toHaveLength(0);
  });

  it('as an AbortError if there is no reason, as fetch does', async () => {
    const controller = new AbortController();
    const server = await serve(() => controller.abort());

    const error = await rejection(clientOf(server).users.get('user_123', { signal: controller.signal }));

    expect(error).toMatchObject({ name: 'AbortError' });
  });
});

describe('a custom fetch that ignores its signal', () => {
  it('does not delay the rejection', async () => {
    const controller = new AbortController();
    const api = inProcessApi(() => {
      controller.abort(reason);
      return new Promise(() => undefined);
    });

    expect(await rejection(clientOf(api).users.get('user_123', { signal: controller.signal }))).toBe(reason);
  });

  it('has the body of its late response cancelled, because nobody will read it', async () => {
    const { promise, resolve: answer } = Promise.withResolvers<Response>();
    const controller = new AbortController();
    const api = inProcessApi(() => {
      controller.abort(reason);
      return promise;
    });
    expect(await rejection(clientOf(api).users.get('user_123', { signal: controller.signal }))).toBe(reason);

    const cancelled = await new Promise<boolean>((resolve) => {
      answer(new Response(new ReadableStream({ cancel: () => resolve(true) })));
    });

    expect(cancelled).toBe(true);
  });

  it('does not delay the rejection between the headers and the body either', async () => {
    const controller = new AbortController();
    const abort = () => {
      controller.abort(reason);
      return null;
    };
    const response = {
      ok: true,
      status: 200,
      headers: { get: abort, forEach: () => undefined },
      text: () => new Promise<string>(() => undefined),
    };
    const api = inProcessApi(() => response);

    expect(await rejection(clientOf(api).users.get('user_123', { signal: controller.signal }))).toBe(reason);
  });
});

describe('after a call, its signal has no listener left', () => {
  const timeout = 1000;
  const outcomes: Record<string, Handler> = {
    success: (_, response) => json(response, 200, user),
    'an error': (_, response) => fail(response, 404),
    'a broken connection': (_, response) => response.destroy(),
    'a timeout': () => vi.advanceTimersByTime(timeout),
  };

  it.each(Object.entries(outcomes))('that ended in %s', async (_, handler) => {
    const { signal } = new AbortController();
    const client = clientOf(await serve(handler), { timeout, maxRetries: 0 });

    await Promise.allSettled([client.users.get('user_123', { signal })]);
    await Promise.allSettled([client.users.get('user_123', { signal, totalTimeout: 5000 })]);
    await Promise.allSettled([client.users.get('user_123', { signal }).asResponse()]);

    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('even if it was aborted while the call waited for something that never comes', async () => {
    const never = () => new Promise<never>(() => undefined);
    const busy = inProcessApi(() => errorResponse(503, { 'retry-after': '60' }));
    const waits: Record<string, (options: RequestOptions) => Promise<unknown>> = {
      'a token': (options) => clientOf(busy, { apiToken: never }).users.get('user_123', options),
      'a retry': (options) => clientOf(busy).users.get('user_123', options),
      'a response': (options) => clientOf(inProcessApi(noAnswer)).users.get('user_123', options),
    };
    for (const [name, call] of Object.entries(waits)) {
      for (const totalTimeout of [Infinity, 90_000]) {
        const controller = new AbortController();
        const rejected = rejection(call({ signal: controller.signal, totalTimeout }));
        await passTime(1000);
        controller.abort(reason);

        expect(await rejected, name).toBe(reason);
        expect(getEventListeners(controller.signal, 'abort'), name).toHaveLength(0);
      }
    }
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('timeout', () => {
  it('applies to each attempt: the next one has as long again', async () => {
    fixJitter(1);
    const api = inProcessApi(async () => {
      if (api.requests.length === 1) return new Promise(() => undefined);
      await sleep(399);
      return Response.json(user);
    });

    expect(await settled(clientOf(api, { timeout: 400 }).users.get('user_123'))).toEqual(user);
    expect(api.requests.map(({ at }) => at)).toEqual([0, 400 + 50]);
    expect(performance.now()).toBe(400 + 50 + 399);
  });

  it('is 30 s by default', async () => {
    const api = inProcessApi(noAnswer);

    const error = await settled(rejection(clientOf(api, { maxRetries: 0 }).users.get('user_123')));

    expect(error).toBeInstanceOf(TimeoutError);
    expect(performance.now()).toBe(30_000);
  });

  it('may be Infinity: the call waits for as long as it takes', async () => {
    const api = inProcessApi(async () => {
      await sleep(86_400_000);
      return Response.json(user);
    });

    expect(await settled(clientOf(api).users.get('user_123', { timeout: Infinity, totalTimeout: Infinity }))).toEqual(
      user,
    );
  });
});
