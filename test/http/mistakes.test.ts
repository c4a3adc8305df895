import { createClient } from 'redis';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Client, InvalidRequestError } from '@example/sdk';
import { clientOptionNames, requestOptionNames } from '../../src/http/options.ts';
import { listOptionNames } from '../../src/pagination/list-options.ts';
import { clientEventNames } from '../../src/telemetry/events.ts';
import { apiToken, clientOf, newUser, rejection, user, type Untyped } from '../support/http-server.ts';
import { inProcessApi } from '../support/in-process-api.ts';
import { replying } from '../support/replies.ts';

// Mistakes of newcomers and of JavaScript users. Nothing is sent. Each message names the place, says what was passed unless it
// may be a secret, and what to write instead.

/** The error of a mistake, thrown or as a rejection. */
async function refusal(mistake: () => unknown): Promise<InvalidRequestError> {
  const error = await rejection(Promise.resolve().then(mistake));
  expect(error).toBeInstanceOf(InvalidRequestError);
  return error as InvalidRequestError; // as the line above has checked
}

const secret = 'sk_test_4eC39HqLyjWDarjtT1zdp7dc';

/** A client with these options, whose types are checked by nobody. */
const withOptions = (options: object) => () => new Client({ apiToken: secret, ...options });

describe('a wrong option is refused by name', () => {
  it.each<[name: string, ...values: unknown[]]>([
    ['apiToken', null, ''],
    ['dangerouslyAllowBrowser', 'true'],
    ['baseUrl', '', 'api.example.com', 'ftp://api.example.com', 'https://me:secret@api.example.com/v1', null],
    ['baseUrl', ...['?tenant=1', '#top', '?', '#'].map((end) => `https://api.example.com/v1${end}`)],
    ['baseUrl', 'https://me@api.example.com', 'https://:secret@api.example.com', 'https://'],
    ['fetch', null],
    ['rateLimit', 'off', null, 0, '', [], true],
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
    ['totalTimeout', -1, NaN, null],
    ['outageWait', -1, 0, '1s', null],
    ['maxRetries', -1, 1.5, NaN, Infinity, 2 ** 53, null],
    ['shouldRetry', true, null],
    ['priority', 'high', 1, null],
    ['responseValidation', null, 'loud'],
    ['headers', null],
  ])('%s: %j …', async (name, ...values) => {
    for (const value of values) {
      const options = name.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as object;
      const mistakes: (() => unknown)[] = [withOptions(options)];
      const isOfCall = (requestOptionNames as readonly string[]).includes(name);
      if (isOfCall) mistakes.push(() => clientOf(replying(200)).users.get('user_123', options));
      for (const mistake of mistakes) {
        const { message } = await refusal(mistake);
        expect(message).toContain(name);
        expect(message).not.toContain('secret');
      }
    }
  });

  it('but not what is just right, nor one that is undefined, whether it exists or not', () => {
    const headers = { a: '', b: 'a b', c: 'a\tb', d: 'café', e: 'ÿ' };
    const none = Object.fromEntries([...clientOptionNames, 'zzz'].map((name) => [name, undefined]));
    for (const timeout of [0.5, 2 ** 31 - 1, Infinity])
      for (const maxRetries of [0, Number.MAX_SAFE_INTEGER])
        expect(() => new Client({ ...none, apiToken, timeout, maxRetries, headers })).not.toThrow();
  });
});

describe('a base URL', () => {
  it.each([(url: string) => `${url}//`, (url: string) => new URL(url)])(
    'may end in slashes, or be a URL object',
    async (baseUrl) => {
      const api = replying(200);
      await clientOf(api, { baseUrl: baseUrl(api.url) }).users.get('user_123');
      expect(api.requests[0]?.url).toBe(`${api.url}/users/user_123`);
    },
  );

  it.each(['localhost:4010/v1', 'app.localhost/v1', '127.0.0.1/v1', '127.8.9.1:80', '[::1]:1/v1'])(
    'may have http on the loopback interface: http://%s',
    (place) => expect(withOptions({ baseUrl: `http://${place}` })).not.toThrow(),
  );

  it.each(['localhost.example.com', '127.0.0.1.example.com', '192.168.0.1', 'api.internal:8080', 'api.example.com'])(
    'must have https elsewhere, because http shows the token, unless dangerouslyAllowHttp allows it: http://%s',
    (host) => {
      const baseUrl = `http://${host}/v1`;
      const isPublic = host === 'api.example.com';
      const advice = isPublic
        ? 'the public API requires https.'
        : 'anyone on the network path can read the API token. For a host of your own, set dangerouslyAllowHttp: true.';
      const error = new InvalidRequestError(
        `baseUrl (or EXAMPLE_BASE_URL) must be https, not http://${host}: ${advice}`,
      );
      const allowed = withOptions({ baseUrl, dangerouslyAllowHttp: true });

      expect(withOptions({ baseUrl })).toThrow(error);
      if (isPublic) expect(allowed).toThrow(error);
      else expect(allowed).not.toThrow();
    },
  );
});

