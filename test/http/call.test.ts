import { describe, expect, it } from 'vitest';
import { InvalidRequestError, type Client } from '@example/sdk';
import { listOptionNames } from '../../src/pagination/list-options.ts';
import { clientEventNames } from '../../src/telemetry/events.ts';
import { clientOf, messageOf, newUser, rejection, user, type Untyped } from '../support/http-server.ts';
import { inProcessApi } from '../support/in-process-api.ts';
import { expectRefused, type Refused } from './support/refused.ts';

const create = (client: Client, options: object) => client.users.create(newUser, options);
const createWith = (client: Client, headers: unknown) => create(client, { headers });

const refused: Refused[] = [
  [
    "method must be one of 'GET', 'POST', 'PUT', 'PATCH', 'DELETE'",
    ['HEAD', 'get', '/users', undefined],
    (client, method) => client.request(method, '/teams'),
  ],
  [
    // These would lose their contents.
    'The body must be an object or an array, which is sent as JSON',
    [
      ...[new FormData(), new Map([['a', 1]]), new Set([1]), new URLSearchParams('a=1'), Promise.resolve({})],
      ...[new Date(0), new Uint8Array([1]), { toJSON: () => undefined }, '{}'],
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
    (name): Refused => [`headers must not set ${name}`, [{ [name]: '1' }], createWith],
  ),
  [
    'idempotencyKey must',
    ['', ' ', '\t', 'key-1 ', 'a\nb', 7],
    (client, idempotencyKey) => create(client, { idempotencyKey }),
  ],
  [
    'signal must be an AbortSignal',
    [null, 'x', {}, new EventTarget(), new AbortController(), { aborted: false }],
    (client, signal) => client.users.get('user_123', { signal }),
  ],
  ['option', [null, 'x', 7, [1], { prefetch: 2 }], (client, options) => client.users.get('user_123', options)],
  ['option', [null, 'x', 7, [1], { idempotency_key: 'key-1' }], create],
  ['option', [null, 'x', 7, [1], { retries: 1 }], (client, options) => client.projects.list({}, options).toArray()],
  ['option', [null, 'x', 7, [1], { limits: 3 }], (client, options) => client.projects.list().toArray(options)],
];

describe('what no request can carry is refused before anything is sent', () => {
  it.each(refused)('%#. %s', expectRefused);
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

const page = { data: [], meta: { current_page: 1, total_pages: 1, total_count: 0 } };

/** The client without its types, which keep TypeScript users from most of these mistakes. */
type UntypedClient = Readonly<Record<'request' | 'list' | 'on', Untyped>> & {
  readonly users: Readonly<Record<'get' | 'create', Untyped>>;
  readonly projects: Readonly<Record<'list', Untyped>>;
};

/** One of an API that works. */
const untyped = () =>
  clientOf(inProcessApi(({ url }) => Response.json(url.includes('/users') ? user : page))) as unknown as UntypedClient;

const { signal } = new AbortController();
const id = "id must be a non-empty string without slashes or control characters, and not '.' or '..'";
const event = `The event must be one of ${clientEventNames.map((name) => `'${name}'`).join(', ')}`;
const asOption = 'is an option: pass it in the last argument.';
const detached = (method: string) =>
  `${method} was called without its client: instead of client.${method}, pass (value) => client.${method}(value).`;
const notIterable = 'is not iterable: use';

it.each<[string, (client: UntypedClient) => unknown]>([
  // The `await` before the inner call is missing.
  [`${id}; got APIPromise.`, ({ users }) => users.get(users.create(newUser))],
  ['options must be a plain object; got AbortSignal.', ({ users }) => users.get('1', signal)],
  ["Unknown option 'retries'. Did you mean 'maxRetries'?", ({ users }) => users.get('1', { retries: 1 })],

  ['The parameters must be a plain object; got undefined.', ({ users }) => users.create()],
  ['The parameters must be a plain object; got FormData.', ({ users }) => users.create(new FormData())],
  [`\`signal\` ${asOption}`, ({ users }) => users.create({ ...newUser, signal })],

  [`\`signal\` ${asOption}`, ({ projects }) => projects.list({ signal })],
  [`\`cursor\` ${asOption}`, ({ projects }) => projects.list({ cursor: 'x' })],
  ["per_page must be a whole number of at least 1; got '20'.", ({ projects }) => projects.list({ per_page: '20' })],
  ['The parameters must be a plain object; got Set.', ({ projects }) => projects.list(new Set(['active']))],
  [`A list ${notIterable} \`for await\`, or toArray().`, ({ projects }) => Array.from(projects.list())],
  [
    `A page ${notIterable} page.data, or \`for await\` for all pages from it on.`,
    async ({ projects }) => [...((await projects.list()) as Iterable<unknown>)],
  ],

  ['query must be a plain object; got Set.', ({ request }) => request('GET', '/', { query: new Set(['page']) })],
  ['A GET has no body: pass its parameters as query.', ({ request }) => request('GET', '/users', { body: {} })],
  ["Unknown option 'json'. Did you mean 'body'?", ({ request }) => request('POST', '/users', { json: newUser })],
  [
    `Unknown option 'filter'. The options are ${listOptionNames.join(', ')}, params, query, schema.`,
    ({ list }) => list('/teams', { filter: 'mine' }),
  ],
  ["Unknown option 'searchParams'. Did you mean 'query'?", ({ list }) => list('/teams', { searchParams: {} })],

  [detached('users.get'), ({ users }) => ['user_123'].map(users.get)],
  [detached('users.create'), ({ users: { create } }) => create(newUser)],
  [detached('projects.list'), ({ projects }) => [{}].map(projects.list)],

  [`${event}; got 'reponse'.`, ({ on }) => on('reponse', () => undefined)],
])('a mistake in a call has the message: %s', async (message, mistake) => {
  const client = untyped();
  const [request, list, on] = [client.request, client.list, client.on].map((call) => call.bind(client));
  expect(await messageOf(() => mistake({ ...client, request, list, on } as UntypedClient))).toBe(message);
});

it.each<[string | undefined, (client: UntypedClient) => unknown]>([
  ['id', ({ users }) => users.get('..')],
  ['team', ({ request }) => request('GET', '/teams/{team}', { params: { team: '' } })],
  ['page', ({ projects }) => projects.list({ page: 0 })],
  ['per_page', ({ projects }) => projects.list({ per_page: Number.NaN })],
  ['status', ({ projects }) => projects.list({ status: null })],
  ['cursor', ({ projects }) => projects.list({}, { cursor: 2 })],
  [undefined, ({ projects }) => projects.list({}, { prefetch: -1 })],
  [undefined, ({ users }) => users.get('1', { timeout: 0 })],
])('param says that a value is wrong, and not an option: %s', async (param, mistake) => {
  const client = untyped();
  const request = client.request.bind(client);

  const error: unknown = await Promise.resolve(mistake({ ...client, request })).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(InvalidRequestError);
  expect((error as InvalidRequestError).param).toBe(param); // as the line above has checked
});

it('asResponse() after await: the body has been read', async () => {
  const api = inProcessApi(() => Response.json(user));
  const call = clientOf(api).users.get('user_123');
  await call;

  expect(await messageOf(() => call.asResponse())).toBe(
    'The body has been read: call asResponse() before you await the call, or withResponse().',
  );
});
