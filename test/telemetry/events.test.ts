import { describe, expect, it, vi } from 'vitest';
import type { RequestEvent, ResponseEvent } from '@example/sdk';
import { clientOf, fail, json, rejection, serve, user } from '../support/http-server.ts';

const answer = () =>
  serve((_, response) =>
    json(response, 200, user, {
      'x-request-id': 'req_42',
      'x-ratelimit-limit': '100',
      'x-ratelimit-remaining': '99',
      'x-ratelimit-reset': '1640995200',
    }),
  );

describe('events', () => {
  it('tell of every attempt: the request, and the response', async () => {
    const client = clientOf(await answer());
    const events: (RequestEvent | ResponseEvent)[] = [];
    client.on('request', (event) => events.push(event)).on('response', (event) => events.push(event));

    await client.users.get('user_123');

    expect(events).toEqual([
      { method: 'GET', path: '/users/user_123', attempt: 1 },
      {
        method: 'GET',
        path: '/users/user_123',
        attempt: 1,
        status: 200,
        duration: expect.any(Number),
        requestId: 'req_42',
        rateLimit: { limit: 100, remaining: 99, reset: 1640995200 },
      },
    ]);
  });

  it('tell of attempts that failed as well', async () => {
    let status = 503;
    const server = await serve((_, response) => {
      if (status === 503) fail(response, status, { 'retry-after': '0' });
      else json(response, status, user);
      status = 200;
    });
    const client = clientOf(server);
    const statuses: unknown[] = [];
    client.on('response', ({ attempt, status }) => statuses.push([attempt, status]));

    await client.users.get('user_123');

    expect(statuses).toEqual([
      [1, 503],
      [2, 200],
    ]);
  });

  it('reach a listener once with once(), and no more after off()', async () => {
    const client = clientOf(await answer());
    const once = vi.fn();
    const removed = vi.fn();
    client.once('request', once).on('request', removed).off('request', removed).off('response', vi.fn());

    await client.users.get('user_123');
    await client.users.get('user_123');

    expect(once).toHaveBeenCalledTimes(1);
    expect(removed).not.toHaveBeenCalled();
  });

  it('reach a listener as often as it was added, until it is taken off', async () => {
    const client = clientOf(await answer());
    const listener = vi.fn();
    client.on('request', listener).on('request', listener);

    await client.users.get('user_123');
    expect(listener).toHaveBeenCalledTimes(2);

    client.off('request', listener);
    await client.users.get('user_123');
    expect(listener).toHaveBeenCalledTimes(2);
  });
});

describe('a listener that fails changes nothing', () => {
  it.each([
    ['throws', () => expect.fail('listener')],
    ['rejects', () => Promise.reject(new Error('listener'))],
    ['returns a call that fails', () => clientOf({ url: 'https://a.example.com' }).users.get('')],
  ])('when it %s: the call goes on, the other listeners are called, and it is logged', async (_, broken) => {
    const error = vi.fn();
    const client = clientOf(await answer(), {
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

describe('the log', () => {
  const levels = ['error', 'warn', 'info', 'debug'] as const;
  const logger = () => ({ error: vi.fn(), warn: vi.fn(), info: vi.fn(), debug: vi.fn() });

  it('has each attempt at debug, and each retry at info', async () => {
    let status = 503;
    const server = await serve((_, response) => {
      if (status === 503) fail(response, status, { 'retry-after': '0' });
      else response.destroy();
      status = 0;
    });
    const log = logger();

    await rejection(clientOf(server, { logger: log, logLevel: 'debug', maxRetries: 1 }).users.get('user_123'));

    expect(log.debug.mock.calls.map(([line]) => String(line).replace(/\d+ ms/, 'n ms'))).toEqual([
      '[@example/sdk] GET /users/user_123: answered 503 after n ms.',
      '[@example/sdk] GET /users/user_123: no answer after n ms.',
    ]);
    expect(log.info.mock.calls).toEqual([['[@example/sdk] InternalServerError: Answered 503. Retrying in 0 ms.']]);
  });

  it.each([...levels, 'off'] as const)('has nothing beyond its level: %s', async (logLevel) => {
    const server = await serve((_, response) => json(response, 200, { ...user, name: null }));
    const log = logger();

    await clientOf(server, { logger: log, logLevel }).users.get('user_123');

    const allowed = levels.slice(0, levels.indexOf(logLevel as 'warn') + 1);
    for (const level of levels) if (!allowed.includes(level)) expect(log[level]).not.toHaveBeenCalled();
    expect(log.warn.mock.calls.length).toBe(allowed.includes('warn') ? 1 : 0);
    expect(log.debug.mock.calls.length).toBe(allowed.includes('debug') ? 1 : 0);
  });

  it('goes to the console by default, warnings and worse', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    const server = await serve((_, response) => json(response, 200, { ...user, name: null }));

    await clientOf(server, { logLevel: undefined }).users.get('user_123');

    expect(warn).toHaveBeenCalledExactlyOnceWith(
      '[@example/sdk] A response differs from the documentation at GET /users/{id}, body.name: expected string, received null.',
    );
    warn.mockRestore();
  });

  it('may fail without harm', async () => {
    const broken = () => expect.fail('logger');
    const log = { error: broken, warn: broken, info: broken, debug: broken };

    expect(await clientOf(await answer(), { logger: log, logLevel: 'debug' }).users.get('user_123')).toEqual(user);
  });

  it('may fail later without harm', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const broken = () => Promise.reject(new Error('the disk is full'));
    const log = { error: broken, warn: broken, info: broken, debug: vi.fn(broken) };

    await clientOf(await answer(), { logger: log, logLevel: 'debug' }).users.get('user_123');
    await new Promise((resolve) => setImmediate(resolve));

    process.off('unhandledRejection', unhandled);
    expect(log.debug).toHaveBeenCalledOnce();
    expect(unhandled).not.toHaveBeenCalled();
  });
});
