import { describe, expect, it, vi } from 'vitest';
import { Client, InvalidRequestError } from '@example/sdk';
import { clientOptionNames, requestOptionNames } from '../../src/http/options.ts';
import { listOptionNames } from '../../src/pagination/list-options.ts';
import { clientEventNames } from '../../src/telemetry/events.ts';
import { apiToken, clientOf, newUser, rejection, user, type Untyped } from '../support/http-server.ts';
import { inProcessApi, replying } from '../support/in-process-api.ts';

// Mistakes of newcomers and of JavaScript users. Nothing is sent. Each message names the place, what was passed (unless
// it may be a secret), and what to write instead.

/** The error of a mistake, whether thrown or rejected. */
async function refusal(mistake: () => unknown): Promise<InvalidRequestError> {
  const error = await rejection(Promise.resolve().then(mistake));
  expect(error).toBeInstanceOf(InvalidRequestError);
  return error as InvalidRequestError; // the line above checked this
}

const secret = 'sk_test_4eC39HqLyjWDarjtT1zdp7dc';

/** Creates a client with these options, whose types nothing checks. */
const newClient = (options: object) => () => new Client({ apiToken: secret, ...options });

describe('a wrong option is refused by name', () => {
  it.each<[name: string, ...values: unknown[]]>([
    ['apiToken', null, ''],
    ['dangerouslyAllowBrowser', 'true'],
    ['baseUrl', '', 'api.example.com', 'ftp://api.example.com', 'https:api.example.com', 'https://', null],
    ['baseUrl', ...['?tenant=1', '#top', '?', '#'].map((end) => `https://api.example.com/v1${end}`)],
    ['baseUrl', 'https://me@api.example.com', 'https://:secret@api.example.com'],
    ['fetch', null],
    ['rateLimit', 'off', null, [], true],
    ['rateLimit.store', null, {}],
    ['rateLimit.limit', 0, 1.5],
    ['rateLimit.window', 0, 1.5],
    ['rateLimit.maxWait', -1, NaN],
    ['apiSupportsIdempotencyKeys', 'false'],
    ['maxResponseSize', 0, Infinity],
    ['logger', null, {}, false, { ...console, error: 'x' }, { ...console, debug: null }],
    ['logLevel', null],
    ['dangerouslyAllowHttp', 'yes'],
    ['timeout', -1, 0, NaN, 2 ** 31, '100', null],
    ['totalTimeout', 0],
    ['outageWait', '1s'],
    ['maxRetries', -1, 1.5, 2 ** 53, null],
    ['shouldRetry', true],
    ['priority', 'high'],
    ['responseValidation', null, 'loud'],
    ['headers', null],
  ])('%s: %j …', async (name, ...values) => {
    for (const value of values) {
      const options = name.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as object;
      const mistakes: (() => unknown)[] = [newClient(options)];
      const isOfCall = (requestOptionNames as readonly string[]).includes(name);
      if (isOfCall) mistakes.push(() => clientOf(replying(200)).users.get('user_123', options));
      for (const mistake of mistakes) {
        const { message } = await refusal(mistake);
        expect(message).toContain(name);
        expect(message).not.toContain('secret');
      }
    }
  });

  it('but values at the limit are accepted, as are known and unknown options that are undefined', () => {
    const headers = { a: '', b: 'a b', c: 'a\tb', d: 'café', e: 'ÿ' };
    const none = Object.fromEntries([...clientOptionNames, 'zzz'].map((name) => [name, undefined]));
    for (const timeout of [0.5, 2 ** 31 - 1, Infinity])
      for (const maxRetries of [0, Number.MAX_SAFE_INTEGER])
        expect(() => new Client({ ...none, apiToken, timeout, maxRetries, headers })).not.toThrow();
  });
});

it('a base URL may end with slashes, or be a URL object', async () => {
  const api = replying(200);
  for (const baseUrl of [`${api.url}//`, new URL(api.url)]) await clientOf(api, { baseUrl }).users.get('user_123');
  expect(api.requests.map(({ url }) => url)).toEqual(Array(2).fill(`${api.url}/users/user_123`));
});

