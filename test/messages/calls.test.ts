import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Agent } from 'undici';
import { InvalidRequestError, type ClientOptions, type FetchResponse } from '@example/sdk';
import { listOptionNames } from '../../src/pagination/list-options.ts';
import { eventNames } from '../../src/telemetry/events.ts';
import { freePort } from '../support/free-port.ts';
import { clientOf, json, newUser, serve, user } from '../support/http-server.ts';
import { inProcessApi } from '../support/in-process-api.ts';
import { messageOf, type UntypedClient } from './message-of.ts';

const page = { data: [], meta: { current_page: 1, total_pages: 1, total_count: 0 } };

/** A client of an API that works, as JavaScript sees it. */
const untyped = () =>
  clientOf(inProcessApi(({ url }) => Response.json(url.includes('/users') ? user : page))) as unknown as UntypedClient;

const { signal } = new AbortController();
const id = "id must be a non-empty string without slashes or control characters, and not '.' or '..'";
const path = "path must be relative to baseUrl, such as '/users', without '..' or a query";
const method = "method must be one of 'GET', 'POST', 'PUT', 'PATCH', 'DELETE'";
const body = 'The body must be an object or an array, which is sent as JSON';
const value = 'a string, a number, a boolean or a list of these';
const event = `The event must be one of ${eventNames.map((name) => `'${name}'`).join(', ')}`;
const asOption = 'is an option: pass it in the last argument.';
const secret = 'sk_test_4eC39HqLyjWDarjtT1zdp7dc';
const detached = (method: string) =>
  `${method} was called without its client: instead of client.${method}, pass (value) => client.${method}(value).`;
const notIterable = 'is not iterable: use';

