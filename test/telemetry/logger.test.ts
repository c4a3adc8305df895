import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Client } from '@example/sdk';
import { apiToken, clientOf, newUser, rejection, throwing, user } from '../support/http-server.ts';
import { errorResponse, replying } from '../support/in-process-api.ts';
import { fixJitter, settled, sleep, useVirtualTime } from '../support/virtual-time.ts';

beforeEach(() => {
  useVirtualTime();
  fixJitter(0.5);
});

const levels = ['error', 'warn', 'info', 'debug'] as const;
const logger = () => ({ error: vi.fn(), warn: vi.fn(), info: vi.fn(), debug: vi.fn() });
const linesOf = ({ mock }: { mock: { calls: unknown[][] } }) => mock.calls.map(([line]) => String(line));
const odd = () => Response.json({ ...user, name: null }, { headers: { 'x-request-id': 'req_1' } });
const difference =
  'A response differs from the documentation at GET /users/{id}, body.name: expected string, received null.';

describe('the log', () => {
  const busy = () => sleep(80).then(() => errorResponse(503));
  const broken = () => sleep(80).then(throwing(new TypeError('terminated')));
  const busyFor30s = () => errorResponse(503, { 'retry-after': '30' });
  const lines = [
    'debug GET /users/user_123 is sent.',
    'debug GET /users/user_123: answered 503 after 80 ms.',
    'info InternalServerError: Answered 503. (503 GET /users/{id}) Retrying in 420 ms.',
    'debug GET /users/user_123 is sent.',
    'debug GET /users/user_123: no answer after 80 ms.',
    'info ConnectionError: The request failed: terminated (GET /users/{id}) Retrying in 1920 ms.',
    'debug GET /users/user_123 is sent.',
    'debug GET /users/user_123: answered 503 after 0 ms.',
    'info InternalServerError: Answered 503. (503 GET /users/{id}) Retrying in 30000 ms.',
    'debug GET /users/user_123 is sent.',
    'debug GET /users/user_123: answered 200 after 0 ms.',
    `warn ${difference}`,
  ];

  it.each(['off', ...levels] as const)('shows attempts, retries and differences up to its level: %s', async (level) => {
    const written: string[] = [];
    const log = logger();
    for (const each of levels)
      log[each].mockImplementation((line: string) => written.push(line.replace('[@example/sdk]', each)));
    const options = { logger: log, logLevel: level, maxRetries: 3 };
    await settled(clientOf(replying(busy, broken, busyFor30s, odd), options).users.get('user_123'));

    const shown = ['off', ...levels].slice(1, levels.indexOf(level as 'warn') + 2);
    expect(written).toEqual(lines.filter((line) => shown.some((each) => line.startsWith(each))));
  });

  it('has one line per message, whatever the server sends', async () => {
    const message = 'no\r\n[@example/sdk] forged \u001b[31mred\u001b[0m \u0007\u009b2J\u2028';
    const api = replying(() => Response.json({ error: { code: 'x', message } }, { status: 503 }));
    const log = logger();
    await settled(rejection(clientOf(api, { logger: log, logLevel: 'info', maxRetries: 1 }).users.get('user_123')));
    const escaped = 'no\\u000d\\u000a[@example/sdk] forged \\u001b[31mred\\u001b[0m \\u0007\\u009b2J\\u2028 (503';
    expect(linesOf(log.info)).toEqual([expect.stringContaining(escaped)]);
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
  /** The fields for the request and for the response, at level debug. */
  const fieldsOf = async (response: Response, call: (client: Client) => Promise<unknown>) => {
    const log = logger();
    const api = replying(() => response);
    await call(clientOf(api, { logger: log, logLevel: 'debug' })).catch(() => undefined);
    return log.debug.mock.calls.map(([, fields]) => fields as Record<string, unknown>);
  };

  it('that show the request and the response at level debug, with a body of any text', async () => {
    const page = { data: [], meta: { current_page: 2, total_pages: 1, total_count: 0 } };
    const headers = { 'x-request-id': 'req_1', 'x-ratelimit-limit': '100' };
    const list = (client: Client) => client.projects.list({ page: 2, status: 'active' });
    const fields = await fieldsOf(Response.json(page, { headers }), list);

    const target = { callId: fields[0]?.['callId'], method: 'GET', path: '/projects', route: '/projects', attempt: 1 };
    const userAgent = expect.any(String) as string;
    const sent = { accept: 'application/json', authorization: '[redacted]', 'user-agent': userAgent };
    const received = { 'content-type': 'application/json', ...headers };
    expect(fields).toEqual([
      { ...target, query: '?page=2&status=active', headers: sent, body: undefined },
      { ...target, status: 200, requestId: 'req_1', duration: 0, headers: received, body: page },
    ]);
    const ofHtml = await fieldsOf(new Response('<html>', { status: 404 }), (client) => client.users.get('1'));
    expect(ofHtml[1]).toMatchObject({ status: 404, body: '<html>' });
  });

  it('but not those whose names mark them as secret, whoever repeats them, and however short they are', async () => {
    const echo = { id: user.id, password: 'abc', headers: { authorization: apiToken } };
    const headers = { cookie: 'session=1', 'x-api-key': 'key' };
    const [request, response] = await fieldsOf(
      Response.json(echo, { headers: { 'set-cookie': 'session=2', 'x-echo': `Bearer ${apiToken}` } }),
      (client) => client.users.create({ ...newUser, password: 'abc' }, { headers }),
    );
    const hidden = '[redacted]';
    expect(request).toMatchObject({
      headers: { authorization: hidden, cookie: hidden, 'x-api-key': hidden },
      body: { name: newUser.name, password: hidden },
    });
    expect(response).toMatchObject({
      headers: { 'set-cookie': hidden, 'x-echo': `Bearer ${hidden}` },
      body: { id: user.id, password: hidden, headers: { authorization: hidden } },
    });
  });
});