const visible =
  'anyone on the network path can read the API token. For a host of your own, set dangerouslyAllowHttp: true.';

it.each(['localhost:4010', 'app.localhost', '127.8.9.1:80', '[::1]:1'])('http://%s is loopback', (host) => {
  expect(newClient({ baseUrl: `http://${host}/v1` })).not.toThrow();
});

const exposed = ['localhost.example.com', '127.0.0.1.example.com', '192.168.0.1', 'api.example.com'];
it.each(exposed)('http://%s is refused, unless it is your own host and you allow it', (host) => {
  const baseUrl = `http://${host}/v1`;
  const advice = host === 'api.example.com' ? 'the public API requires https.' : visible;
  const error = new InvalidRequestError(`baseUrl (or EXAMPLE_BASE_URL) must be https, not http://${host}: ${advice}`);
  expect(newClient({ baseUrl })).toThrow(error);
  const allowed = expect(newClient({ baseUrl, dangerouslyAllowHttp: true }));
  if (advice === visible) allowed.not.toThrow();
  else allowed.toThrow(error);
});

const token = 'apiToken (or EXAMPLE_API_TOKEN)';
const noToken = `${token} must be the token itself, as a string; got`;
const variable = `${token} is the name of a variable instead of its value: pass only the token.`;
const url = 'baseUrl (or EXAMPLE_BASE_URL) must be an absolute URL without credentials, query or fragment; got string.';

/** Other SDKs' names for options. */
const otherNames = {
  ...{ baseURL: 'baseUrl', prefixUrl: 'baseUrl', apiKey: 'apiToken', api_key: 'apiToken', token: 'apiToken' },
  ...{ retries: 'maxRetries', 'max-retries': 'maxRetries', defaultHeaders: 'headers' },
};

it.each<[string, () => unknown]>([
  ['No API token: pass apiToken or set EXAMPLE_API_TOKEN.', () => new Client()],
  [`${noToken} number.`, newClient({ apiToken: 4_242_424_242 })],
  [`${token} has 'Bearer', which the SDK adds: pass only the token.`, newClient({ apiToken: `Bearer ${secret}` })],
  [`${token} has spaces or line breaks: pass only the token.`, newClient({ apiToken: `${secret}\n` })],
  [`${token} has quotes around it: pass only the token.`, newClient({ apiToken: `"${secret}"` })],
  [`${token} has characters beyond ASCII: pass only the token.`, newClient({ apiToken: 'sk_…7dc' })],
  [variable, newClient({ apiToken: 'process.env.EXAMPLE_API_TOKEN' })],

  ['options must be a plain object; got string.', () => new Client(secret as unknown as object)],
  ...Object.entries(otherNames).map(([name, meant]): [string, () => unknown] => [
    `Unknown option '${name}'. Did you mean '${meant}'?`,
    newClient({ [name]: 'x' }),
  ]),
  [`Unknown option 'proxy'. The options are ${clientOptionNames.join(', ')}.`, newClient({ proxy: 'http://proxy' })],
  ["Unknown option 'maxWait'. Set the client's rateLimit.maxWait.", newClient({ maxWait: 7 })],
  ["Unknown option 'rateLimit.maxwait'. Did you mean 'rateLimit.maxWait'?", newClient({ rateLimit: { maxwait: 7 } })],
  ["Unknown option 'rateLimit.…'. The options are store, maxWait, limit, window.", newClient({ rateLimit: { x1: 5 } })],

  ["maxRetries must be a whole number of at least 0; got '3'.", newClient({ maxRetries: '3' })],
  [url, newClient({ baseUrl: `https://me:${secret}@api.example.com/v1` })],
  ['headers must not set authorization: the SDK sets it from apiToken.', newClient({ headers: { Authorization: '' } })],
])('a mistake in the options has the message: %s', async (message, mistake) => {
  vi.stubEnv('EXAMPLE_API_TOKEN', undefined);
  expect((await refusal(mistake)).message).toBe(message);
});

