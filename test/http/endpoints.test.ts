import { runInNewContext } from 'node:vm';
import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import * as mini from 'zod/mini';
import { InvalidRequestError, ResponseValidationError } from '@example/sdk';
import type { HttpMethod, StandardFailure, StandardSchema } from '@example/sdk';
import { apiToken, clientOf, json, rejection, serve, throwing } from '../support/http-server.ts';
import { inProcessApi } from '../support/in-process-api.ts';

const team = { id: 'team_1', name: 'Blue', created_at: '2024-01-01T00:00:00Z' };
const apiWith = (body: unknown) => inProcessApi(() => Response.json(body));
const methods: readonly HttpMethod[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

describe('client.request() calls an endpoint that the SDK does not know', () => {
  it.each(methods)(
    'with %s, its path filled in, its query and its headers, with a body or without one',
    async (method) => {
      const server = await serve((_, response) => json(response, 200, team));
      const client = clientOf(server);
      const query = { include: ['owner', 'members'], archived: false, page: 2, q: 'a b&c=d', status: undefined };
      const params = { id: 'team 1', token: 'a?b' };
      const headers = { 'X-App': 'one' };

      expect(await client.request(method, '/teams/{id}/invites/{token}', { params, query, headers })).toEqual(team);
      if (method !== 'GET') await client.request(method, '/teams', { body: { name: 'Blue' } });

      const [bare, full] = server.requests;
      expect(bare).toMatchObject({
        method,
        headers: { 'x-app': 'one', authorization: `Bearer ${apiToken}` },
        body: '',
      });
      expect(bare?.url).toBe(
        '/v1/teams/team%201/invites/a%3Fb?include=owner&include=members&archived=false&page=2&q=a+b%26c%3Dd',
      );
      expect(bare?.headers).not.toHaveProperty('content-type');
      if (method !== 'GET') expect(full).toMatchObject({ method, body: '{"name":"Blue"}' });
    },
  );

  it('and may change its options and parameters afterwards', async () => {
    const api = apiWith(team);
    const options = { params: { id: 'team_1' }, query: { a: ['1'] }, body: { name: 'Blue' } };
    const call = clientOf(api).request('PUT', '/teams/{id}', options);
    options.params.id = 'team_2';
    options.query.a.push('2');
    options.body.name = 'Red';

    await call;

    expect(api.requests[0]).toMatchObject({ url: `${api.url}/teams/team_1?a=1`, init: { body: '{"name":"Blue"}' } });
  });

  it('paced with all other calls of the token', async () => {
    const api = apiWith(team);
    const client = clientOf(api, { rateLimit: { limit: 1, maxWait: 0 } });
    await client.request('GET', '/teams');

    expect(await rejection(client.request('DELETE', '/teams/team_1'))).toMatchObject({ name: 'RateLimitWaitError' });
    expect(api.requests).toHaveLength(1);
  });
});

it.each([
  ['user 1', 'user%201'],
  ['a?b=c#d', 'a%3Fb%3Dc%23d'],
  ['%2e%2e', '%252e%252e'],
  ['...', '...'],
  ['ünïcode-✓', '%C3%BCn%C3%AFcode-%E2%9C%93'],
  ['a;b&c=d+e@f:g', 'a%3Bb%26c%3Dd%2Be%40f%3Ag'],
])('an id stays one segment of the path: %j', async (id, segment) => {
  const server = await serve((_, response) => json(response, 200, team));

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
    ['of a class that names itself', new Team(), '{"name":"Blue"}'],
    ['an object that knows its JSON', { toJSON: () => ({ name: 'Blue' }) }, '{"name":"Blue"}'],
    ['a number with every digit', { id: rawJSON('12345678901234567890') }, '{"id":12345678901234567890}'],
    ['an amount that knows its digits', { toJSON: () => ({ amount: rawJSON('1.10') }) }, '{"amount":1.10}'],
  ])('may be %s', async (_, body, sent) => {
    expect((await post(body))?.body).toBe(sent);
  });

  it('has the content type of JSON, unless the caller sets one', async () => {
    const type = 'application/merge-patch+json';

    expect((await post({}))?.headers['content-type']).toBe('application/json');
    expect((await post({}, { 'Content-Type': type }))?.headers['content-type']).toBe(type);
  });

  it('is refused with the cause if its serialization fails', async () => {
    const cause = new Error('not loaded');
    const error = await rejection(post({ toJSON: throwing(cause) }));

    expect(error).toBeInstanceOf(InvalidRequestError);
    expect((error as Error).cause).toBe(cause);
  });
});

