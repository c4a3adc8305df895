import { describe, expect, it } from 'vitest';
import { InvalidRequestError, type Client } from '@example/sdk';
import { clientOf, newUser, rejection, user } from '../support/http-server.ts';
import { inProcessApi } from '../support/in-process-api.ts';

// What no request can carry. test/messages/calls.test.ts shows whole messages.

/** What the message says, what can't be there, and where that is. */
type Row = [message: string, values: unknown[], call: (client: Client, value: never) => PromiseLike<unknown>];

const create = (client: Client, options: object) => client.users.create(newUser, options);
const createWith = (client: Client, headers: unknown) => create(client, { headers });

const refused: Row[] = [
  [
    'id must be a non-empty string',
    ['', '.', '..', 'a/b', '/', 'a\\b', 'a\u0000b', 'a\nb', 'a\u007fb', '\ud800', undefined, null, 7, {}],
    (client, id) => client.users.get(id),
  ],
  ['method must be one of', ['HEAD', 'get', undefined], (client, method) => client.request(method, '/teams')],
  [
    'path must',
    [
      ...['//evil.example.com/teams', 'https://evil.example.com/teams', '/../admin', '/teams/%2E%2e/admin'],
      ...['/teams/..', '/teams?page=2', '/teams#a', '/teams\\a', '/te ams', undefined],
      // A URL would drop these characters, and then have two dots.
      ...['/..\u0001', '/teams/..\u0000', '/\u001f..', '/teams\u007f', '/..\t'],
    ],
    (client, path) => client.request('GET', path),
  ],
  [
    'params.id is missing: path has {id}.',
    [{}, { ID: 'team_1' }],
    (client, params) => client.request('GET', '/teams/{id}', { params }),
  ],
  // Which every object has.
  ['toString must be', [{}], (client, params) => client.request('GET', '/teams/{toString}', { params })],
  [
    // It may be a secret.
    'params.… is not used: path has no {…}.',
    [{ token_123: '1' }],
    (client, params) => client.request('GET', '/teams', { params }),
  ],
  [
    'query.status must be a string, a number, a boolean',
    [null, {}, NaN, Infinity, 7n, () => 'active'],
    (client, status) => client.projects.list({ status }),
  ],
  [
    // These would lose their contents.
    'The body must be an object or an array',
    [
      ...[new FormData(), new Map([['a', 1]]), new Set([1]), new URLSearchParams('a=1'), Promise.resolve({})],
      ...[new Date(0), new Uint8Array([1]), { toJSON: () => undefined }],
    ],
    (client, body) => client.request('POST', '/teams', { body }),
  ],
  ['The body must be serializable as JSON', [{ age: 7n }], (client, body) => client.users.create(body)],
  ['schema must be', [{}, () => true, null], (client, schema) => client.request('GET', '/teams', { schema })],
  ['schema must be', [{}, 5, 'x', { '~standard': {} }], (client, schema) => client.list('/teams', { schema })],
  ['schema must be', [{}, 5, null], (client, schema) => client.list('/teams', { schema }).toArray()],
  [
    "headers['x-note'] must be a string without",
    ['a\r\nX-Admin: yes', 'a\u0000b', '✓', 7],
    (client, value) => createWith(client, new Map([['X-Note', value]])),
  ],
  ['A name in headers must be', ['X Note', '', 7], (client, name) => createWith(client, [[name, 'a']])],
  ['An entry of headers must be', [['ab'], [['a', 'b', 'c']]], createWith],
  ['headers must be', ['ab', 7, null, new Date(), Promise.resolve({}), () => ({})], createWith],
  ['headers must not set authorization', [{ Authorization: 'a' }, [['Authorization', 'a']]], createWith],
  ...['connection', 'content-length', 'expect', 'host', 'keep-alive', 'transfer-encoding', 'upgrade'].map(
    (name): Row => [`headers must not set ${name}`, [{ [name]: '1' }], createWith],
  ),
  [
    'idempotencyKey must',
    ['', ' ', '\t', 'key-1 ', 'a\nb', 7],
    (client, idempotencyKey) => create(client, { idempotencyKey }),
  ],
  [
    'signal must be an AbortSignal',
    [null, 'x', {}, new EventTarget(), { aborted: false }],
    (client, signal) => client.users.get('user_123', { signal }),
  ],
  ['option', [null, 'x', 7, [1], { prefetch: 2 }], (client, options) => client.users.get('user_123', options)],
  ['option', [null, 'x', 7, [1], { idempotency_key: 'key-1' }], create],
  ['option', [null, 'x', 7, [1], { retries: 1 }], (client, options) => client.projects.list({}, options).toArray()],
  ['option', [null, 'x', 7, [1], { limits: 3 }], (client, options) => client.projects.list().toArray(options)],
];

describe('what no request can carry is refused before anything is sent', () => {
  it.each(refused)('%#. %s', async (message, values, call) => {
    const api = inProcessApi(() => Response.json(user));

    for (const value of values) {
      const error = await rejection(call(clientOf(api), value as never));
      expect(error, String(value)).toBeInstanceOf(InvalidRequestError);
      expect((error as Error).message).toContain(message);
    }
    expect(api.requests).toHaveLength(0);
  });
});

describe('an option that makes no sense is refused, for a client and for a call', () => {
  it.each<[name: string, values: unknown[]]>([
    ['timeout', [-1, 0, NaN, 2 ** 31, '100', null]],
    ['totalTimeout', [-1, NaN, null]],
    ['maxRetries', [-1, 1.5, NaN, Infinity, 2 ** 53, null]],
    ['shouldRetry', [true, null]],
    ['priority', ['high', 1, null]],
    ['headers', [null]],
  ])('%s: %j', async (name, values) => {
    const api = inProcessApi(() => Response.json(user));

    for (const value of values) {
      const options = { [name]: value };
      expect(() => clientOf(api, options)).toThrow(InvalidRequestError);
      expect(() => clientOf(api).withOptions(options)).toThrow(name);
      const error = await rejection(clientOf(api).users.get('user_123', options));
      expect(error).toBeInstanceOf(InvalidRequestError);
      expect((error as Error).message).toContain(name);
    }
    expect(api.requests).toHaveLength(0);
  });
});