const get = (client: Client, id: string, options?: object) => client.users.get(id, options);
const create = (client: Client, options: object) => client.users.create(newUser, options);
const createWith = (client: Client, given: unknown) => create(client, { headers: given });
const send = (client: Client, options: object) => client.request('POST', '/teams', options);
const list = (client: Client, options: object) => client.projects.list({}, options).toArray();
const ofConnection = 'connection content-length expect host keep-alive transfer-encoding upgrade'.split(' ');
// As JSON, these would lose their contents.
const notJson = [new FormData(), new Map([['a', 1]]), new URLSearchParams('a=1'), new Date(0), new Uint8Array([1])];
const notBody = 'The body must be an object or an array, which is sent as JSON; got';
const notOptions = [null, 'x', [1], { retries: 1 }];
const notId = ['', '.', '..', 'a/b', 'a\\b', 'a\u0000b', 'a\u007fb', '\ud800', undefined, 7, {}];
const notPath = [
  ...['//evil.example.com/teams', 'https://evil.example.com/teams', '/../admin', '/teams/%2E%2e/admin', '/teams/..'],
  ...['/teams?page=2', '/teams#a', '/teams\\a', '/te ams', 'users', undefined],
  // A URL would drop these characters and be left with two dots.
  ...['/..\u0001', '/\u001f..', '/teams\u007f'],
];
const notSignal = [null, 'x', {}, new EventTarget(), new AbortController(), { aborted: false }];
const notHeaders = ['ab', null, new Date(), Promise.resolve({}), () => ({}), [].values()];

it.each<[message: string, values: unknown[], call: (client: Client, value: never) => PromiseLike<unknown>]>([
  ['method must be one of', ['HEAD', 'get', undefined], (client, method) => client.request(method, '/teams')],
  ['id must be a non-empty string', notId, get],
  ['path must', notPath, (client, path) => client.request('GET', path)],
  ['params.id is missing', [{}, { ID: '1' }], (client, params) => client.request('GET', '/teams/{id}', { params })],
  ['params.… is not used', [{ token_123: '1' }], (client, params) => send(client, { params })],
  ['params must be', [null, [], 'x'], (client, params) => send(client, { params })],
  ['query.status must be', [null, {}, NaN, 7n, new Date()], (client, status) => client.projects.list({ status })],
  [notBody, [...notJson, { toJSON: () => undefined }, '{}'], (client, body) => send(client, { body })],
  ['The body must be serializable as JSON', [{ age: 7n }], (client, body) => client.users.create(body)],
  ['schema must be', [{}, () => true, null], (client, schema) => send(client, { schema })],
  ['schema must be', [{}, 5, null, { '~standard': {} }], (client, schema) => client.list('/teams', { schema })],
  ["headers['x-note'] must", ['a\r\nX: y', 'a\0b', '✓', 7], (client, it) => createWith(client, { 'X-Note': it })],
  ['A name in headers must be', ['X Note', '', 7], (client, name) => createWith(client, [[name, 'a']])],
  ['An entry of headers must be', [['ab'], [['a', 'b', 'c']]], createWith],
  ['headers must be', notHeaders, createWith],
  ['headers must not set', [[['Authorization', 'a']], ...ofConnection.map((name) => ({ [name]: '1' }))], createWith],
  ['idempotencyKey must', ['', ' ', 'k ', 'a\nb', 7], (client, key) => create(client, { idempotencyKey: key })],
  ['signal must be an AbortSignal', notSignal, (client, signal) => get(client, 'user_123', { signal })],
  ['signal must be an AbortSignal', notSignal, (client, signal) => list(client, { signal })],
  ['option', notOptions, (client, options) => get(client, 'user_123', options)],
  ['option', notOptions, create],
  ['option', notOptions, list],
  ['option', notOptions, (client, options) => client.projects.list().toArray(options)],
  ["Unknown option 'query'", [{}], (client, query) => client.projects.list({}, { query } as object).withResponse()],
  ['query must be a plain object', [null], (client, query) => client.list('/teams', { query })],
  ['query must be a plain object', [null, 'a=1'], (client, query) => client.request('GET', '/teams', { query })],
  ['page must be a whole number of at least 1', [0], (client, page) => client.projects.list({ page })],
  ['per_page must be a whole number of at least 1', [0], (it, per_page) => it.projects.list({ per_page }).asResponse()],
  ['prefetch must be a whole number', [-1], (client, prefetch) => client.projects.list({}, { prefetch }).toArray()],
  ['limit must be a whole number of at least 0', [-1], (client, limit) => client.projects.list().toArray({ limit })],
])('%#. what no request can carry is refused before anything is sent: %s', async (message, values, call) => {
  const api = replying(200);
  for (const value of values)
    expect((await refusal(() => call(clientOf(api), value as never))).message, String(value)).toContain(message);
  expect(api.requests).toHaveLength(0);
});

