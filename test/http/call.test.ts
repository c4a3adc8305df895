import { describe, expect, it } from 'vitest';
import { InvalidRequestError } from '@example/sdk';
import { clientOf, newUser, rejection, user } from '../support/http-server.ts';
import { inProcessApi } from '../support/in-process-api.ts';

const healthyApi = () => inProcessApi(() => Response.json(user));

describe('the parameters', () => {
  it('are copied when the call is made, so that you may change and reuse the object', async () => {
    const api = healthyApi();
    const client = clientOf(api);
    const params = { ...newUser };

    const calls = ['Ada', 'Grace', 'Barbara'].map((name) => client.users.create(Object.assign(params, { name })));
    await Promise.all(calls);

    const names = api.requests.map(({ init }) => (JSON.parse(init.body ?? '') as typeof newUser).name);
    expect(names.sort()).toEqual(['Ada', 'Barbara', 'Grace']);
  });
});

describe('the options of a call', () => {
  it.each([null, 'x', 7, [1]])('cannot be %j', async (options) => {
    const api = healthyApi();
    const { users, projects } = clientOf(api);
    const wrong = options as unknown as undefined;
    const calls = [
      () => users.get('user_123', wrong),
      () => users.create(newUser, wrong),
      () => projects.list({}, wrong),
      () => projects.list({}, wrong).withResponse(),
      () => projects.list({}, wrong).toArray(),
      () => projects.list({}, wrong).pages().next(),
      () => projects.list().toArray(wrong),
      () => projects.list(wrong),
    ];

    for (const call of calls) expect(await rejection(call())).toBeInstanceOf(InvalidRequestError);
    expect(api.requests).toHaveLength(0);
  });

  it('must exist, or else the message lists those that do', async () => {
    const api = healthyApi();
    const { users, projects } = clientOf(api);
    const refusal = async (call: PromiseLike<unknown>) => ((await rejection(call)) as Error).message;

    expect(await refusal(users.create(newUser, { idempotency_key: 'key-1' } as object))).toBe(
      'There is no options.idempotency_key, it is called idempotencyKey here.',
    );
    expect(await refusal(users.get('1', { prefetch: 2 } as object))).toBe(
      'There is no options.prefetch, only signal, timeout, totalTimeout, maxRetries, shouldRetry, headers, idempotencyKey, priority.',
    );
    expect(await refusal(projects.list({}, { retries: 1 } as object))).toContain('it is called maxRetries here');
    expect(await refusal(projects.list().toArray({ limits: 3 } as object))).toContain('only limit.');
    expect(api.requests).toHaveLength(0);
  });

  it('may be getters, or inherited', async () => {
    const api = healthyApi();
    const options = Object.create(
      { idempotencyKey: 'key-1' },
      { headers: { get: () => ({ 'x-team': 'blue' }) } },
    ) as object;

    await clientOf(api).users.create(newUser, options);

    expect(api.requests[0]?.init.headers).toMatchObject({ 'idempotency-key': 'key-1', 'x-team': 'blue' });
  });
});

describe('what no request can carry is refused before anything is sent', () => {
  it.each<[string, unknown, unknown]>([
    ["headers['x-note']", newUser, { headers: { 'X-Note': 'a\r\nX-Admin: yes' } }],
    ["headers['x-note']", newUser, { headers: { 'X-Note': 'a\u0000b' } }],
    ["headers['x-note']", newUser, { headers: { 'X-Note': '✓' } }],
    ["headers['x-note']", newUser, { headers: { 'X-Note': 7 } }],
    ['headers', newUser, { headers: { 'X Note': 'a' } }],
    ['headers', newUser, { headers: { '': 'a' } }],
    ['authorization', newUser, { headers: { Authorization: 'Basic abc' } }],
    ['idempotencyKey', newUser, { idempotencyKey: ' ' }],
    ['idempotencyKey', newUser, { idempotencyKey: '\t' }],
    ['idempotencyKey', newUser, { idempotencyKey: 'key-1 ' }],
    ['headers', newUser, { headers: 'ab' }],
    ['headers', newUser, { headers: ['ab'] }],
    ['headers', newUser, { headers: [['a', 'b', 'c']] }],
    ['headers', newUser, { headers: [[7, 'b']] }],
    ['headers', newUser, { headers: 7 }],
    ['headers', newUser, { headers: new Date() }],
    ['headers', newUser, { headers: Promise.resolve({}) }],
    ['headers', newUser, { headers: () => ({}) }],
    ["headers['x-note']", newUser, { headers: new Map([['X-Note', 7]]) }],
    ['authorization', newUser, { headers: [['Authorization', 'Basic abc']] }],
    ['idempotencyKey', newUser, { idempotencyKey: 'a\nb' }],
    ['idempotencyKey', newUser, { idempotencyKey: 7 }],
    ['The body', { ...newUser, age: 7n }, {}],
  ])('%s', async (name, params, options) => {
    const api = healthyApi();

    const error = await rejection(clientOf(api).users.create(params as typeof newUser, options as object));

    expect(error).toBeInstanceOf(InvalidRequestError);
    expect((error as Error).message).toContain(name);
    expect(api.requests).toHaveLength(0);
  });
});

describe('a search parameter that would be sent as something else is refused', () => {
  it.each([null, {}, NaN, Infinity, 7n, () => 'active'])('%s', async (status) => {
    const api = healthyApi();

    const error = await rejection(clientOf(api).projects.list({ status: status as string }));

    expect(error).toBeInstanceOf(InvalidRequestError);
    expect((error as Error).message).toContain('query.status must be a string');
    expect(api.requests).toHaveLength(0);
  });
});

describe('a limit that makes no sense is refused before anything is sent', () => {
  it.each([
    ['timeout', -1],
    ['timeout', 0],
    ['timeout', NaN],
    ['timeout', 2 ** 31],
    ['timeout', '100'],
    ['totalTimeout', -1],
    ['totalTimeout', NaN],
    ['maxRetries', -1],
    ['maxRetries', 1.5],
    ['maxRetries', NaN],
    ['maxRetries', Infinity],
    ['timeout', null],
    ['totalTimeout', null],
    ['maxRetries', null],
    ['priority', null],
    ['headers', null],
  ])('%s: %s', async (name, value) => {
    const api = healthyApi();
    const options = { [name]: value };

    expect(() => clientOf(api, options)).toThrow(InvalidRequestError);
    expect(() => clientOf(api, options)).toThrow(name);
    const error = await rejection(clientOf(api).users.get('user_123', options));
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect((error as Error).message).toContain(name);
    expect(api.requests).toHaveLength(0);
  });
});
