import { inspect } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ClientOptions, EndpointOptions } from '@example/sdk';
import { clientEventNames } from '../../src/telemetry/events.ts';
import { apiToken, clientOf, newUser, rejection } from '../support/http-server.ts';
import { budget, replying, type Reply } from '../support/in-process-api.ts';
import { printed } from '../support/printed.ts';
import { fixJitter, settled, useVirtualTime } from '../support/virtual-time.ts';

beforeEach(() => {
  useVirtualTime();
  fixJitter(0);
});

/** A client, and everything that it exposes: errors, events and log lines. */
function observed(api: ReturnType<typeof replying>, options: ClientOptions = {}) {
  const shown: unknown[] = [];
  const log = (...line: unknown[]) => shown.push(...line);
  const logger = { error: log, warn: log, info: log, debug: log };
  const client = clientOf(api, { logger, logLevel: 'debug', ...options });
  for (const name of clientEventNames) client.on(name, (event: unknown) => shown.push(event));
  const failing = async (call: Promise<unknown>) => void shown.push(await settled(rejection(call)));
  return { client, failing, shown, text: () => shown.map(printed).join('\n') };
}

const json = (status: number, body: unknown, headers = {}) => Response.json(body, { status, headers });
const rejecting = (error: unknown) => Promise.reject(error);
/** A value that nothing may look at. */
const unreadable = () => {
  const get = () => expect.fail(apiToken);
  return new Proxy(new Error('no'), { get, ownKeys: get, getPrototypeOf: get });
};
/** An error whose class prints the request. */
const telling = (init: object) =>
  Object.assign(new AggregateError([new Error(JSON.stringify(init))], 'no', { cause: init }), {
    ...{ name: JSON.stringify(init), request: init, toJSON: () => init, [inspect.custom]: () => inspect(init) },
  });

