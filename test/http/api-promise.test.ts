import { types } from 'node:util';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { InvalidRequestError, NotFoundError } from '@example/sdk';
import { clientOf, newUser, rejection, serve, user } from '../support/http-server.ts';
import { budget, errorResponse, inProcessApi } from '../support/in-process-api.ts';
import { passTime, settled, sleep, useVirtualTime } from '../support/virtual-time.ts';

const headers = { ...budget(100, 99, 1640995200), 'x-request-id': 'req_1' };
const healthyApi = () => inProcessApi(() => Response.json(user, { headers }));

beforeEach(useVirtualTime);

describe('the result of a call', () => {
  it('is a promise of this realm, as `instanceof` and the runtime see it, and derived ones are plain', async () => {
    const call = clientOf(healthyApi()).users.get('user_123');
    const derived = [call.then(({ id }) => id), call.catch(() => ''), call.finally(() => undefined)];

    expect(call).toBeInstanceOf(Promise);
    expect(types.isPromise(call)).toBe(true);
    expect(Object.prototype.toString.call(call)).toBe('[object APIPromise]');
    for (const promise of derived) expect(promise.constructor).toBe(Promise);
    expect(await Promise.all(derived)).toEqual(['user_123', user, user]);
  });

  it('may be used as often as you want: the call is sent once', async () => {
    const api = healthyApi();
    const call = clientOf(api).users.get('user_123');

    expect(await Promise.race([call])).toEqual(user);
    expect(await Promise.all([call, call.withResponse(), call.finally()])).toMatchObject([user, { data: user }, user]);
    expect(await call).toEqual(user);
    expect(api.requests).toHaveLength(1);
  });

  it('need not be awaited: the call is sent', async () => {
    const sent = Promise.withResolvers<string>();
    const api = inProcessApi(({ url }) => {
      sent.resolve(url);
      return Response.json(user);
    });

    void clientOf(api).users.create(newUser);

    expect(await sent.promise).toBe(`${api.url}/users`);
  });

  it('behaves as a promise when the call fails', async () => {
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
  it('returns the value, the response, and the request id and rate limit as reported', async () => {
    const { data, response, requestId, rateLimit } = await clientOf(healthyApi()).users.get('user_123').withResponse();

    expect(data).toEqual(user);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(requestId).toBe('req_1');
    expect(rateLimit).toEqual({ limit: 100, remaining: 99, reset: 1640995200 });
  });

  it('returns neither if none was reported', async () => {
    const call = clientOf(inProcessApi(() => Response.json(user))).request('GET', '/users/user_123');

    expect(await call.withResponse()).toMatchObject({ requestId: undefined, rateLimit: undefined });
  });
});

describe('asResponse()', () => {
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
    const statuses = [500, 200];
    const api = inProcessApi(() => Response.json(user, { status: statuses.shift() ?? 418 }));

    expect((await settled(clientOf(api).users.get('user_123').asResponse())).status).toBe(200);
    expect(api.requests).toHaveLength(2);
  });

  it('cannot be followed by the value: withResponse() returns both', async () => {
    const call = clientOf(healthyApi()).users.get('user_123');
    const response = await call.asResponse();

    expect(await rejection(call)).toBeInstanceOf(InvalidRequestError);
    expect(await rejection(call.withResponse())).toMatchObject({ message: expect.stringContaining('withResponse()') });
    expect(await response.json()).toEqual(user);
  });

  it.each(['at once', 'before a retry'])('belongs to whoever asks first: the value is asked for %s', async (when) => {
    const statuses = [500, 200];
    const api = inProcessApi(() => Response.json(user, { status: statuses.shift() ?? 418 }));
    const call = clientOf(api).users.get('user_123');
    const response = call.asResponse();
    if (when === 'before a retry') await passTime(50);
    const error = rejection(call);

    expect(await settled(response.then((it) => it.json()))).toEqual(user);
    expect(await error).toBeInstanceOf(InvalidRequestError);
  });

  it.each(['was sent', 'has ended'])('comes too late once the call %s to get its value', async (when) => {
    const api = inProcessApi(() => sleep(100).then(() => Response.json(user)));
    const call = clientOf(api).users.get('user_123');
    await passTime(when === 'was sent' ? 50 : 150);

    expect(await settled(rejection(call.asResponse()))).toMatchObject({
      ...{ name: 'InvalidRequestError', message: expect.stringContaining('has been read: call asResponse() before') },
    });
    expect(await call).toEqual(user);
  });
});
