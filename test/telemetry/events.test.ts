import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallEndEvent, ClientOptions, RequestOptions } from '@example/sdk';
import { apiToken, clientOf, rejection, throwing, user } from '../support/http-server.ts';
import { budget, errorResponse, replying, type Reply } from '../support/in-process-api.ts';
import { fixJitter, settled, sleep, useVirtualTime } from '../support/virtual-time.ts';

beforeEach(() => {
  useVirtualTime();
  fixJitter(1);
});

const answer = () => Response.json(user, { headers: { 'x-request-id': 'req_42', ...budget(100, 99, 1640995200) } });
const slow = () => sleep(120).then(answer);

describe('events', () => {
  it('tell the story of a call in order, under one id', async () => {
    const rateLimit = { limit: 100, remaining: 0, reset: Date.UTC(2026, 0, 1) / 1000 + 60 };
    const headers = { 'x-request-id': 'req_42', ...budget(100, 0, rateLimit.reset) };
    const refused = () => sleep(120).then(() => errorResponse(500, headers));
    const api = replying(refused, () => Response.json({ id: 'user_123' }));
    const client = clientOf(api);
    const story: string[] = [];
    const events: { callId: string }[] = [];
    for (const name of ['request', 'response', 'retry', 'rateLimitWait', 'validationIssue', 'callEnd'] as const)
      client.on(name, (event) => events.push((story.push(`${name} ${event.attempt}`), event)));
    await settled(client.users.get('user_123'));

    const second = ['rateLimitWait 2', 'request 2', 'response 2', 'validationIssue 2', 'callEnd 2'];
    expect(story).toEqual(['request 1', 'response 1', 'retry 1', ...second]);
    const callId = expect.stringMatching(/^call_\d+$/) as string;
    const target = { callId, method: 'GET', path: '/users/user_123', route: '/users/{id}', attempt: 1 };
    expect(events.slice(0, 2)).toEqual([
      { ...target, url: `${api.url}/users/user_123`, headers: {} },
      { ...target, status: 500, duration: 120, requestId: 'req_42', rateLimit },
    ]);
    expect(new Set(events.map((event) => event.callId)).size).toBe(1);
  });

  it('reach a listener as often as it was added, only once after once(), and never after off()', async () => {
    const client = clientOf(replying(200));
    const [twice, once, removed] = [vi.fn(), vi.fn(), vi.fn()];
    client.on('request', twice).on('request', twice).once('request', once);
    client.on('request', removed).off('request', removed).off('response', vi.fn());
    await client.users.get('user_123');
    client.off('request', twice);
    await client.users.get('user_123');
    expect([twice, once, removed].map(({ mock }) => mock.calls.length)).toEqual([2, 1, 0]);
  });
});

