import { Writable } from 'node:stream';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createLogger, format, transports } from 'winston';
import type { Client, Logger } from '@example/sdk';
import { apiToken, clientOf, newUser, rejection, user } from '../support/http-server.ts';
import { budget, errorResponse, inProcessApi } from '../support/in-process-api.ts';
import { fixJitter, settled, sleep, useVirtualTime } from '../support/virtual-time.ts';

const healthyApi = () => inProcessApi(() => Response.json(user));

const logger = () => ({ error: vi.fn(), warn: vi.fn(), info: vi.fn(), debug: vi.fn() });

describe('the log', () => {
  const levels = ['error', 'warn', 'info', 'debug'] as const;

  it('shows each attempt at level debug, and each retry at level info', async () => {
    useVirtualTime();
    fixJitter(0.5);
    const api = inProcessApi(async () => {
      await sleep(80);
      if (api.requests.length > 1) throw new TypeError('terminated');
      return errorResponse(503);
    });
    const log = logger();

    await settled(rejection(clientOf(api, { logger: log, logLevel: 'debug', maxRetries: 1 }).users.get('user_123')));

    expect(log.debug.mock.calls.map(([line]) => line as string)).toEqual([
      '[@example/sdk] GET /users/user_123 is sent.',
      '[@example/sdk] GET /users/user_123: answered 503 after 80 ms.',
      '[@example/sdk] GET /users/user_123 is sent.',
      '[@example/sdk] GET /users/user_123: no answer after 80 ms.',
    ]);
    expect(log.info.mock.calls.map(([line]) => line as string)).toEqual([
      '[@example/sdk] InternalServerError: Answered 503. (503 GET /users/{id}) Retrying in 420 ms.',
    ]);
  });

  it.each([...levels, 'off'] as const)('shows nothing beyond its level: %s', async (logLevel) => {
    const api = inProcessApi(() => Response.json({ ...user, name: null }));
    const log = logger();

    await clientOf(api, { logger: log, logLevel }).users.get('user_123');

    const allowed = levels.slice(0, levels.indexOf(logLevel as 'warn') + 1);
    for (const level of levels) if (!allowed.includes(level)) expect(log[level]).not.toHaveBeenCalled();
    expect(log.warn.mock.calls.length).toBe(allowed.includes('warn') ? 1 : 0);
    expect(log.debug.mock.calls.length).toBe(allowed.includes('debug') ? 2 : 0);
  });

  it('of a client that logs no warnings keeps no other client from it', async () => {
    useVirtualTime();
    const reset = Date.now() / 1000 + 60;
    const api = inProcessApi(() => Response.json({ ...user, name: 5 }, { headers: budget(1, 0, reset) }));
    const log = logger();
    const client = clientOf(api, { logger: log, logLevel: 'warn', responseValidation: 'warn' });
    const quiet = client.withOptions({ logLevel: 'error' });
    await settled(quiet.users.get('user_123'));
    const calls = [quiet.users.get('user_123').then(), client.users.get('user_123').then()];
    await settled(Promise.all(calls));

    const lines = log.warn.mock.calls.map(([line]) => String(line));
    expect(lines).toContainEqual(expect.stringContaining('waits about'));
    expect(lines).toContainEqual(expect.stringContaining('differs from the documentation'));
  });

  it('goes to the console by default, from level warn on', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    const api = inProcessApi(() => Response.json({ ...user, name: null }));

    await clientOf(api, { logLevel: undefined }).users.get('user_123');

    expect(warn).toHaveBeenCalledExactlyOnceWith(
      '[@example/sdk] A response differs from the documentation at GET /users/{id}, body.name: expected string, received null.',
      expect.objectContaining({ route: '/users/{id}' }),
    );
    warn.mockRestore();
  });

  it('has one line for each message, whatever the server puts into it', async () => {
    const message = 'no\r\n[@example/sdk] forged \u001b[31mred\u001b[0m \u0007\u009b2J\u2028';
    const headers = { 'retry-after': '0' };
    const api = inProcessApi(() => Response.json({ error: { code: 'x', message } }, { status: 503, headers }));
    const log = logger();

    await rejection(clientOf(api, { logger: log, logLevel: 'debug', maxRetries: 1 }).users.get('user_123'));

    expect(log.info.mock.lastCall?.[0]).toContain(
      'no\\u000d\\u000a[@example/sdk] forged \\u001b[31mred\\u001b[0m \\u0007\\u009b2J\\u2028',
    );
    for (const [line] of log.info.mock.calls as [string][]) expect(line).not.toMatch(/[\p{Cc}\u2028]/u);
  });

  it.each([
    ['at once', () => expect.fail('logger')],
    ['later', () => Promise.reject(new Error('the disk is full'))],
  ])('may fail %s without affecting the call or the process', async (_, broken) => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    onTestFinished(() => void process.off('unhandledRejection', unhandled));
    const log = { error: broken, warn: broken, info: broken, debug: vi.fn(broken) };

    expect(await clientOf(healthyApi(), { logger: log, logLevel: 'debug' }).users.get('user_123')).toEqual(user);

    await new Promise((resolve) => setImmediate(resolve));
    expect(log.debug).toHaveBeenCalledTimes(2);
    expect(unhandled).not.toHaveBeenCalled();
  });
});