/** The client without its types, which prevent most of these mistakes in TypeScript. */
type UntypedClient = Readonly<Record<'request' | 'list' | 'on', Untyped>> & {
  readonly users: Readonly<Record<'get' | 'create', Untyped>>;
  readonly projects: Readonly<Record<'list', Untyped>>;
};

const { signal } = new AbortController();
const segment = "a non-empty string without slashes or control characters, and not '.' or '..'";
const ofQuery = 'a string, a number, a boolean or a list of these';
const path = "path must be relative to baseUrl, such as '/users', without '..' or a query (pass { query: … })";
const event = `The event must be one of ${clientEventNames.map((name) => `'${name}'`).join(', ')}`;
const asOption = 'is an option: pass it in the last argument.';
const detached = (method: string) =>
  `${method} was called without its client: instead of client.${method}, pass (value) => client.${method}(value).`;
const filter = `Unknown option 'filter'. The options are ${listOptionNames.join(', ')}, params, query, schema.`;
const secretUrl = `https://me:${secret}@api.example.com/v1/users/${secret}?token=${secret}`;

/** `param` is set if a value is wrong, rather than an option. */
it.each<[message: string, (client: UntypedClient) => unknown, param?: string]>([
  // The `await` before the inner call is missing.
  [`id must be ${segment}; got APIPromise.`, ({ users }) => users.get(users.create(newUser)), 'id'],
  [`id must be ${segment}; got '..'.`, ({ users }) => users.get('..'), 'id'],
  ['options must be a plain object; got AbortSignal.', ({ users }) => users.get('1', signal)],
  [`\`signal\` ${asOption}`, ({ users }) => users.create({ ...newUser, signal })],
  [`\`cursor\` ${asOption}`, ({ projects }) => projects.list({ cursor: 'x' })],
  ["per_page must be a whole number of at least 1; got 'x'.", (it) => it.projects.list({ per_page: 'x' }), 'per_page'],
  ['The parameters must be a plain object; got Set.', ({ projects }) => projects.list(new Set(['active']))],
  [`${path}; got string.`, (it) => it.list(secretUrl)],
  [`${path}; got string.`, (it) => it.request('GET', `/projects#${secret}`)],
  [`${path}; got string.`, (it) => it.request('GET', '/projects?status=active')],
  [`query.at must be ${ofQuery}; got Date.`, (it) => it.request('GET', '/', { query: { at: new Date() } }), 'at'],
  ['A GET has no body: pass its parameters as query.', (it) => it.request('GET', '/users', { body: {} })],
  ["Unknown option 'json'. Did you mean 'body'?", (it) => it.request('POST', '/users', { json: newUser })],
  [filter, (it) => it.list('/teams', { filter: 'mine' })],
  [detached('projects.list'), ({ projects }) => [{}].map(projects.list)],
  [detached('users.get'), ({ users: { get } }) => get('1')],
  [`${event}; got 'reponse'.`, (it) => it.on('reponse', () => undefined)],
])('a mistake in a call has the message: %s', async (message, mistake, param) => {
  const page = { data: [], meta: { current_page: 1, total_pages: 1, total_count: 0 } };
  const client: unknown = clientOf(inProcessApi(({ url }) => Response.json(url.includes('/users') ? user : page)));
  const error = await refusal(() => mistake(client as UntypedClient));
  expect([error.message, error.param]).toEqual([message, param]);
});