describe('callEnd is emitted once for each call, however it ends:', () => {
  const busy = () => sleep(100).then(() => errorResponse(503, { 'x-request-id': 'req_1' }));
  const aborted = { signal: AbortSignal.abort('no') };

  it.each<[string, Reply[], ClientOptions & RequestOptions, Partial<CallEndEvent>]>([
    ['a success', [slow], {}, { outcome: 'success', status: 200, requestId: 'req_42', waited: 0, duration: 120 }],
    ['a retry', [busy, slow], {}, { outcome: 'success', attempts: 2, waited: 900, duration: 1120 }],
    ['no host', ['no such host'], {}, { outcome: 'failure', status: undefined, attempts: 3 }],
    ['a body that is unusable', [() => new Response('x')], {}, { outcome: 'failure', status: 200 }],
    ['an abort', [200], aborted, { outcome: 'aborted', attempts: 0 }],
    ['a timeout after an answer', [busy, 'no answer'], { maxRetries: 1, timeout: 150 }, { status: 503, attempts: 2 }],
    ['a total timeout', ['no answer'], { totalTimeout: 50 }, { outcome: 'failure', waited: 0, duration: 50 }],
    ['no token', [200], { apiToken: () => '' }, { outcome: 'failure', attempts: 0 }],
    ['wrong options', [200], { timeout: -1 }, { outcome: 'failure', attempts: 0, path: '/users/{id}' }],
  ])('%s', async (_, replies, options, expected) => {
    const { apiToken: token = apiToken, maxRetries, ...ofCall } = options;
    const client = clientOf(replying(...replies), { apiToken: token, maxRetries });
    const ends: CallEndEvent[] = [];
    client.on('callEnd', (event) => ends.push(event));
    const call = client.users.get('user_123', ofCall).then(() => undefined);
    const error: unknown = await settled(call.catch((reason: unknown) => reason));

    const { attempts = 1, path = '/users/user_123' } = expected;
    const target = { method: 'GET', path, route: '/users/{id}', attempt: attempts, attempts };
    expect(ends).toEqual([{ ...ends[0], ...target, ...expected, error }]);
  });

  it('an abort by a request listener, a full queue, and a response whose body the caller reads', async () => {
    const api = replying(200);
    const client = clientOf(api, { rateLimit: { limit: 1, maxWait: 0 } });
    const controller = new AbortController();
    const ends: unknown[] = [];
    client.on('callEnd', ({ outcome, attempts }) => ends.push([outcome, attempts]));
    client.once('request', () => controller.abort());
    await settled(rejection(client.users.get('user_1', { signal: controller.signal })));
    await (await settled(client.users.get('user_1').asResponse())).text();
    await settled(rejection(client.users.get('user_1')));
    expect(ends.join(' ')).toBe('aborted,1 success,1 failure,0');
    expect(api.requests.map(({ init }) => init.signal.aborted)).toEqual([true, false]);
  });
});

describe('a request listener', () => {
  it('may add headers to each attempt, which override those of the client and the call', async () => {
    const api = replying(500, 404);
    const client = clientOf(api, { headers: { 'x-app': 'one' } });
    client.on('request', ({ headers, attempt }) => Object.assign(headers, { Traceparent: `00-${attempt}` }));
    client.on('request', ({ headers }) => (headers['x-app'] = 'two'));
    await settled(rejection(client.users.get('user_123')));
    const sent = api.requests.map(({ init }) => [init.headers['traceparent'], init.headers['x-app']]);
    expect(sent).toEqual(['00-1', '00-2'].map((each) => [each, 'two']));
  });

  const fail = () => expect.fail('it was looked at');
  const unprintable = new Proxy(new Error('listener'), { get: fail, getPrototypeOf: fail });
  const withoutHeader = 'The call continues without this header.';

  it.each<[what: string, listener: (event: { headers: Record<string, string> }) => unknown, end?: string]>([
    ['adds authorization', ({ headers }) => (headers['authorization'] = 'Bearer mine'), withoutHeader],
    ['adds a name that HTTP does not allow', ({ headers }) => (headers['x y'] = '1'), withoutHeader],
    ['adds a second header', ({ headers }) => (headers['x-note'] = 'a\r\nx-admin: yes'), withoutHeader],
    ['replaces the headers', (event) => (event.headers = {})],
    ['throws', () => expect.fail('listener')],
    ['rejects', () => Promise.reject(new Error('listener'))],
    ['throws nothing that can be printed', throwing(unprintable)],
    ['returns a call that fails', () => clientOf(replying(200)).users.get('')],
  ])('that %s changes nothing, and is logged', async (_, listener, problem = 'The call continues.') => {
    const log = { error: vi.fn(), warn: vi.fn(), info: vi.fn(), debug: vi.fn() };
    const api = replying(200);
    const client = clientOf(api, { logger: log, logLevel: 'error' });
    client.on('request', listener).on('request', ({ headers }) => (headers['x-app'] = '1'));
    expect(await client.users.get('user_123')).toEqual(user);

    expect(api.requests[0]?.init.headers).toMatchObject({ authorization: `Bearer ${apiToken}`, 'x-app': '1' });
    expect(Object.keys(api.requests[0]?.init.headers ?? {})).toHaveLength(4);
    const line = expect.stringMatching(/^\[@example\/sdk\] An event listener failed \(.+\)\. /s) as string;
    expect(log.error.mock.calls.map(([text]) => String(text))).toEqual([line]);
    expect(log.error.mock.calls[0]?.[0]).toContain(problem);
  });
});
