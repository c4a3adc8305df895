import { Writable } from 'node:stream';
import { pino } from 'pino';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createLogger, format, transports } from 'winston';
import type { Client, Logger } from '@example/sdk';
import { apiToken, clientOf, newUser, rejection, throwing, user } from '../support/http-server.ts';
import { budget, errorResponse } from '../support/in-process-api.ts';
import { replying, type Reply } from '../support/replies.ts';
import { fixJitter, settled, sleep, useVirtualTime } from '../support/virtual-time.ts';

beforeEach(() => {
  useVirtualTime();
  fixJitter(0.5);
});

const levels = ['error', 'warn', 'info', 'debug'] as const;
const logger = () => ({ error: vi.fn(), warn: vi.fn(), info: vi.fn(), debug: vi.fn() });
const odd = () => Response.json({ ...user, name: null }, { headers: { 'x-request-id': 'req_1' } });
const difference =
  'A response differs from the documentation at GET /users/{id}, body.name: expected string, received null.';

describe('the log', () => {
  const replies: Reply[] = [
    () => sleep(80).then(() => errorResponse(503)),
    () => sleep(80).then(throwing(new TypeError('terminated'))),
    () => errorResponse(503, { 'retry-after': '30' }),
    odd,
  ];
  const sent = 'debug GET /users/user_123 is sent.';
  const lines = [
    sent,
    'debug GET /users/user_123: answered 503 after 80 ms.',
    'info InternalServerError: Answered 503. (503 GET /users/{id}) Retrying in 420 ms.',
    sent,
    'debug GET /users/user_123: no answer after 80 ms.',
    'info ConnectionError: The request failed: terminated (GET /users/{id}) Retrying in 1920 ms.',
    sent,
    'debug GET /users/user_123: answered 503 after 0 ms.',
    // Long waits are warnings.
    'warn InternalServerError: Answered 503. (503 GET /users/{id}) Retrying in 30000 ms.',
    sent,
    'debug GET /users/user_123: answered 200 after 0 ms.',
    `warn ${difference}`,
  ];

  it.each(['off', ...levels] as const)(
    'shows attempts, retries and differences up to its level: %s',
    async (logLevel) => {
      const written: string[] = [];
      const log = logger();
      for (const level of levels)
        log[level].mockImplementation((line: string) => written.push(line.replace('[@example/sdk]', level)));
      await settled(clientOf(replying(...replies), { logger: log, logLevel, maxRetries: 3 }).users.get('user_123'));

      const shown = ['off', ...levels].slice(1, levels.indexOf(logLevel as 'warn') + 2);
      expect(written).toEqual(lines.filter((line) => shown.some((level) => line.startsWith(level))));
    },
  );

  it('of a client that logs no warnings keeps no other client from it', async () => {
    const usedUp = budget(1, 0, Date.UTC(2026) / 1000 + 60);
    const api = replying(() => Response.json({ ...user, name: 5 }, { headers: usedUp }));
    const log = logger();
    const client = clientOf(api, { logger: log, logLevel: 'warn' });
    const quiet = client.withOptions({ logLevel: 'error' });
    await settled(quiet.users.get('user_123'));
    await settled(Promise.all([quiet.users.get('user_123').then(), client.users.get('user_123').then()]));

    expect(log.warn.mock.calls.map(([line]) => String(line))).toEqual([
      '[@example/sdk] GET /users/user_123 waits about 120 s for the rate limit. Calls waiting: 2.',
      expect.stringContaining('differs from the documentation'),
    ]);
  });

  it('says nothing about the end of an attempt that its caller gave up', async () => {
    const log = logger();
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    const { users } = clientOf(replying('no answer'), { logger: log, logLevel: 'debug' });
    await settled(rejection(users.get('user_123', { signal: controller.signal })));
    expect(log.debug.mock.calls.map(([line]) => String(line))).toEqual(['[@example/sdk] GET /users/user_123 is sent.']);
  });

  it('goes to the console by default, from level warn on', async () => {
    const spies = levels.map((level) => vi.spyOn(console, level).mockReturnValue());
    onTestFinished(() => spies.forEach((spy) => spy.mockRestore()));
    await clientOf(replying(odd), { logLevel: undefined }).users.get('user_123');
    expect(spies.map(({ mock }) => mock.calls.length)).toEqual([0, 1, 0, 0]);
  });

  it('has one line for each message, whatever the server puts into it', async () => {
    const message = 'no\r\n[@example/sdk] forged \u001b[31mred\u001b[0m \u0007\u009b2J\u2028';
    const api = replying(() => Response.json({ error: { code: 'x', message } }, { status: 503 }));
    const log = logger();
    await settled(rejection(clientOf(api, { logger: log, logLevel: 'info', maxRetries: 1 }).users.get('user_123')));
    expect(log.info.mock.calls.map(([line]) => String(line))).toEqual([
      expect.stringContaining(
        'no\\u000d\\u000a[@example/sdk] forged \\u001b[31mred\\u001b[0m \\u0007\\u009b2J\\u2028 (503',
      ),
    ]);
  });

  it.each([
    ['at once', () => expect.fail('logger')],
    ['later', () => Promise.reject(new Error('the disk is full'))],
  ])('may fail %s without affecting the call or the process', async (_, broken) => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    onTestFinished(() => void process.off('unhandledRejection', unhandled));
    const log = { error: broken, warn: broken, info: broken, debug: vi.fn(broken) };
    expect(await clientOf(replying(200), { logger: log, logLevel: 'debug' }).users.get('user_123')).toEqual(user);
    await new Promise(setImmediate);
    expect(log.debug).toHaveBeenCalledTimes(2);
    expect(unhandled).not.toHaveBeenCalled();
  });
});

