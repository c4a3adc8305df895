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
  it('may be null, as from a program without types', async () => {
    expect(await clientOf(healthyApi()).users.get('user_123', null as unknown as undefined)).toEqual(user);
  });

  it('must have an AbortSignal as their signal', async () => {
    const error = await rejection(clientOf(healthyApi()).users.get('1', { signal: 'x' as unknown as AbortSignal }));

    expect(error).toBeInstanceOf(InvalidRequestError);
    expect((error as Error).message).toBe('signal must be an AbortSignal.');
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
    ['idempotencyKey', newUser, { idempotencyKey: '' }],
    ['idempotencyKey', newUser, { idempotencyKey: 'a\nb' }],
    ['idempotencyKey', newUser, { idempotencyKey: 7 }],
    ['The body', 'John', {}],
    ['The body', null, {}],
    ['The body', undefined, {}],
    ['The body', { ...newUser, age: 7n }, {}],
  ])('%s', async (name, params, options) => {
    const api = healthyApi();

    const error = await rejection(clientOf(api).users.create(params as typeof newUser, options as object));

    expect(error).toBeInstanceOf(InvalidRequestError);
    expect((error as Error).message).toContain(name);
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
