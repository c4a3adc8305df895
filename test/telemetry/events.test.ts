import { describe, expect, it, vi } from 'vitest';
import { InvalidRequestError, type RequestEvent, type ResponseEvent } from '@example/sdk';
import { clientOf, user } from '../support/http-server.ts';
import { errorResponse, inProcessApi } from '../support/in-process-api.ts';
import { settled, sleep, useVirtualTime } from '../support/virtual-time.ts';

const headers = {
  'x-request-id': 'req_42',
  'x-ratelimit-limit': '100',
  'x-ratelimit-remaining': '99',
  'x-ratelimit-reset': '1640995200',
};
const healthyApi = () => inProcessApi(() => Response.json(user, { headers }));

describe('events', () => {
  it('are emitted for each attempt: the request and the response', async () => {
    useVirtualTime();
    const api = inProcessApi(async () => {
      await sleep(120);
      return Response.json(user, { headers });
    });
    const client = clientOf(api);
    const events: (RequestEvent | ResponseEvent)[] = [];
    client.on('request', (event) => events.push(event)).on('response', (event) => events.push(event));

    await settled(client.users.get('user_123'));

    expect(events).toEqual([
      { method: 'GET', path: '/users/user_123', route: '/users/{id}', attempt: 1 },
      {
        method: 'GET',
        path: '/users/user_123',
        route: '/users/{id}',
        attempt: 1,
        status: 200,
        duration: 120,
        requestId: 'req_42',
        rateLimit: { limit: 100, remaining: 99, reset: 1640995200 },
      },
    ]);
  });

  it('are emitted for attempts that failed, too', async () => {
    let status = 503;
    const api = inProcessApi(() => {
      const response = status === 503 ? errorResponse(503, { 'retry-after': '0' }) : Response.json(user);
      status = 200;
      return response;
    });
    const client = clientOf(api);
    const statuses: unknown[] = [];
    client.on('response', ({ attempt, status }) => statuses.push([attempt, status]));

    await client.users.get('user_123');

    expect(statuses).toEqual([
      [1, 503],
      [2, 200],
    ]);
  });

  it('reach a listener once after once(), and never after off()', async () => {
    const client = clientOf(healthyApi());
    const once = vi.fn();
    const removed = vi.fn();
    client.once('request', once).on('request', removed).off('request', removed).off('response', vi.fn());

    await client.users.get('user_123');
    await client.users.get('user_123');

    expect(once).toHaveBeenCalledTimes(1);
    expect(removed).not.toHaveBeenCalled();
  });

  it('reach a listener as often as it was added, until it is removed', async () => {
    const client = clientOf(healthyApi());
    const listener = vi.fn();
    client.on('request', listener).on('request', listener);

    await client.users.get('user_123');
    expect(listener).toHaveBeenCalledTimes(2);

    client.off('request', listener);
    await client.users.get('user_123');
    expect(listener).toHaveBeenCalledTimes(2);
  });
});

describe('an event that does not exist', () => {
  it.each([
    ['retries', 'retry'],
    ['ratelimitwait', 'rateLimitWait'],
  ])('is refused, and the nearest name suggested: %s', (wrong, right) => {
    const client = clientOf(healthyApi());
    const name = wrong as 'retry';
    const listener = vi.fn();

    for (const method of ['on', 'once', 'off'] as const) {
      expect(() => client[method](name, listener)).toThrow(InvalidRequestError);
    }
    expect(() => client.on(name, listener)).toThrow(`Did you mean '${right}'?`);
  });

  it.each([undefined, null, 7, Symbol('retry'), '__proto__'])('%s', (name) => {
    expect(() => clientOf(healthyApi()).on(name as 'retry', vi.fn())).toThrow(InvalidRequestError);
  });
});

describe('a listener that fails changes nothing', () => {
  const fail = () => expect.fail('it was looked at');
  const unprintable = new Proxy(new Error('listener'), { get: fail, getPrototypeOf: fail });

  it.each([
    ['throws', () => expect.fail('listener')],
    ['rejects', () => Promise.reject(new Error('listener'))],
    ['throws nothing that can be printed', () => Promise.reject(unprintable)],
    [
      'rejects with nothing that can be printed',
      () => {
        throw unprintable;
      },
    ],
    [
      'throws an error whose message is none',
      () => {
        throw Object.assign(new Error(), { message: Object.create(null) as string });
      },
    ],
    ['has a then that throws', () => ({ then: () => expect.fail('then') })],
    ['returns a call that fails', () => clientOf({ url: 'https://a.example.com' }).users.get('')],
  ])('when it %s: the call continues, the other listeners are called, and it is logged', async (_, broken) => {
    const error = vi.fn();
    const client = clientOf(healthyApi(), {
      logLevel: 'error',
      logger: { error, warn: vi.fn(), info: vi.fn(), debug: vi.fn() },
    });
    const listener = vi.fn();
    client.on('request', broken).on('request', listener);

    expect(await client.users.get('user_123')).toEqual(user);
    expect(listener).toHaveBeenCalledOnce();
    expect(error).toHaveBeenCalledOnce();
    expect(error.mock.calls[0]![0]).toMatch(/An event listener failed \(.+\)\. The call continues\./);
  });
});