/** What other SDKs call an option. */
const otherNames = {
  ...{ baseURL: 'baseUrl', prefixUrl: 'baseUrl', apiKey: 'apiToken', api_key: 'apiToken', token: 'apiToken' },
  ...{ retries: 'maxRetries', 'max-retries': 'maxRetries', defaultHeaders: 'headers' },
};
const token = 'apiToken (or EXAMPLE_API_TOKEN)';
const variable = `${token} is the name of a variable instead of its value: pass only the token.`;
const milliseconds = 'a positive number of milliseconds, at most 2147483647, or Infinity';
const store = 'rateLimit.store must be a store, such as redisRateLimitStore() returns';
const baseUrl = 'baseUrl (or EXAMPLE_BASE_URL) must be';
const headerValue = 'a string without line breaks, control characters or characters beyond Latin-1';
const returned = 'The value returned by apiToken() must be the token itself, as a string; got Object.';
const returningObject = withOptions({ apiToken: () => Promise.resolve({ access_token: secret }) });
const headers = (given: unknown) => withOptions({ headers: given });

it.each<[string, () => unknown]>([
  ['No API token: pass apiToken or set EXAMPLE_API_TOKEN.', () => new Client()],
  [`${token} must be the token itself, as a string; got number.`, withOptions({ apiToken: 4_242_424_242 })],
  [`${token} must be the token itself, as a string; got Promise.`, withOptions({ apiToken: Promise.resolve(secret) })],
  [`${token} has 'Bearer', which the SDK adds: pass only the token.`, withOptions({ apiToken: `Bearer ${secret}` })],
  [`${token} has spaces or line breaks: pass only the token.`, withOptions({ apiToken: `${secret}\n` })],
  [`${token} has quotes around it: pass only the token.`, withOptions({ apiToken: `"${secret}"` })],
  [`${token} has characters beyond ASCII: pass only the token.`, withOptions({ apiToken: 'sk_…7dc' })],
  [variable, withOptions({ apiToken: 'process.env.EXAMPLE_API_TOKEN' })],
  [variable, withOptions({ apiToken: 'undefined' })],
  [returned, () => returningObject().users.get('user_123')],

  ['options must be a plain object; got string.', () => new Client(secret as unknown as object)],
  ...Object.entries(otherNames).map(([name, meant]): [string, () => unknown] => [
    `Unknown option '${name}'. Did you mean '${meant}'?`,
    withOptions({ [name]: 'x' }),
  ]),
  [`Unknown option 'proxy'. The options are ${clientOptionNames.join(', ')}.`, withOptions({ proxy: 'http://proxy' })],
  ["Unknown option 'maxWait'. Set the client's rateLimit.maxWait.", withOptions({ maxWait: 7 })],
  ["Unknown option 'rateLimit.maxwait'. Did you mean 'rateLimit.maxWait'?", withOptions({ rateLimit: { maxwait: 7 } })],
  [
    "Unknown option 'rateLimit.…'. The options are store, maxWait, limit, window.",
    withOptions({ rateLimit: { [secret]: 50 } }),
  ],

  ["maxRetries must be a whole number of at least 0; got '3'.", withOptions({ maxRetries: '3' })],
  [`timeout must be ${milliseconds}; got '5s'.`, withOptions({ timeout: '5s' })],
  [
    `${baseUrl} an absolute URL without credentials, query or fragment; got string.`,
    withOptions({ baseUrl: `https://me:${secret}@api.example.com/v1` }),
  ],
  [`${store}; got Object.`, withOptions({ rateLimit: { store: createClient() } })],

  ['headers must not set authorization: the SDK sets it from apiToken.', headers({ Authorization: '' })],
  ["A name in headers must be one that HTTP allows; got 'X Team'.", headers({ 'X Team': 'blue' })],
  ['An entry of headers must be [name, value]; got string.', headers(['X-Key', secret])],
  [`headers['x-key'] must be ${headerValue}; got number.`, headers({ 'X-Key': 4_242_424_242 })],
])('a mistake in the options has the message: %s', async (message, mistake) => {
  vi.stubEnv('EXAMPLE_API_TOKEN', undefined);
  onTestFinished(() => void vi.unstubAllEnvs());
  expect((await refusal(mistake)).message).toBe(message);
});

