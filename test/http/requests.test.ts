import { describe, expect, it } from 'vitest';
import { InvalidRequestError, type HttpMethod } from '@example/sdk';
import { apiToken, clientOf, json, newUser, rejection, serve, throwing } from '../support/http-server.ts';
import { inProcessApi } from '../support/in-process-api.ts';

const team = { id: 'team_1', name: 'Blue', created_at: '2024-01-01T00:00:00Z' };
const answer = () => serve((_, response) => json(response, 200, team));
const apiWith = (body: unknown) => inProcessApi(() => Response.json(body));
const methods: readonly HttpMethod[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

it.each(methods)(
  'a %s has its path filled in, its query and its headers, with a body or without one',
  async (method) => {
    const server = await answer();
    const client = clientOf(server);
    const query = { include: ['owner', 'members'], archived: false, page: 2, q: 'a b&c=d', status: undefined };
    const params = { id: 'team 1', token: 'a?b' };
    const headers = { 'X-App': 'one' };

    expect(await client.request(method, '/teams/{id}/invites/{token}', { params, query, headers })).toEqual(team);
    if (method !== 'GET') await client.request(method, '/teams', { body: { name: 'Blue' } });

    const [bare, full] = server.requests;
    expect(bare).toMatchObject({
      ...{ method, headers: { 'x-app': 'one', authorization: `Bearer ${apiToken}` }, body: '' },
      url: '/v1/teams/team%201/invites/a%3Fb?include=owner&include=members&archived=false&page=2&q=a+b%26c%3Dd',
    });
    expect(bare?.headers).not.toHaveProperty('content-type');
    if (method !== 'GET') expect(full).toMatchObject({ method, url: '/v1/teams', body: '{"name":"Blue"}' });
  },
);

it('what a call is given may be changed afterwards: it is sent as it was', async () => {
  const api = apiWith(team);
  const options = { params: { id: 'team_1' }, query: { a: ['1'] }, body: { name: 'Blue' } };
  const call = clientOf(api).request('PUT', '/teams/{id}', options);
  options.params.id = 'team_2';
  options.query.a.push('2');
  options.body.name = 'Red';

  await call;

  expect(api.requests).toMatchObject([{ url: `${api.url}/teams/team_1?a=1`, init: { body: '{"name":"Blue"}' } }]);
});

it('a request has the headers of the client and of the call, which win, and the idempotency key', async () => {
  const server = await answer();
  const client = clientOf(server, { headers: { 'X-Team': 'blue', 'X-App': 'one', 'User-Agent': 'mine/1' } });

  await client.users.create(newUser, { headers: new Headers({ 'x-app': 'two' }), idempotencyKey: 'signup-42' });
  await client.users.get('user_123', { headers: { 'x-team': undefined } });

  const [created, got] = server.requests.map(({ headers }) => headers);
  expect(created).toMatchObject({
    'x-team': 'blue',
    'x-app': 'two',
    'user-agent': 'mine/1',
    'idempotency-key': 'signup-42',
  });
  expect(got).toMatchObject({ 'x-app': 'one', 'user-agent': 'mine/1' });
  expect(got).not.toHaveProperty('x-team');
});

it.each([
  ['user 1', 'user%201'],
  ['a?b=c#d', 'a%3Fb%3Dc%23d'],
  ['%2e%2e', '%252e%252e'],
  ['...', '...'],
  ['ünïcode-✓', '%C3%BCn%C3%AFcode-%E2%9C%93'],
  ['a;b&c=d+e@f:g', 'a%3Bb%26c%3Dd%2Be%40f%3Ag'],
])('an id stays one segment of the path: %j', async (id, segment) => {
  const server = await answer();

  await clientOf(server).request('GET', '/users/{id}', { params: { id } });

  expect(server.requests[0]?.url).toBe(`/v1/users/${segment}`);
});

describe('the body of a request', () => {
  const post = async (body: unknown, headers?: Record<string, string>) => {
    const api = apiWith({});
    await clientOf(api).request('POST', '/teams', { body, headers });
    return api.requests[0]?.init;
  };
  // TypeScript does not know it yet.
  const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };
  class Team {
    readonly name = 'Blue';
    readonly [Symbol.toStringTag] = 'Team';
  }

  it.each([
    ['an array', [{ name: 'Blue' }, { name: 'Red' }], '[{"name":"Blue"},{"name":"Red"}]'],
    ['an empty object', {}, '{}'],
    ['of a class that names itself', new Team(), '{"name":"Blue"}'],
    ['an object that knows its JSON', { toJSON: () => ({ name: 'Blue' }) }, '{"name":"Blue"}'],
    [
      'an object whose JSON is empty',
      new (class Odd {
        toJSON = () => ({});
      })(),
      '{}',
    ],
    ['a number with every digit', { id: rawJSON('12345678901234567890') }, '{"id":12345678901234567890}'],
  ])('may be %s', async (_, body, sent) => {
    expect((await post(body))?.body).toBe(sent);
  });

  it('has the content type of JSON, unless the caller sets one', async () => {
    const type = 'application/merge-patch+json';

    expect((await post({}))?.headers['content-type']).toBe('application/json');
    expect((await post({}, { 'Content-Type': type }))?.headers['content-type']).toBe(type);
  });

  it('is refused with the cause if its serialization fails, or if it is nested too deeply', async () => {
    const cause = new Error('not loaded');
    let deep: object = {};
    for (let level = 0; level < 100_000; level++) deep = { deep };

    expect(await rejection(post({ toJSON: throwing(cause) }))).toMatchObject({ name: 'InvalidRequestError', cause });
    const error = await rejection(post(deep));
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect((error as Error).message).toBe('The body must be nested less deeply.');
  });
});