describe('a log line has fields', () => {
  /** Those of the request and of the response, at level debug. */
  const fieldsOf = async (
    answer: () => Response,
    call = (client: Client): Promise<unknown> => client.users.get('1'),
  ) => {
    const log = logger();
    await call(clientOf(inProcessApi(answer), { logger: log, logLevel: 'debug' })).catch(() => undefined);
    return log.debug.mock.calls.map(([, fields]) => fields as Record<string, unknown>);
  };

  it('that show the request and the response at level debug', async () => {
    const page = { data: [], meta: { current_page: 2, total_pages: 1, total_count: 0 } };
    const fields = await fieldsOf(
      () => Response.json(page, { headers: { 'x-request-id': 'req_1', 'x-ratelimit-limit': '100' } }),
      (client) => client.projects.list({ page: 2, status: 'active' }),
    );

    const target = { callId: fields[0]?.['callId'], method: 'GET', path: '/projects', route: '/projects', attempt: 1 };
    const userAgent = expect.any(String) as string;
    expect(fields).toEqual([
      {
        ...target,
        query: '?page=2&status=active',
        headers: { accept: 'application/json', authorization: '[redacted]', 'user-agent': userAgent },
        body: undefined,
      },
      {
        ...target,
        status: 200,
        requestId: 'req_1',
        duration: expect.any(Number) as number,
        headers: { 'content-type': 'application/json', 'x-request-id': 'req_1', 'x-ratelimit-limit': '100' },
        body: page,
      },
    ]);
  });

  it.each([
    ['the body of an error', 404, JSON.stringify({ error: { message: 'No.' } }), { error: { message: 'No.' } }],
    ['text as it is', 200, '<html>', '<html>'],
  ])('that show %s', async (_, status, text, body) => {
    expect((await fieldsOf(() => new Response(text, { status })))[1]).toMatchObject({ status, body });
  });

  it.each(['abc', 'correct-horse "battery"'])('without the password %j, whoever repeats it', async (password) => {
    const echo = { ...user, password, note: `The password is ${password}`, headers: { authorization: apiToken } };
    const headers = { cookie: 'session=1', 'x-api-key': 'key' };
    const fields = await fieldsOf(
      () => Response.json(echo, { headers: { 'set-cookie': 'session=2', 'x-echo': `Bearer ${apiToken}` } }),
      (client) => client.users.create({ ...newUser, password }, { headers }),
    );

    expect(fields).toMatchObject([
      {
        headers: { authorization: '[redacted]', cookie: '[redacted]', 'x-api-key': '[redacted]' },
        body: { name: newUser.name, password: '[redacted]' },
      },
      {
        headers: { 'set-cookie': '[redacted]', 'x-echo': 'Bearer [redacted]' },
        body: { id: user.id, password: '[redacted]', headers: { authorization: '[redacted]' } },
      },
    ]);
    expect(JSON.stringify(fields)).not.toContain(apiToken);
    if (password.length > 3) expect(JSON.stringify(fields)).not.toContain('battery');
  });
});

describe('a structured logger', () => {
  const answer = () => Response.json({ ...user, name: null }, { headers: { 'x-request-id': 'req_1' } });

  /** Collects lines of JSON. */
  function lines() {
    const written: Record<string, unknown>[] = [];
    const stream = new Writable({
      write(chunk: Buffer, _, done) {
        written.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
        done();
      },
    });
    return { written, stream };
  }

  it.each<[string, (stream: Writable) => Logger]>([
    ['pino', (stream) => pino({ level: 'debug', messageKey: 'message' }, stream)],
    [
      'winston',
      (stream) =>
        createLogger({ level: 'debug', format: format.json(), transports: [new transports.Stream({ stream })] }),
    ],
  ])('of %s gets the message and the fields', async (_, loggerOf) => {
    const { written, stream } = lines();

    await clientOf(inProcessApi(answer), { logger: loggerOf(stream), logLevel: 'debug' }).users.get('user_123');

    expect(written).toMatchObject([
      { message: '[@example/sdk] GET /users/user_123 is sent.', route: '/users/{id}', attempt: 1 },
      { message: expect.stringMatching(/answered 200 after/) as string, status: 200, requestId: 'req_1' },
      { message: expect.stringMatching(/differs from the documentation/) as string, issue: { path: ['name'] } },
    ]);
  });
});