describe('a mistake in a call is refused before anything is sent', () => {
  it.each<[string, (client: UntypedClient) => unknown]>([
    [`${id}; got undefined.`, ({ users }) => users.get(undefined)],
    [`${id}; got ''.`, ({ users }) => users.get('')],
    [`${id}; got 123.`, ({ users }) => users.get(123)],
    [`${id}; got Object.`, ({ users }) => users.get({ id: 'user_123' })],
    [`${id}; got 'users/user_123'.`, ({ users }) => users.get('users/user_123')],
    // The `await` before the inner call is missing.
    [`${id}; got APIPromise.`, ({ users }) => users.get(users.create(newUser))],
    [
      'signal must be an AbortSignal; got AbortController.',
      ({ users }) => users.get('1', { signal: new AbortController() }),
    ],
    ['options must be a plain object; got AbortSignal.', ({ users }) => users.get('1', signal)],
    ['options must be a plain object; got function.', ({ users }) => users.get('1', () => undefined)],
    ["Unknown option 'retries'. Did you mean 'maxRetries'?", ({ users }) => users.get('1', { retries: 1 })],

    ['The parameters must be a plain object; got undefined.', ({ users }) => users.create()],
    ['The parameters must be a plain object; got string.', ({ users }) => users.create('John')],
    ['The parameters must be a plain object; got FormData.', ({ users }) => users.create(new FormData())],
    [`\`signal\` ${asOption}`, ({ users }) => users.create({ ...newUser, signal })],
    ['options must be a plain object; got string.', ({ users }) => users.create(newUser, 'key-1')],
    [
      'idempotencyKey must not be empty, and must not begin or end with a space.',
      ({ users }) => users.create(newUser, { idempotencyKey: '' }),
    ],

    [`\`signal\` ${asOption}`, ({ projects }) => projects.list({ signal })],
    [`\`cursor\` ${asOption}`, ({ projects }) => projects.list({ cursor: 'x' })],
    ["per_page must be a whole number of at least 1; got '20'.", ({ projects }) => projects.list({ per_page: '20' })],
    ['page must be a whole number of at least 1; got 0.', ({ projects }) => projects.list({ page: 0 })],
    ['The parameters must be a plain object; got string.', ({ projects }) => projects.list('active')],
    [
      'The parameters must be a plain object; got URLSearchParams.',
      ({ projects }) => projects.list(new URLSearchParams({ status: 'active' })),
    ],
    [`query.status must be ${value}; got null.`, ({ projects }) => projects.list({ status: null })],
    [
      'cursor must be the unchanged cursor of a page or of an error.',
      ({ projects }) => projects.list({}, { cursor: 'page=2' }),
    ],
    [`A list ${notIterable} \`for await\`, or toArray().`, ({ projects }) => Array.from(projects.list())],
    [
      `A page ${notIterable} page.data, or \`for await\` for all pages from it on.`,
      async ({ projects }) => [...((await projects.list()) as Iterable<unknown>)],
    ],

    [`${method}; got 'get'.`, ({ request }) => request('get', '/users')],
    [`${method}; got '/users'.`, ({ request }) => request('/users')],
    [
      "path must be what follows baseUrl, such as '/users'; got 'https://api.example.com/v1/users'.",
      ({ request }) => request('GET', 'https://api.example.com/v1/users'),
    ],
    [
      "path must be what follows baseUrl, such as '/users'; got 'https://…/v1/users/…?…'.",
      ({ list }) => list(`https://me:${secret}@api.example.com/v1/users/${secret}?token=${secret}`),
    ],
    [`${path}; got 'users/user_123'.`, ({ request }) => request('GET', 'users/user_123')],
    [
      "path must not have a query: pass it as { query: { status: … } }; got '/projects?…'.",
      ({ request }) => request('GET', '/projects?status=active'),
    ],
    [
      "path must not have a query: pass it as { query: { …: … } }; got '/projects/…?…'.",
      ({ list }) => list(`/projects/${secret}?${secret}`),
    ],
    [`${path}; got string.`, ({ request }) => request('GET', `/projects#${secret}`)],
    ['params.id is missing: path has {id}.', ({ request }) => request('GET', '/users/{id}')],
    ['params.id is missing: path has {id}.', ({ list }) => list('/teams/{id}/members')],
    [
      'params.id is not used: path has no {id}.',
      ({ request }) => request('GET', '/users/:id', { params: { id: 'user_123' } }),
    ],
    [`${id}; got 123.`, ({ request }) => request('GET', '/users/{id}', { params: { id: 123 } })],
    [
      'query must be a plain object; got URLSearchParams.',
      ({ request }) => request('GET', '/projects', { query: new URLSearchParams({ page: '2' }) }),
    ],
    [
      `query.since must be ${value}; got Date.`,
      ({ request }) => request('GET', '/projects', { query: { since: new Date() } }),
    ],
    ['A GET has no body: pass its parameters as query.', ({ request }) => request('GET', '/users', { body: {} })],
    [`${body}; got string.`, ({ request }) => request('POST', '/users', { body: JSON.stringify(newUser) })],
    [`${body}; got string.`, ({ request }) => request('POST', '/users', { body: 'hunter2' })],
    ["Unknown option 'json'. Did you mean 'body'?", ({ request }) => request('POST', '/users', { json: newUser })],
    [
      `Unknown option 'filter'. The options are ${listOptionNames.join(', ')}, params, query, schema.`,
      ({ list }) => list('/teams', { filter: 'mine' }),
    ],
    ["Unknown option 'searchParams'. Did you mean 'query'?", ({ list }) => list('/teams', { searchParams: {} })],
    [
      `Unknown option 'query'. The options are ${listOptionNames.join(', ')}.`,
      ({ projects }) => projects.list({}, { query: {} }),
    ],

    [detached('users.get'), ({ users }) => ['user_123'].map(users.get)],
    [detached('users.create'), ({ users: { create } }) => create(newUser)],
    [detached('projects.list'), ({ projects }) => [{}].map(projects.list)],
    [
      'schema must be a schema of zod, Valibot or another Standard Schema; got Object.',
      ({ request }) => request('GET', '/users', { schema: { type: 'object' } }),
    ],

    [`${event}; got 'reponse'.`, ({ on }) => on('reponse', () => undefined)],
    ['The listener must be a function; got undefined.', ({ on }) => on('response')],
  ])('%s', async (message, mistake) => {
    const client = untyped();
    const [request, list, on] = [client.request, client.list, client.on].map((call) => call.bind(client));
    expect(await messageOf(() => mistake({ ...client, request, list, on } as UntypedClient))).toBe(message);
  });
});