const create = (client: Client, options: object) => client.users.create(newUser, options);
const createWith = (client: Client, given: unknown) => create(client, { headers: given });
const ofConnection = 'connection content-length expect host keep-alive transfer-encoding upgrade'.split(' ');
// The bodies of these would lose their contents.
const notJson = [new FormData(), new Map([['a', 1]]), new URLSearchParams('a=1'), new Date(0), new Uint8Array([1])];
const notOptions = [null, 'x', 7, [1], { retries: 1 }];

it.each<[message: string, values: unknown[], call: (client: Client, value: never) => PromiseLike<unknown>]>([
  ['method must be one of', ['HEAD', 'get', undefined], (client, method) => client.request(method, '/teams')],
  [
    'id must be a non-empty string',
    ['', '.', '..', 'a/b', '/', 'a\\b', 'a\u0000b', 'a\nb', 'a\u007fb', '\ud800', undefined, null, 7, {}],
    (client, id) => client.users.get(id),
  ],
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
  ['params.id is missing', [{}, { ID: '1' }], (client, params) => client.request('GET', '/teams/{id}', { params })],
  // Which every object has.
  ['toString must be', [{}], (client, params) => client.request('GET', '/teams/{toString}', { params })],
  ['params.… is not used', [{ token_123: '1' }], (client, params) => client.request('GET', '/teams', { params })],
  ['params must be', [null, [], 'x'], (client, params) => client.request('GET', '/teams', { params })],
  [
    'query.status must be a string, a number, a boolean or a list of these',
    [null, {}, NaN, Infinity, 7n, new Date(), () => 'active'],
    (client, status) => client.projects.list({ status }),
  ],
  [
    'The body must be an object or an array, which is sent as JSON',
    [...notJson, { toJSON: () => undefined }, '{}'],
    (client, body) => client.request('POST', '/teams', { body }),
  ],
  ['The body must be serializable as JSON', [{ age: 7n }], (client, body) => client.users.create(body)],
  ['schema must be', [{}, () => true, null], (client, schema) => client.request('GET', '/teams', { schema })],
  ['schema must be', [{}, 5, null, { '~standard': {} }], (client, schema) => client.list('/teams', { schema })],
  ["headers['x-note'] must", ['a\r\nX: y', 'a\0b', '✓', 7], (client, it) => createWith(client, { 'X-Note': it })],
  ['A name in headers must be', ['X Note', '', 7], (client, name) => createWith(client, [[name, 'a']])],
  ['An entry of headers must be', [['ab'], [['a', 'b', 'c']]], createWith],
  ['headers must be', ['ab', 7, null, new Date(), Promise.resolve({}), () => ({}), [].values()], createWith],
  ['headers must not set', [[['Authorization', 'a']], ...ofConnection.map((name) => ({ [name]: '1' }))], createWith],
  [
    'idempotencyKey must',
    ['', ' ', '\t', 'key-1 ', 'a\nb', 7],
    (client, key) => create(client, { idempotencyKey: key }),
  ],
  [
    'signal must be an AbortSignal',
    [null, 'x', {}, new EventTarget(), new AbortController(), { aborted: false }],
    (client, signal) => client.users.get('user_123', { signal }),
  ],
  ['option', notOptions, (client, options) => client.users.get('user_123', options)],
  ['option', notOptions, create],
  ['option', notOptions, (client, options) => client.projects.list({}, options).toArray()],
  ['option', notOptions, (client, options) => client.projects.list().toArray(options)],
])('%#. what no request can carry is refused before anything is sent: %s', async (message, values, call) => {
  const api = replying(200);
  for (const value of values)
    expect((await refusal(() => call(clientOf(api), value as never))).message, String(value)).toContain(message);
  expect(api.requests).toHaveLength(0);
});

/** The client without its types, which keep TypeScript users from most of these mistakes. */
type UntypedClient = Readonly<Record<'request' | 'list' | 'on', Untyped>> & {
  readonly users: Readonly<Record<'get' | 'create', Untyped>>;
  readonly projects: Readonly<Record<'list', Untyped>>;
};

/** One of an API that works. */
function untyped(): UntypedClient {
  const page = { data: [], meta: { current_page: 1, total_pages: 1, total_count: 0 } };
  const client = clientOf(inProcessApi(({ url }) => Response.json(url.includes('/users') ? user : page)));
  const [request, list, on] = [client.request, client.list, client.on].map((call) => call.bind(client));
  const { users, projects } = client;
  return { users, projects, request, list, on } as unknown as UntypedClient;
}