describe('a log line has fields', () => {
  /** Those of the request and of the response, at level debug. */
  const fieldsOf = async (reply: Reply, call: (client: Client) => Promise<unknown>) => {
    const log = logger();
    await call(clientOf(replying(reply), { logger: log, logLevel: 'debug' })).catch(() => undefined);
    return log.debug.mock.calls.map(([, fields]) => fields as Record<string, unknown>);
  };

  it('that show the request and the response at level debug', async () => {
    const page = { data: [], meta: { current_page: 2, total_pages: 1, total_count: 0 } };
    const headers = { 'x-request-id': 'req_1', 'x-ratelimit-limit': '100' };
    const fields = await fieldsOf(
      () => Response.json(page, { headers }),
      (client) => client.projects.list({ page: 2, status: 'active' }),
    );

    const target = { callId: fields[0]?.['callId'], method: 'GET', path: '/projects', route: '/projects', attempt: 1 };
    const userAgent = expect.any(String) as string;
    const sent = { accept: 'application/json', authorization: '[redacted]', 'user-agent': userAgent };
    const received = { 'content-type': 'application/json', ...headers };
    expect(fields).toEqual([
      { ...target, query: '?page=2&status=active', headers: sent, body: undefined },
      { ...target, status: 200, requestId: 'req_1', duration: 0, headers: received, body: page },
    ]);
  });

  it('such as the body of an error, or text as it is', async () => {
    const get = (client: Client) => client.users.get('1');
    const error = { error: { code: 'code_404', message: 'Answered 404.', details: {} } };
    expect((await fieldsOf(404, get))[1]).toMatchObject({ status: 404, body: error });
    expect((await fieldsOf(() => new Response('<html>'), get))[1]).toMatchObject({ status: 200, body: '<html>' });
  });

  it.each(['abc', 'correct-horse "battery"'])('but not the password %j, whoever repeats it', async (password) => {
    const echo = { id: user.id, password, note: `The password is ${password}`, headers: { authorization: apiToken } };
    const headers = { cookie: 'session=1', 'x-api-key': 'key' };
    const [request, response] = await fieldsOf(
      () => Response.json(echo, { headers: { 'set-cookie': 'session=2', 'x-echo': `Bearer ${apiToken}` } }),
      (client) => client.users.create({ ...newUser, password }, { headers }),
    );
    const hidden = '[redacted]';
    expect(request).toMatchObject({
      headers: { authorization: hidden, cookie: hidden, 'x-api-key': hidden },
      body: { name: newUser.name, password: hidden },
    });
    // A short one could be a part of ordinary words.
    const note = `The password is ${password.length > 3 ? hidden : password}`;
    expect(response).toMatchObject({
      headers: { 'set-cookie': hidden, 'x-echo': `Bearer ${hidden}` },
      body: { id: user.id, password: hidden, note, headers: { authorization: hidden } },
    });
  });
});

it.each<[string, (stream: Writable) => Logger]>([
  ['pino', (stream) => pino({ level: 'debug', messageKey: 'message' }, stream)],
  [
    'winston',
    (stream) => createLogger({ level: 'debug', format: format.json(), transports: new transports.Stream({ stream }) }),
  ],
])('a logger of %s gets the message and the fields', async (_, loggerOf) => {
  const written: unknown[] = [];
  const stream = new Writable({
    write(chunk: Buffer, __, done) {
      written.push(JSON.parse(chunk.toString()));
      done();
    },
  });
  await clientOf(replying(odd), { logger: loggerOf(stream), logLevel: 'debug' }).users.get('user_123');
  expect(written).toMatchObject([
    { message: '[@example/sdk] GET /users/user_123 is sent.', route: '/users/{id}', attempt: 1 },
    { message: '[@example/sdk] GET /users/user_123: answered 200 after 0 ms.', status: 200, requestId: 'req_1' },
    { message: `[@example/sdk] ${difference}`, issue: { path: ['name'] } },
  ]);
});