it.each<[string | undefined, (client: UntypedClient) => unknown]>([
  ['id', ({ users }) => users.get('..')],
  ['team', ({ request }) => request('GET', '/teams/{team}', { params: { team: '' } })],
  ['page', ({ projects }) => projects.list({ page: 0 })],
  ['per_page', ({ projects }) => projects.list({ per_page: Number.NaN })],
  ['status', ({ projects }) => projects.list({ status: null })],
  ['cursor', ({ projects }) => projects.list({}, { cursor: 'page=2' })],
  ['cursor', ({ projects }) => projects.list({}, { cursor: 2 })],
  [undefined, ({ projects }) => projects.list({}, { prefetch: -1 })],
  [undefined, ({ users }) => users.get('1', { timeout: 0 })],
  [undefined, ({ users }) => users.get('1', { retries: 1 })],
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

describe('a mistake that only a request shows', () => {
  const call = (options: ClientOptions) => () =>
    clientOf(
      { url: 'https://api.example.com/v1' },
      { maxRetries: 0, apiToken: crypto.randomUUID(), ...options },
    ).users.get('user_123');

  it('a field that the API refuses: the reason for the first one', async () => {
    const details = { email: 'Must be an email address.', name: 'Must not be empty.' };
    const error = { code: 'invalid_request', message: 'The request is invalid.', details };
    const fetch = () => Promise.resolve(Response.json({ error }, { status: 422 }));

    expect(await messageOf(call({ fetch }))).toBe(
      'The request is invalid. email: Must be an email address. (422 GET /users/{id})',
    );
  });

  it('https to the port of an http server', async () => {
    const { url } = await serve((_, response) => json(response, 200, user));

    expect(await messageOf(call({ baseUrl: url.replace('http:', 'https:') }))).toBe(
      'The request failed: baseUrl says https, but the server at its port speaks http. (GET /users/{id})',
    );
  });

  it('a port at which nobody listens', async () => {
    const port = await freePort();

    expect(await messageOf(call({ baseUrl: `http://127.0.0.1:${port}` }))).toBe(
      `The request failed: connect ECONNREFUSED 127.0.0.1:${port} (GET /users/{id})`,
    );
  });

  it('fetch and its dispatcher from different versions of undici', async () => {
    const { url } = await serve((_, response) => json(response, 200, user));
    const dispatcher = new Agent(); // That of Node.js is older.
    onTestFinished(() => dispatcher.destroy());
    const mixed = (target: string, init: object) => fetch(target, { ...init, dispatcher } as RequestInit);

    expect(await messageOf(call({ baseUrl: url, fetch: mixed }))).toBe(
      'The request failed: invalid onRequestStart method: fetch and its dispatcher are of different versions of undici. (GET /users/{id})',
    );
  });

  it('a fetch that reads the body of its response', async () => {
    const reading = async () => {
      const response = Response.json(user);
      await response.text();
      return response;
    };

    expect(await messageOf(call({ fetch: reading }))).toBe(
      'The request failed: fetch has read the body of its response: let it read a clone(). (GET /users/{id})',
    );
  });

  it.each([
    [
      "What text() of fetch's response resolves to must be a string; got Object.",
      { text: () => Promise.resolve(user) },
    ],
    [
      "A chunk in the body of fetch's response must be a Uint8Array; got '{}'.",
      {
        body: new ReadableStream({ start: (controller) => controller.enqueue('{}') }),
        text: () => Promise.resolve(''),
      },
    ],
  ])('a body that is none, which no retry would change: %s', async (message, parts) => {
    const fetch = vi.fn(() => Promise.resolve({ status: 200, ok: true, headers: new Headers(), ...parts } as never));

    expect(await messageOf(call({ fetch, maxRetries: 2 }))).toBe(
      `The request failed: ${message} (200 GET /users/{id})`,
    );
    expect(fetch).toHaveBeenCalledOnce();
  });

  it.each([
    ['undefined', undefined], // such as a mock that has no answer
    ['Object', user],
    ['Object', { ok: true, status: 200, json: () => Promise.resolve(user) }],
    ['Object', { ok: true, status: 200, headers: {}, text: () => Promise.resolve('') }],
    ['Object', { status: 200, headers: new Headers(), text: () => Promise.resolve('') }],
  ])('a fetch that resolves to something else: %s', async (got, answer) => {
    const fetch = vi.fn(() => Promise.resolve(answer as unknown as FetchResponse));

    expect(await messageOf(call({ fetch, maxRetries: 2 }))).toBe(
      `The request failed: What fetch resolves to must be a Response with status, ok, headers and text(); got ${got}. (GET /users/{id})`,
    );
    expect(fetch).toHaveBeenCalledOnce();
  });
});
