import { types } from 'node:util';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { NotFoundError } from '@example/sdk';
import { clientOf, rejection, serve, user } from '../support/http-server.ts';
import { budget } from '../support/in-process-api.ts';
import { replying } from '../support/replies.ts';
import { passTime, settled, sleep, useVirtualTime } from '../support/virtual-time.ts';

beforeEach(useVirtualTime);

describe('the result of a call', () => {
  it('is a promise of this realm, as `instanceof` and the runtime see it, and derived ones are plain', async () => {
    const call = clientOf(replying(200)).users.get('user_123');
    const derived = [call.then(({ id }) => id), call.catch(() => ''), call.finally(() => undefined)];

    expect(call).toBeInstanceOf(Promise);
    expect(types.isPromise(call)).toBe(true);
    expect(Object.prototype.toString.call(call)).toBe('[object APIPromise]');
    for (const promise of derived) expect(promise.constructor).toBe(Promise);
    expect(await Promise.all(derived)).toEqual(['user_123', user, user]);
  });

  it('may be used as often as you want: the call is sent once', async () => {
    const api = replying(200);
    const call = clientOf(api).users.get('user_123');
    expect(await Promise.all([call, call.withResponse(), call.finally()])).toMatchObject([user, { data: user }, user]);
    expect(await call).toEqual(user);
    expect(api.requests).toHaveLength(1);
  });

  it('behaves as a promise when the call fails', async () => {
    const call = clientOf(replying(404)).users.get('user_123');
    const onFinally = vi.fn();
    for (const each of [call, call.finally(onFinally), call.withResponse(), call.asResponse()])
      expect(await rejection(each)).toBeInstanceOf(NotFoundError);
    expect(onFinally).toHaveBeenCalledExactlyOnceWith();
  });
});

it('withResponse() returns the value, the response, and the request id and rate limit if they were reported', async () => {
  const headers = { ...budget(100, 99, 1640995200), 'x-request-id': 'req_1' };
  const { users } = clientOf(replying(() => Response.json(user, { headers }), 200));

  const { data, response, ...reported } = await users.get('user_123').withResponse();
  expect([data, response.status, response.headers.get('content-type')]).toEqual([user, 200, 'application/json']);
  expect(reported).toEqual({ requestId: 'req_1', rateLimit: { limit: 100, remaining: 99, reset: 1640995200 } });
  const none = { requestId: undefined, rateLimit: undefined };
  expect(await users.get('user_123').withResponse()).toMatchObject(none);
});

describe('asResponse()', () => {
  it('resolves as soon as the headers have arrived, and no timeout ends the body after that', async () => {
    let finish = () => undefined as unknown;
    const server = await serve((_, response) => {
      response.writeHead(200).write('first ');
      finish = () => response.end('last');
    });
    const response = await clientOf(server, { timeout: 500 }).users.get('user_123', { totalTimeout: 500 }).asResponse();
    await passTime(60_000);
    finish();
    expect(await response.text()).toBe('first last');
  });

  it('has a body that the signal aborts', async () => {
    const controller = new AbortController();
    const server = await serve((_, response) => void response.writeHead(200).write('first '));
    const response = await clientOf(server).users.get('user_123', { signal: controller.signal }).asResponse();
    const text = response.text();
    controller.abort(new Error('changed my mind'));
    expect(await rejection(text)).toEqual(new Error('changed my mind'));
  });

  it('cannot be followed by the value: withResponse() returns both', async () => {
    const call = clientOf(replying(200)).users.get('user_123');
    const response = await call.asResponse();
    const message = 'asResponse() has the body. To get the value and the response, call withResponse().';
    for (const value of [call, call.withResponse()])
      expect(await rejection(value)).toMatchObject({ name: 'InvalidRequestError', message });
    expect(await response.json()).toEqual(user);
  });

  it.each([0, 50])(
    'is retried, and belongs to whoever asks first: the value is asked for after %s ms',
    async (when) => {
      const call = clientOf(replying(500, 200)).users.get('user_123');
      const response = call.asResponse();
      await passTime(when);
      const error = rejection(call);
      expect(await settled(response.then((it) => it.json()))).toEqual(user);
      expect(await error).toMatchObject({ name: 'InvalidRequestError' });
    },
  );

  it.each([50, 150])('comes too late once the call was sent to get its value: after %s ms', async (when) => {
    const call = clientOf(replying(() => sleep(100).then(() => Response.json(user)))).users.get('user_123');
    await passTime(when);
    const message = 'The body has been read: call asResponse() before you await the call, or withResponse().';
    const expected = { name: 'InvalidRequestError', message };
    expect(await settled(rejection(call.asResponse()))).toMatchObject(expected);
    expect(await call).toEqual(user);
  });
});