describe('the value', () => {
  it.each([[team], [[team]], ['text'], [7], [false], [null]])(
    'without a schema is the JSON as it is: %j',
    async (body) => {
      expect(await clientOf(apiWith(body)).request('GET', '/teams')).toEqual(body);
    },
  );

  it.each([200, 202, 204, 205])('of an empty answer (%s) is undefined', async (status) => {
    const client = clientOf(inProcessApi(() => new Response(status === 200 ? '' : null, { status })));

    expect(await client.request('DELETE', '/teams/team_1')).toBeUndefined();
    await expect(client.request('DELETE', '/teams/team_1', { schema: z.void() })).resolves.toBeUndefined();
  });

  const date = (text: string) => new Date(text);

  it.each([
    ['zod', z.object({ id: z.string(), created_at: z.coerce.date() })],
    ['zod/mini', mini.object({ id: mini.string(), created_at: mini.coerce.date() })],
    ['Valibot', v.object({ id: v.string(), created_at: v.pipe(v.string(), v.transform(date)) })],
    ['ArkType', type({ id: 'string', created_at: 'string.date.parse', '+': 'delete' })],
    [
      'zod, asynchronous',
      z.object({ id: z.string(), created_at: z.string().transform(async (text) => Promise.resolve(date(text))) }),
    ],
  ] as const)('with a schema of %s is what the schema returns', async (_, schema) => {
    const value = await clientOf(apiWith(team)).request('GET', '/teams/{id}', { params: { id: 'team_1' }, schema });

    expect(value).toEqual({ id: 'team_1', created_at: new Date('2024-01-01T00:00:00Z') });
  });
});

describe('a body that differs from the schema', () => {
  const schemas = [
    ['zod', z.object({ id: z.string(), name: z.number() })],
    ['Valibot', v.object({ id: v.string(), name: v.number() })],
    ['ArkType', type({ id: 'string', name: 'number' })],
  ] as const;
  const strict = { responseValidation: 'throw' } as const;
  it.each(schemas)('of %s is thrown, or returned as it is and reported without its values', async (_, schema) => {
    const client = clientOf(apiWith(team));
    const onIssue = vi.fn();
    client.on('validationIssue', onIssue);
    const options = { params: { id: 'team_1' }, schema, responseValidation: 'warn' } as const;

    expect(await client.request('GET', '/teams/{id}', options)).toEqual(team);
    const message = expect.stringMatching(/^expected (a )?number, received string$/) as string;
    expect(onIssue.mock.calls).toMatchObject([[{ route: '/teams/{id}', issues: [{ path: ['name'], message }] }]]);

    // The type that the caller expects would be wrong.
    expect(await rejection(client.request('GET', '/teams', { schema }))).toBeInstanceOf(ResponseValidationError);
    const lenient = client.withOptions({ responseValidation: 'warn' });
    expect(await lenient.request('GET', '/teams', { schema })).toEqual(team);
    expect(await rejection(lenient.request('GET', '/teams', { schema, ...strict }))).toBeInstanceOf(
      ResponseValidationError,
    );
  });

  it('is returned as it was received, without what the schema would have converted', async () => {
    const schema = z.looseObject({ id: z.string().transform((id) => `#${id}`), members: z.string() });

    for (const responseValidation of ['warn', 'off'] as const) {
      const client = clientOf(apiWith(team), { responseValidation });
      expect(await client.request('GET', '/teams', { schema })).toEqual(team);
    }
  });

  it.each(schemas.flatMap(([name, schema]) => [null, 'text'].map((body) => [name, body, schema] as const)))(
    'is an error if it is of another type (%s, %j)',
    async (_, body, schema) => {
      const error = await rejection(clientOf(apiWith(body)).request('GET', '/teams', { schema }));

      expect(error).toBeInstanceOf(ResponseValidationError);
      expect((error as Error).message).toBe('The body is not what the API documents. (200 GET /teams)');
    },
  );

  it('is an error if it is not JSON, with or without a schema', async () => {
    const client = clientOf(inProcessApi(() => new Response('a,b\n1,2')));

    expect(await rejection(client.request('GET', '/export'))).toBeInstanceOf(ResponseValidationError);
    expect(await (await client.request('GET', '/export').asResponse()).text()).toBe('a,b\n1,2');
  });

  it('is one for a schema whose promise is of another realm, too', async () => {
    const promise = runInNewContext("Promise.resolve({ issues: [{ message: 'wrong' }] })") as Promise<StandardFailure>;
    const schema: StandardSchema = { '~standard': { version: 1, vendor: 'ours', validate: () => promise } };

    expect(promise).not.toBeInstanceOf(Promise);
    expect(await rejection(clientOf(apiWith(team), strict).request('GET', '/teams', { schema }))).toBeInstanceOf(
      ResponseValidationError,
    );
  });

  it('is reported if the schema throws', async () => {
    const schema = z.looseObject({}).transform(() => {
      throw new Error(apiToken);
    });

    expect(await rejection(clientOf(apiWith(team), strict).request('GET', '/teams', { schema }))).toMatchObject({
      issues: [{ path: [], message: 'the schema threw an error' }],
    });
  });

  it('is reported without the values that the message of a schema repeats, and without the token in its path', async () => {
    const refuseAll = v.check<string, v.ErrorMessage<v.CheckIssue<string>>>(
      () => false,
      ({ input }) => `not ${input}`,
    );
    const schema = v.record(v.string(), v.pipe(v.string(), refuseAll));
    const client = clientOf(apiWith({ [apiToken]: 'ada@example.com' }), strict);

    const { issues } = (await rejection(client.request('GET', '/teams', { schema }))) as ResponseValidationError;

    expect(issues).toEqual([{ path: ['[redacted]'], message: 'invalid, received string' }]);
  });
});