describe('the SDK exposes neither the token nor the password', () => {
  // test/http/answers.fuzz.test.ts covers responses that repeat text.
  it.each<[string, Reply]>([
    ['a header with the token in its name', () => json(422, {}, { [`x-${apiToken}`]: '1' })],
    ['a reason phrase with the token', () => new Response(null, { status: 403, statusText: `no ${apiToken}` })],
    ['an error with the request in it', ({ init }) => rejecting(telling(init))],
    ['an error that cannot be read', () => rejecting(unreadable())],
    ['a string', ({ init }) => rejecting(JSON.stringify(init))],
  ])('after %s', async (_, reply) => {
    const { client, failing, shown, text } = observed(replying(reply), { maxRetries: 1 });
    await failing(client.users.create(newUser));
    await failing(client.projects.list().then());
    shown.push(client, client.users, client.rateLimit);

    for (const secret of [apiToken, newUser.password]) expect(text()).not.toContain(secret);
  });

  it.each<[string, token: string, ClientOptions['apiToken']]>([
    ['a token', apiToken, apiToken],
    ['a token function', apiToken, () => apiToken],
    ['a token that a URL escapes', 'token+nobody=sees', 'token+nobody=sees'],
  ])('after calls with the token as an id or in a query, answered or ended in a wait: %s', async (_, token, given) => {
    const api = replying(404);
    const { client, failing, shown, text } = observed(api, { apiToken: given, rateLimit: { limit: 3 } });
    const get = (options: EndpointOptions) => client.request('GET', `/teams/${token}`, options);
    await failing(client.users.get(token));
    await failing(get({ query: { of: token } }));
    await failing(client.request('GET', `//${token}`));
    await failing(get({}));
    await failing(get({ totalTimeout: 1000 }));

    // The token is sent, because the SDK doesn't guess what was meant.
    expect(api.requests[0]?.url).toContain(encodeURIComponent(token));
    expect(shown).toContainEqual(expect.objectContaining({ query: '?of=[redacted]' }));
    expect(text()).toContain('/users/[redacted]');
    for (const secret of [token, encodeURIComponent(token)]) expect(text()).not.toContain(secret);
  });

  const fields = [
    ...['password', 'passwords', 'newPassword', 'passphrase', 'client_secret', 'clientSecrets', 'credentials'],
    ...['api_key', 'api_keys', 'apiKey', 'accessKey', 'private_key', 'access_token', 'refresh_token'],
  ];

  it.each<[string, EndpointOptions]>([
    ...fields.map((name): [string, EndpointOptions] => [`body.${name}`, { body: { a: [{ [name]: ['hidden-1'] }] } }]),
    ['body.password, a number', { body: { password: 12345678 } }],
    ['body.password, with fields', { body: { password: { deep: ['hidden-1'] } } }],
    ['params.token', { params: { token: 'hidden-1' } }],
    ["query['filter[token]']", { query: { 'filter[token]': 'hidden-1' } }],
    ["headers['x-api-key']", { headers: { 'x-api-key': 'hidden-1' } }],
    ['headers.cookie', { headers: { cookie: 'hidden-1' } }],
  ])('nor a value that its name marks as secret: %s', async (_, options) => {
    const error = { code: 'bad', message: 'No: hidden-1 12345678', details: { echo: ['hidden-1', 12345678] } };
    const { client, failing, text } = observed(replying(() => json(422, { error })));
    await failing(client.request('POST', options.params ? '/invites/{token}' : '/teams', options));
    expect(text()).toContain('[redacted]');
    expect(text()).not.toContain(JSON.stringify(options).includes('hidden') ? 'hidden-1' : '12345678');
  });

  it.each<[string, Reply, ClientOptions]>([
    ['RateLimitWaitError', () => json(404, {}, budget(100, 0, Date.now() / 1000 + 60)), { rateLimit: { maxWait: 0 } }],
    ['UnavailableError', 503, { outageWait: 1000 }],
  ])('nor a secret in the URL of a call that ends while it waits: %s', async (name, reply, options) => {
    const { client, shown, text } = observed(replying(reply), options);
    const given = { params: { token: 'hidden-1' }, query: { api_key: 'hidden-2', of: apiToken } };
    const get = async () => rejection(client.request('GET', '/invites/{token}', given));
    const first = name === 'RateLimitWaitError' ? [await settled(get())] : [];
    shown.push(...first, ...(await settled(Promise.all([get(), get(), get()]))));
    expect(shown).toContainEqual(expect.objectContaining({ name }));
    expect(text()).not.toMatch(new RegExp(`hidden|${apiToken}`));
  });

  it('nor a secret parameter of a list, not even in its cursor', async () => {
    const page = { data: [{ name: 'no id' }], meta: { page: 1, total_pages: 3 } };
    const { client, shown, text } = observed(replying(() => json(200, page)));
    const list = client.list('/t/{api_key}/items', { params: { api_key: 'hidden-1' } });
    const { cursor } = await list;
    await list.toArray({ limit: 3 });
    expect(shown).toContainEqual(expect.objectContaining({ reason: 'no-overlap' }));
    expect(text() + Buffer.from(cursor, 'base64url').toString()).not.toContain('hidden-1');
  });

  it("but doesn't change field names, even if the password is one", async () => {
    const error = { code: 'weak_password', details: { password: 'is too weak' } };
    const { users } = clientOf(replying(() => json(422, { error })));
    expect(await rejection(users.create({ ...newUser, password: 'password' }))).toMatchObject(error);
  });
});

describe('a token from an earlier attempt is redacted', () => {
  const tokens = ['first-token-1234', 'second-token-1234'] as const;

  it('in the responses to later attempts', async () => {
    const revoked = (status: number) => () => json(status, { error: { message: `${tokens[0]} was revoked` } });
    const api = replying(revoked(503), revoked(401));
    const apiToken = () => tokens[api.requests.length === 0 ? 0 : 1];
    const { client, failing, shown, text } = observed(api, { apiToken });
    await failing(client.request('GET', `/tokens/${tokens[0]}`));

    expect(shown.at(-1)).toMatchObject({ status: 401, path: '/tokens/[redacted]' });
    expect(text()).not.toContain(tokens[0]);
    const sent = api.requests.map(({ init }) => init.headers['authorization']);
    expect(sent).toEqual(tokens.map((each) => `Bearer ${each}`));
  });

  it.each<[same: string, Reply]>([
    ['call', 503],
    ['client', 404],
  ])('in the error of a token function: one of the same %s', async (_, reply) => {
    let calls = 0;
    const apiToken = () => (calls++ === 0 ? tokens[0] : expect.fail(`can't refresh ${tokens[0]}`));
    const { client, failing, shown, text } = observed(replying(reply), { apiToken });
    for (const id of ['1', '2']) await failing(client.users.get(id));

    const cause = { message: "can't refresh [redacted]" };
    expect(shown.at(-1)).toMatchObject({ message: 'The apiToken function failed; see the cause.', cause });
    expect(text()).not.toContain(tokens[0]);
  });
});
