import { beforeEach, describe, expect, it, vi } from 'vitest';
import { clientOf, rejection, startServer, user } from '../support/http-server.ts';
import { budget, replying } from '../support/in-process-api.ts';
import { passTime, settled, sleep, useVirtualTime } from '../support/virtual-time.ts';

beforeEach(useVirtualTime);

describe('the result of a call', () => {
  it('is a promise that you can use repeatedly: the call is sent once, and derived promises are plain', async () => {
    const api = replying(200);
    const call = clientOf(api).users.get('user_123');
    const derived = [call.then(({ id }) => id), call.catch(() => ''), call.finally(() => undefined)];

    expect(call).toBeInstanceOf(Promise);
    expect(Object.prototype.toString.call(call)).toBe('[object APIPromise]');
    for (const promise of derived) expect(promise.constructor).toBe(Promise);
    expect(await Promise.all(derived)).toEqual(['user_123', user, user]);
    expect(await call.withResponse()).toMatchObject({ data: user });
    expect(api.requests).toHaveLength(1);
  });
});

it('withResponse() returns the value, the response, and the request id and rate limit if reported', async () => {
  const headers = { ...budget(100, 99, 1640995200), 'x-request-id': 'req_1' };
  const { users } = clientOf(replying(() => Response.json(user, { headers }), 200));

  const { data, response, ...reported } = await users.get('user_123').withResponse();
  expect([data, response.status, response.headers.get('content-type')]).toEqual([user, 200, 'application/json']);
  expect(reported).toEqual({ requestId: 'req_1', rateLimit: { limit: 100, remaining: 99, reset: 1640995200 } });
  expect(await users.get('user_123').withResponse()).toMatchObject({ requestId: undefined, rateLimit: undefined });
});

describe('asResponse()', () => {
  it('works where AbortSignal.any does not exist', async () => {
    vi.spyOn(AbortSignal, 'any').mockReturnValue(undefined as never);
    const { users } = clientOf(replying(200));
    const signal = new AbortController().signal;
    expect((await users.get('user_123', { signal }).asResponse()).status).toBe(200);
  });

  it('resolves as soon as the headers arrive: after that, only the signal ends the body, not a timeout', async () => {
    let finish = () => undefined as unknown;
    const server = await startServer((_, response) => {
      response.writeHead(200).write('first ');
      finish = () => response.end('last');
    });
    const controller = new AbortController();
    const options = { totalTimeout: 500, signal: controller.signal };
    const { users } = clientOf(server, { timeout: 500 });
    const response = await users.get('user_123', options).asResponse();
    await passTime(60_000);
    finish();
    expect(await response.text()).toBe('first last');

    const text = (await users.get('user_123', options).asResponse()).text();
    controller.abort(new Error('changed my mind'));
    expect(await rejection(text)).toEqual(new Error('changed my mind'));
  });

  it.each([0, 50])("is retried, and takes the body, so the value can't be read after %s ms", async (when) => {
    const call = clientOf(replying(500, 200)).users.get('user_123');
    const response = call.asResponse();
    await passTime(when);
    const errors = Promise.all([call, call.withResponse()].map(rejection));
    expect(await settled(response.then((it) => it.json()))).toEqual(user);
    const message = 'asResponse() has the body. To get the value and the response, call withResponse().';
    for (const error of await errors) expect(error).toMatchObject({ name: 'InvalidRequestError', message });
  });

  it.each([50, 150])('is too late once the call was sent for its value: after %s ms', async (when) => {
    const call = clientOf(replying(() => sleep(100).then(() => Response.json(user)))).users.get('user_123');
    await passTime(when);
    const message = 'The body has been read: call asResponse() before you await the call, or withResponse().';
    expect(await settled(rejection(call.asResponse()))).toMatchObject({ name: 'InvalidRequestError', message });
    expect(await call).toEqual(user);
  });
});
