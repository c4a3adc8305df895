import { Headers as UndiciHeaders } from 'undici';
import { describe, expect, it } from 'vitest';
import { InvalidRequestError, VERSION, type HeadersInput, type HttpMethod } from '@example/sdk';
import { apiToken, clientOf, newUser, rejection, throwing, user } from '../support/http-server.ts';
import { replying } from '../support/in-process-api.ts';

const userAgent = expect.stringMatching(new RegExp(`^example-sdk/${VERSION} Node\\.js/\\d+$`)) as string;
const headers = { accept: 'application/json', authorization: `Bearer ${apiToken}`, 'user-agent': userAgent };

it('each method of a resource sends the documented request', async () => {
  const api = replying(200, 201, () => Response.json({ data: [], meta }));
  const meta = { current_page: 2, total_pages: 3, total_count: 5 };
  const { users, projects } = clientOf(api);
  expect([await users.get('user_123'), await users.create(newUser)]).toEqual([user, user]);
  expect(await projects.list({ page: 2, per_page: 2, status: 'active' })).toMatchObject({ data: [], meta });

  expect(api.requests).toMatchObject([
    { url: `${api.url}/users/user_123`, init: { method: 'GET' } },
    { url: `${api.url}/users`, init: { method: 'POST', body: JSON.stringify(newUser) } },
    { url: `${api.url}/projects?page=2&per_page=2&status=active`, init: { method: 'GET' } },
  ]);
});

it.each<HttpMethod>(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])('a %s calls fetch(url, init)', async (method) => {
  const api = replying(200);
  const client = clientOf(api);
  const query = { include: ['owner', 'members'], archived: false, page: 2, q: 'a b&c=d', status: undefined };
  // Each value stays one segment of the path.
  const params = { id: 'ünï ✓', token: 'a;b&c=d+e@f:g?h#i', dots: '%2e%2e', unused: undefined as unknown as string };

  await client.request(method, '/teams/{id}/{token}/{dots}', { params, query, headers: { 'X-App': 'one' } });
  if (method !== 'GET') await client.request(method, '/teams', { body: { name: 'Blue' } });

  const common = { method, redirect: 'manual', signal: expect.any(AbortSignal) as AbortSignal };
  const [bare, full] = api.requests;
  expect(bare?.url).toBe(
    `${api.url}/teams/%C3%BCn%C3%AF%20%E2%9C%93/a%3Bb%26c%3Dd%2Be%40f%3Ag%3Fh%23i/%252e%252e?include=owner&include=members&archived=false&page=2&q=a+b%26c%3Dd`,
  );
  expect(bare?.init).toEqual({ ...common, headers: { ...headers, 'x-app': 'one' } });
  expect(bare?.init).not.toHaveProperty('body');
  for (const each of [bare?.init, bare?.init.headers]) expect(Object.getPrototypeOf(each)).toBe(Object.prototype);
  const typed = { ...headers, 'content-type': 'application/json' };
  if (method !== 'GET') expect(full?.init).toEqual({ ...common, headers: typed, body: '{"name":"Blue"}' });
});

describe('the headers of a request', () => {
  const twice: HeadersInput = [
    ['Accept', 'text/plain'],
    ['accept', 'text/html'],
  ];
  const red = { 'X-Team': 'red' };

  it.each<[string, HeadersInput | undefined, Record<string, string>]>([
    ['of the call win, by name in whatever case', { ...red, 'X-APP': 'two' }, { 'x-team': 'red', 'x-app': 'two' }],
    ['may be none', undefined, {}],
    ['may be Headers of undici', new UndiciHeaders(red), { 'x-team': 'red' }],
    ['may be a map', new Map(Object.entries(red)), { 'x-team': 'red' }],
    ['may lack a prototype', Object.assign(Object.create(null), red), { 'x-team': 'red' }],
    ['may have two values of a name', twice, { accept: 'text/plain, text/html' }],
  ])('%s', async (_, more, sent) => {
    const api = replying(200);
    const ofClient = { 'X-Team': 'blue', 'X-App': 'one', 'User-Agent': 'mine/1' };
    await clientOf(api, { headers: ofClient }).users.get('user_123', { headers: more });
    const expected = { ...headers, 'x-team': 'blue', 'x-app': 'one', 'user-agent': 'mine/1', ...sent };
    expect(api.requests[0]?.init.headers).toEqual(expected);
  });

  it('can remove a header of the client, and include an idempotency key', async () => {
    const api = replying(200);
    const removed = { headers: { 'x-team': undefined, 'x-app': undefined }, idempotencyKey: 'signup-42' };
    await clientOf(api, { headers: red }).users.get('user_123', removed);
    expect(api.requests[0]?.init.headers).toEqual({ ...headers, 'idempotency-key': 'signup-42' });
  });
});

describe('the body of a request', () => {
  const post = async (body: unknown, headers?: Record<string, string>) => {
    const api = replying(200);
    await clientOf(api).request('POST', '/teams', { body, headers });
    return api.requests[0]?.init;
  };
  class Team {
    readonly name = 'Blue';
    readonly [Symbol.toStringTag] = 'Team';
  }

  it.each([
    ['an array', [{ name: 'Blue' }], '[{"name":"Blue"}]'],
    ['an empty object', {}, '{}'],
    ['of a class that names itself', new Team(), '{"name":"Blue"}'],
    ['an object that knows its JSON', { toJSON: () => ({ name: 'Blue' }) }, '{"name":"Blue"}'],
  ])('may be %s', async (_, body, sent) => {
    expect((await post(body))?.body).toBe(sent);
  });

  it('has the content type that the caller sets', async () => {
    const type = 'application/merge-patch+json';
    expect((await post({}, { 'Content-Type': type }))?.headers['content-type']).toBe(type);
  });

  it("is refused with the cause if it can't be serialized or is nested too deeply", async () => {
    const cause = new Error('not loaded');
    let deep: object = {};
    for (let level = 0; level < 100_000; level++) deep = { deep };

    expect(await rejection(post({ toJSON: throwing(cause) }))).toMatchObject({ name: 'InvalidRequestError', cause });
    expect(await rejection(post(deep))).toEqual(new InvalidRequestError('The body must be nested less deeply.'));
  });
});