const { signal } = new AbortController();
const id = "id must be a non-empty string without slashes or control characters, and not '.' or '..'";
const path = "path must be relative to baseUrl, such as '/users', without '..' or a query";
const url = "path must be what follows baseUrl, such as '/users'";
const has = (query: string) => `path must not have a query: pass it as { query: { ${query}: … } }`;
const event = `The event must be one of ${clientEventNames.map((name) => `'${name}'`).join(', ')}`;
const asOption = 'is an option: pass it in the last argument.';
const detached = 'projects.list was called without its client: instead of client.projects.list, pass (value) =>';
const filter = `Unknown option 'filter'. The options are ${listOptionNames.join(', ')}, params, query, schema.`;
const notIterable = 'is not iterable: use';
const iterable = async (list: PromiseLike<unknown>) => [...((await list) as Iterable<unknown>)];
const secretUrl = `https://me:${secret}@api.example.com/v1/users/${secret}?token=${secret}`;

/** `param` says that a value is wrong, and not an option. */
it.each<[message: string, (client: UntypedClient) => unknown, param?: string]>([
  // The `await` before the inner call is missing.
  [`${id}; got APIPromise.`, ({ users }) => users.get(users.create(newUser)), 'id'],
  [`${id}; got 'users/user_123'.`, ({ users }) => users.get('users/user_123'), 'id'],
  ['options must be a plain object; got AbortSignal.', ({ users }) => users.get('1', signal)],
  ["Unknown option 'retries'. Did you mean 'maxRetries'?", ({ users }) => users.get('1', { retries: 1 })],
  ['The parameters must be a plain object; got undefined.', ({ users }) => users.create()],
  ['The parameters must be a plain object; got FormData.', ({ users }) => users.create(new FormData())],
  [`\`signal\` ${asOption}`, ({ users }) => users.create({ ...newUser, signal })],
  [`\`cursor\` ${asOption}`, ({ projects }) => projects.list({ cursor: 'x' })],
  [
    "per_page must be a whole number of at least 1; got '20'.",
    (it) => it.projects.list({ per_page: '20' }),
    'per_page',
  ],
  ['The parameters must be a plain object; got Set.', ({ projects }) => projects.list(new Set(['active']))],
  [`A list ${notIterable} \`for await\`, or toArray().`, ({ projects }) => Array.from(projects.list())],
  [
    `A page ${notIterable} page.data, or \`for await\` for all pages from it on.`,
    ({ projects }) => iterable(projects.list()),
  ],
  [`${url}; got 'https://a.example/users'.`, ({ request }) => request('GET', 'https://a.example/users')],
  [`${url}; got 'https://…/v1/users/…?…'.`, ({ list }) => list(secretUrl)],
  [`${path}; got 'users/user_123'.`, ({ request }) => request('GET', 'users/user_123')],
  [`${path}; got string.`, ({ request }) => request('GET', `/projects#${secret}`)],
  [`${has('status')}; got '/projects?…'.`, ({ request }) => request('GET', '/projects?status=active')],
  [`${has('…')}; got '/projects/…?…'.`, ({ list }) => list(`/projects/${secret}?${secret}`)],
  ['params.id is not used: path has no {id}.', ({ request }) => request('GET', '/:id', { params: { id: 'user_1' } })],
  [
    "team must be a non-empty string without slashes or control characters, and not '.' or '..'; got ''.",
    ({ request }) => request('GET', '/{team}', { params: { team: '' } }),
    'team',
  ],
  ['query must be a plain object; got Set.', ({ request }) => request('GET', '/', { query: new Set(['page']) })],
  ['A GET has no body: pass its parameters as query.', ({ request }) => request('GET', '/users', { body: {} })],
  ["Unknown option 'json'. Did you mean 'body'?", ({ request }) => request('POST', '/users', { json: newUser })],
  [filter, ({ list }) => list('/teams', { filter: 'mine' })],
  ["Unknown option 'searchParams'. Did you mean 'query'?", ({ list }) => list('/teams', { searchParams: {} })],
  [`${detached} client.projects.list(value).`, ({ projects }) => [{}].map(projects.list)],
  [detached.replaceAll('projects.list', 'users.get') + ' client.users.get(value).', ({ users: { get } }) => get('1')],
  [`${event}; got 'reponse'.`, ({ on }) => on('reponse', () => undefined)],
])('a mistake in a call has the message: %s', async (message, mistake, param) => {
  const error = await refusal(() => mistake(untyped()));
  expect([error.message, error.param]).toEqual([message, param]);
});
