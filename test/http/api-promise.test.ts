import { types } from 'node:util';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { InvalidRequestError, NotFoundError, ResponseValidationError } from '@example/sdk';
import { clientOf, newUser, rejection, serve, user } from '../support/http-server.ts';
import { errorResponse, inProcessApi } from '../support/in-process-api.ts';
import { fixJitter, passTime, useVirtualTime } from '../support/virtual-time.ts';

const headers = { 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '99', 'x-ratelimit-reset': '1640995200' };
const healthyApi = () => inProcessApi(() => Response.json(user, { headers }));

beforeEach(useVirtualTime);

describe('a call', () => {
  it('is awaited for its value', async () => {
    expect(await clientOf(healthyApi()).users.get('user_123')).toEqual(user);
  });

  it('is sent once, however often its result is used', async () => {
    const api = healthyApi();
    const call = clientOf(api).users.get('user_123');

    expect(
      await Promise.all([call, call.then((value) => value.id), call.withResponse(), call.finally()]),
    ).toMatchObject([user, 'user_123', { data: user }, user]);
    expect(await call).toEqual(user);
    expect(api.requests).toHaveLength(1);
  });

  it('is sent even if nobody awaits it', async () => {
    const sent = Promise.withResolvers<string>();
    const api = inProcessApi(({ url }) => {
      sent.resolve(url);
      return Response.json(user);
    });

    const call = clientOf(api).users.create(newUser);

    expect(await sent.promise).toBe(`${api.url}/users`);
    expect(Object.prototype.toString.call(call)).toBe('[object APIPromise]');
  });

  it('behaves as a promise when it fails', async () => {
    const call = clientOf(inProcessApi(() => errorResponse(404))).users.get('user_123');
    const onFinally = vi.fn();

    expect(await call.catch((error: unknown) => error)).toBeInstanceOf(NotFoundError);
    expect(await rejection(call.finally(onFinally))).toBeInstanceOf(NotFoundError);
    expect(onFinally).toHaveBeenCalledExactlyOnceWith();
    expect(await rejection(call.withResponse())).toBeInstanceOf(NotFoundError);
    expect(await rejection(call.asResponse())).toBeInstanceOf(NotFoundError);
  });
});

describe('withResponse()', () => {
  it('returns the value, the response, and the rate limit as reported', async () => {
    const { data, response, rateLimit } = await clientOf(healthyApi()).users.get('user_123').withResponse();

    expect(data).toEqual(user);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(rateLimit).toEqual({ limit: 100, remaining: 99, reset: 1640995200 });
  });

  it('returns no rate limit if none was reported', async () => {
    const api = inProcessApi(() => Response.json(user));

    expect((await clientOf(api).users.get('user_123').withResponse()).rateLimit).toBeUndefined();
  });

  it.each(['req_1', undefined])('returns the id of the request, if the API sent one: %s', async (id) => {
    const api = inProcessApi(() => Response.json(user, { headers: id === undefined ? {} : { 'x-request-id': id } }));

    expect((await clientOf(api).users.get('user_123').withResponse()).requestId).toBe(id);
    expect((await clientOf(api).request('GET', '/users/user_123').withResponse()).requestId).toBe(id);
  });
});

describe('asResponse()', () => {
  it('leaves the body to the caller, whatever it is', async () => {
    const api = inProcessApi(() => new Response('plain text'));

    const response = await clientOf(api).users.get('user_123').asResponse();

    expect(response.bodyUsed).toBe(false);
    expect(await response.text()).toBe('plain text');
  });

  it('resolves as soon as the headers have arrived, and no timeout ends the body after that', async () => {
    let finish = () => undefined as unknown;
    const server = await serve((_, response) => {
      response.writeHead(200);
      response.write('first ');
      finish = () => response.end('last');
    });

    const response = await clientOf(server, { timeout: 500 }).users.get('user_123', { totalTimeout: 500 }).asResponse();
    await passTime(60_000);
    finish();

    expect(await response.text()).toBe('first last');
  });

  it.each([undefined, 60_000])(
    'returns a body that the signal still aborts, with totalTimeout %s',
    async (totalTimeout) => {
      const controller = new AbortController();
      const server = await serve((_, response) => {
        response.writeHead(200);
        response.write('first ');
      });

      const { signal } = controller;
      const response = await clientOf(server).users.get('user_123', { signal, totalTimeout }).asResponse();
      const text = response.text();
      controller.abort(new Error('changed my mind'));

      expect(await rejection(text)).toEqual(new Error('changed my mind'));
    },
  );

  it('is retried as the value is', async () => {
    fixJitter(0);
    let status = 500;
    const api = inProcessApi(() => {
      const response = Response.json(user, { status });
      status = 200;
      return response;
    });

    expect((await clientOf(api).users.get('user_123').asResponse()).status).toBe(200);
    expect(api.requests).toHaveLength(2);
  });

  it('can be used beside the value: the body has been read then', async () => {
    const api = healthyApi();
    const call = clientOf(api).users.get('user_123');

    const [response, value] = await Promise.all([call.asResponse(), call]);

    expect(value).toEqual(user);
    expect(response.bodyUsed).toBe(true);
    expect(response.headers.get('x-ratelimit-limit')).toBe('100');
    expect(api.requests).toHaveLength(1);
  });

  it('cannot be used beside a value that cannot be used', async () => {
    const api = inProcessApi(() => new Response(null, { status: 204 }));
    const call = clientOf(api).users.get('user_123');

    expect(await rejection(call)).toBeInstanceOf(ResponseValidationError);
    expect(await rejection(call.asResponse())).toBe(await rejection(call));
  });

  it('cannot be followed by the value: withResponse() returns both', async () => {
    const call = clientOf(healthyApi()).users.get('user_123');
    const response = await call.asResponse();

    expect(await rejection(call)).toBeInstanceOf(InvalidRequestError);
    expect(await rejection(call.withResponse())).toMatchObject({ message: expect.stringContaining('withResponse()') });
    expect(await response.json()).toEqual(user);
  });
});

describe('the result of a call is a Promise', () => {
  it('of this realm, as `instanceof` and the runtime see it', async () => {
    const call = clientOf(healthyApi()).users.get('user_123');

    expect(call).toBeInstanceOf(Promise);
    expect(types.isPromise(call)).toBe(true);
    expect(Object.prototype.toString.call(call)).toBe('[object APIPromise]');
    expect(await Promise.race([call])).toEqual(user);
  });

  it('whose derived promises are plain', async () => {
    const call = clientOf(healthyApi()).users.get('user_123');
    const derived = [call.then(({ id }) => id), call.catch(() => ''), call.finally(() => undefined)];

    for (const promise of derived) expect(promise.constructor).toBe(Promise);
    expect(await Promise.all(derived)).toEqual(['user_123', user, user]);
  });
});
