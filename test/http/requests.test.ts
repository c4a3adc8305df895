import { describe, expect, it } from 'vitest';
import { InvalidRequestError, VERSION, type HttpMethod } from '@example/sdk';
import { apiToken, clientOf, newUser, rejection, throwing } from '../support/http-server.ts';
import { replying } from '../support/replies.ts';

const userAgent = expect.stringMatching(new RegExp(`^example-sdk/${VERSION} Node\\.js/\\d+$`)) as string;
const headers = { accept: 'application/json', authorization: `Bearer ${apiToken}`, 'user-agent': userAgent };

it.each<HttpMethod>(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])(
  'a %s is a URL and a plain object: method, headers, redirect mode, signal, and a body if there is one',
  async (method) => {
    const api = replying(200);
    const client = clientOf(api);
    const query = { include: ['owner', 'members'], archived: false, page: 2, q: 'a b&c=d', status: undefined };
    // Each stays one segment of the path.
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
  },
);

it('what a call is given may be changed afterwards: it is sent as it was', async () => {
  const api = replying(200);
  const options = { params: { id: 'team_1' }, query: { a: ['1'] }, body: { name: 'Blue' } };
  const call = clientOf(api).request('PUT', '/teams/{id}', options);
  options.params.id = 'team_2';
  options.query.a.push('2');
  options.body.name = 'Red';
  await call;

  expect(api.requests).toMatchObject([{ url: `${api.url}/teams/team_1?a=1`, init: { body: '{"name":"Blue"}' } }]);
});

it('a request has the headers of the client and of the call, which win, and the idempotency key', async () => {
  const api = replying(200);
  const { users } = clientOf(api, { headers: { 'X-Team': 'blue', 'X-App': 'one', 'User-Agent': 'mine/1' } });
  await users.create(newUser, { headers: new Headers({ 'x-app': 'two' }), idempotencyKey: 'signup-42' });
  await users.get('user_123', { headers: { 'x-team': undefined } });

  const [created, got] = api.requests.map(({ init }) => init.headers);
  expect(created).toMatchObject({ 'x-team': 'blue', 'x-app': 'two', 'idempotency-key': 'signup-42' });
  expect(got).toEqual({ ...headers, 'x-app': 'one', 'user-agent': 'mine/1' });
});

describe('the body of a request', () => {
  const post = async (body: unknown, headers?: Record<string, string>) => {
    const api = replying(200);
    await clientOf(api).request('POST', '/teams', { body, headers });
    return api.requests[0]?.init;
  };
  // TypeScript does not know it yet.
  const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };
  class Team {
    readonly name = 'Blue';
    readonly [Symbol.toStringTag] = 'Team';
  }
  class Empty {
    toJSON = () => ({});
  }

  it.each([
    ['an array', [{ name: 'Blue' }, {}], '[{"name":"Blue"},{}]'],
    ['an empty object', {}, '{}'],
    ['of a class that names itself', new Team(), '{"name":"Blue"}'],
    ['an object that knows its JSON', { toJSON: () => ({ name: 'Blue' }) }, '{"name":"Blue"}'],
    ['an object whose JSON is empty', Object.assign(new Empty(), { [Symbol.toStringTag]: 'Empty' }), '{}'],
    ['a number with every digit', { id: rawJSON('12345678901234567890') }, '{"id":12345678901234567890}'],
  ])('may be %s', async (_, body, sent) => {
    expect((await post(body))?.body).toBe(sent);
  });

  it('has the content type that the caller sets', async () => {
    const type = 'application/merge-patch+json';
    expect((await post({}, { 'Content-Type': type }))?.headers['content-type']).toBe(type);
  });

  it('is refused with the cause if it cannot be serialized, or is nested too deeply', async () => {
    const cause = new Error('not loaded');
    let deep: object = {};
    for (let level = 0; level < 100_000; level++) deep = { deep };

    expect(await rejection(post({ toJSON: throwing(cause) }))).toMatchObject({ name: 'InvalidRequestError', cause });
    expect(await rejection(post(deep))).toEqual(new InvalidRequestError('The body must be nested less deeply.'));
  });
});
