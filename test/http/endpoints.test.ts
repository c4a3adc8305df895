import { runInNewContext } from 'node:vm';
import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, expectTypeOf, it, vi } from 'vitest';
import { z } from 'zod';
import * as mini from 'zod/mini';
import { InvalidRequestError, NotFoundError, ResponseValidationError } from '@example/sdk';
import type { HttpMethod, StandardFailure, StandardSchema } from '@example/sdk';
import { apiToken, clientOf, json, rejection, serve } from '../support/http-server.ts';
import { errorResponse, inProcessApi } from '../support/in-process-api.ts';
import { fixJitter } from '../support/virtual-time.ts';

const team = { id: 'team_1', name: 'Blue', created_at: '2024-01-01T00:00:00Z' };
const apiWith = (body: unknown) => inProcessApi(() => Response.json(body));
const methods: readonly HttpMethod[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

describe('client.request() calls an endpoint that the SDK does not know', () => {
  it.each(methods)('with %s, its path filled in, its query and its headers', async (method) => {
    const server = await serve((_, response) => json(response, 200, team));
    const query = { include: ['owner', 'members'], archived: false, page: 2, status: undefined };
    const body = { name: 'Blue' };

    const call = clientOf(server).request(method, '/teams/{id}/members/{member_id}', {
      params: { id: 'team 1', member_id: 'a?b' },
      query,
      headers: { 'X-App': 'one' },
      ...(method === 'GET' ? {} : { body }),
    });

    expect(await call).toEqual(team);
    const [request] = server.requests;
    expect(request).toMatchObject({ method, headers: { 'x-app': 'one', authorization: `Bearer ${apiToken}` } });
    expect(request?.url).toBe('/v1/teams/team%201/members/a%3Fb?include=owner&include=members&archived=false&page=2');
    expect(request?.body).toBe(method === 'GET' ? '' : JSON.stringify(body));
  });

  it.each(methods)('with %s and no body', async (method) => {
    const server = await serve((_, response) => json(response, 200, team));

    await clientOf(server).request(method, '/teams/team_1/archive');

    expect(server.requests[0]).toMatchObject({ method, body: '' });
    expect(server.requests[0]?.headers).not.toHaveProperty('content-type');
  });

  it.each([
    ['an array', [{ name: 'Blue' }, { name: 'Red' }]],
    [
      'an object of a class',
      new (class Team {
        name = 'Blue';
      })(),
    ],
    ['an object that knows its JSON', { toJSON: () => ({ name: 'Blue' }) }],
  ])('with a body that is %s', async (_, body) => {
    const api = apiWith(team);

    await clientOf(api).request('POST', '/teams', { body });

    expect(api.requests[0]?.init.body).toBe(JSON.stringify(body));
  });

  it('and has the headers of the answer, too', async () => {
    const api = inProcessApi(() => Response.json(team, { headers: { 'x-request-id': 'req_1' } }));
    const call = clientOf(api).request('GET', '/teams/{id}', { params: { id: 'team_1' } });

    expect((await call.withResponse()).data).toEqual(team);
    expect((await call.asResponse()).headers.get('x-request-id')).toBe('req_1');
  });

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
});

describe('the value', () => {
  it.each([[team], [[team]], ['text'], [7], [false], [null]])(
    'without a schema is the JSON as it is: %j',
    async (body) => {
      expect(await clientOf(apiWith(body)).request('GET', '/teams')).toEqual(body);
    },
  );

  it.each([200, 202, 204, 205])('of an empty answer (%s) is undefined', async (status) => {
    const api = inProcessApi(() => new Response(status === 200 ? '' : null, { status }));

    expect(await clientOf(api).request('DELETE', '/teams/team_1')).toBeUndefined();
    expect((await clientOf(api).request('DELETE', '/teams/team_1', { schema: z.void() }).withResponse()).data).toBe(
      undefined,
    );
  });

  it.each([
    ['zod', z.object({ id: z.string(), created_at: z.coerce.date() })],
    ['zod/mini', mini.object({ id: mini.string(), created_at: mini.coerce.date() })],
    [
      'Valibot',
      v.object({
        id: v.string(),
        created_at: v.pipe(
          v.string(),
          v.transform((text) => new Date(text)),
        ),
      }),
    ],
    ['ArkType', type({ id: 'string', created_at: 'string.date.parse', '+': 'delete' })],
    [
      'zod, asynchronous',
      z.object({ id: z.string(), created_at: z.string().transform(async (text) => Promise.resolve(new Date(text))) }),
    ],
  ] as const)('with a schema of %s is what the schema returns', async (_, schema) => {
    const value = await clientOf(apiWith(team)).request('GET', '/teams/{id}', { params: { id: 'team_1' }, schema });

    expect(value).toEqual({ id: 'team_1', created_at: new Date('2024-01-01T00:00:00Z') });
  });

  it('has the type that the schema says, or that you say', () => {
    const client = clientOf(apiWith(team));
    const zod = () => client.request('GET', '/teams', { schema: z.object({ at: z.coerce.date() }) });
    const valibot = () => client.request('GET', '/teams', { schema: v.object({ at: v.number() }) });
    const arktype = () => client.request('GET', '/teams', { schema: type({ at: 'number' }) });
    const declared = () => client.request<{ id: string }>('GET', '/teams');
    const unknown = () => client.request('GET', '/teams');

    expectTypeOf(zod).returns.resolves.toEqualTypeOf<{ at: Date }>();
    expectTypeOf(valibot).returns.resolves.toEqualTypeOf<{ at: number }>();
    expectTypeOf(arktype).returns.resolves.toEqualTypeOf<{ at: number }>();
    expectTypeOf(declared).returns.resolves.toEqualTypeOf<{ id: string }>();
    expectTypeOf(unknown).returns.resolves.toEqualTypeOf<unknown>();
  });
});

describe('a body that differs from the schema', () => {
  const schemas = [
    ['zod', z.object({ id: z.string(), name: z.number() })],
    ['Valibot', v.object({ id: v.string(), name: v.number() })],
    ['ArkType', type({ id: 'string', name: 'number' })],
  ] as const;

  it.each(schemas)('is returned as it is and reported without its values (%s)', async (_, schema) => {
    const client = clientOf(apiWith(team));
    const issues: unknown[] = [];
    client.on('validationIssue', (event) => issues.push(event));

    expect(await client.request('GET', '/teams/{id}', { params: { id: 'team_1' }, schema })).toEqual(team);
    expect(issues).toMatchObject([
      {
        route: '/teams/{id}',
        issues: [
          { path: ['name'], message: expect.stringMatching(/^expected (a )?number, received string$/) as unknown },
        ],
      },
    ]);
  });

  it.each(schemas)("is an error with responseValidation: 'throw' (%s)", async (_, schema) => {
    const client = clientOf(apiWith(team), { responseValidation: 'throw' });

    expect(await rejection(client.request('GET', '/teams', { schema }))).toBeInstanceOf(ResponseValidationError);
  });

  it('is one for a schema whose promise is of another realm, too', async () => {
    const promise = runInNewContext("Promise.resolve({ issues: [{ message: 'wrong' }] })") as Promise<StandardFailure>;
    const schema: StandardSchema = { '~standard': { version: 1, vendor: 'ours', validate: () => promise } };
    const client = clientOf(apiWith(team), { responseValidation: 'throw' });

    expect(promise).not.toBeInstanceOf(Promise);
    expect(await rejection(client.request('GET', '/teams', { schema }))).toBeInstanceOf(ResponseValidationError);
  });

  it.each(schemas.flatMap(([name, schema]) => [null, 'text'].map((body) => [name, body, schema] as const)))(
    'is an error if it is of another type (%s, %j)',
    async (_, body, schema) => {
      const error = await rejection(clientOf(apiWith(body)).request('GET', '/teams', { schema }));

      expect(error).toBeInstanceOf(ResponseValidationError);
      expect((error as Error).message).toBe('The body is not what the API documents. (200 GET /teams)');
    },
  );

  it('is an error if it is empty', async () => {
    const api = inProcessApi(() => new Response(null, { status: 204 }));

    expect(await rejection(clientOf(api).request('GET', '/teams', { schema: schemas[0][1] }))).toMatchObject({
      message: 'The body is empty. (204 GET /teams)',
    });
  });

  it('is an error if it is not JSON, with or without a schema', async () => {
    const api = inProcessApi(() => new Response('a,b\n1,2'));

    expect(await rejection(clientOf(api).request('GET', '/export'))).toBeInstanceOf(ResponseValidationError);
    expect(await (await clientOf(api).request('GET', '/export').asResponse()).text()).toBe('a,b\n1,2');
  });

  it('is returned as it was received, without what the schema would have converted', async () => {
    const schema = z.looseObject({ id: z.string().transform((id) => `#${id}`), members: z.string() });
    const events = vi.fn();
    const get = (responseValidation: 'warn' | 'off') =>
      clientOf(apiWith(team), { responseValidation, logLevel: 'off' })
        .on('validationIssue', events)
        .request('GET', '/teams', { schema });

    expect(await get('off')).toEqual(team);
    expect(events).not.toHaveBeenCalled();
    expect(await get('warn')).toEqual(team);
    expect(events).toHaveBeenCalledOnce();
  });

  it('is reported if the schema throws', async () => {
    const schema = z.looseObject({}).transform(() => {
      throw new Error(apiToken);
    });
    const client = clientOf(apiWith(team), { responseValidation: 'throw' });

    expect(await rejection(client.request('GET', '/teams', { schema }))).toMatchObject({
      issues: [{ path: [], message: 'the schema threw an error' }],
    });
  });

  it('is reported without the values that the message of a schema repeats, and without the token in its path', async () => {
    const schema = v.record(
      v.string(),
      v.pipe(
        v.string(),
        v.check(
          () => false,
          ({ input }) => `not ${input}`,
        ),
      ),
    );
    const client = clientOf(apiWith({ [apiToken]: 'ada@example.com' }), { responseValidation: 'throw' });

    const { issues } = (await rejection(client.request('GET', '/teams', { schema }))) as ResponseValidationError;

    expect(issues).toEqual([{ path: ['[redacted]'], message: 'invalid, received string' }]);
  });
});

describe('an endpoint that the SDK does not know', () => {
  it.each([
    ['GET', 3],
    ['PUT', 3],
    ['DELETE', 3],
    ['POST', 1],
    ['PATCH', 1],
  ] as const)('is tried again after a 500 if its method is idempotent: %s is sent %s times', async (method, times) => {
    fixJitter(0);
    const api = inProcessApi(() => errorResponse(500));

    await rejection(clientOf(api).request(method, '/teams/team_1'));

    expect(api.requests).toHaveLength(times);
  });

  it.each(['POST', 'PATCH'] as const)(
    'is tried again with an idempotency key that the API supports, whatever its method: %s',
    async (method) => {
      fixJitter(0);
      const api = inProcessApi(() => errorResponse(500));

      await rejection(
        clientOf(api, { apiSupportsIdempotencyKeys: true }).request(method, '/teams', { idempotencyKey: 'team-1' }),
      );

      expect(api.requests).toHaveLength(3);
    },
  );

  it('has typed errors', async () => {
    const call = clientOf(inProcessApi(() => errorResponse(404))).request('GET', '/teams/{id}', {
      params: { id: 'a' },
    });

    const error = await rejection(call);

    expect(error).toBeInstanceOf(NotFoundError);
    expect(error).toMatchObject({
      message: 'Answered 404. (404 GET /teams/{id})',
      code: 'code_404',
      path: '/teams/a',
      route: '/teams/{id}',
    });
  });

  it('is paced with all other calls of the token', async () => {
    const api = apiWith(team);
    const client = clientOf(api, { rateLimit: { limit: 1, maxWait: 0 } });
    await client.request('GET', '/teams');

    expect(await rejection(client.request('DELETE', '/teams/team_1'))).toMatchObject({ name: 'RateLimitWaitError' });
    expect(api.requests).toHaveLength(1);
  });

  it.each(['password', 'newPassword', 'client_secret', 'api_key', 'apiKey', 'access_token', 'passphrase'])(
    'keeps the value of %s out of its errors, however deep it is',
    async (name) => {
      const secret = 'correct-horse "battery"';
      const error = { code: 'bad', message: `Bad value: ${secret}`, details: { echo: [secret] } };
      const api = inProcessApi(() => Response.json({ error }, { status: 400 }));

      const thrown = await rejection(clientOf(api).request('POST', '/keys', { body: { a: [{ [name]: secret }] } }));

      expect(JSON.stringify(thrown)).toContain('[redacted]');
      expect(JSON.stringify(thrown)).not.toContain('battery');
    },
  );
});

describe('what no endpoint can be called with is refused before anything is sent', () => {
  it.each<[string, string, string, object]>([
    ['method', 'HEAD', '/teams', {}],
    ['path', 'GET', '//evil.example.com/teams', {}],
    ['path', 'GET', 'https://evil.example.com/teams', {}],
    ['path', 'GET', '/../admin', {}],
    ['path', 'GET', '/teams/%2E%2e/admin', {}],
    ['path', 'GET', '/teams/..', {}],
    ['path', 'GET', '/teams?page=2', {}],
    ['path', 'GET', '/teams#a', {}],
    ['path', 'GET', '/teams\\a', {}],
    ['path', 'GET', '/te ams', {}],
    ['path', 'GET', undefined as unknown as string, {}],
    ['params.id is missing', 'GET', '/teams/{id}', { params: { ID: 'team_1' } }],
    ['id must be', 'GET', '/teams/{id}', { params: { id: '..' } }],
    ['toString must be', 'GET', '/teams/{toString}', { params: {} }],
    ['params.member is not used: path has no {member}.', 'GET', '/teams/{id}', { params: { id: '1', member: '2' } }],
    ['params.… is not used: path has no {…}.', 'GET', '/teams', { params: { token_123: '1' } }],
    ['query.filter', 'GET', '/teams', { query: { filter: { a: 1 } } }],
    ['body', 'POST', '/teams', { body: new FormData() }],
    ['body', 'POST', '/teams', { body: new Map() }],
    ['body', 'POST', '/teams', { body: new Uint8Array(2) }],
    ['body', 'POST', '/teams', { body: { toJSON: () => undefined } }],
    ['schema', 'GET', '/teams', { schema: {} }],
    ['schema', 'GET', '/teams', { schema: (value: unknown) => value }],
  ])('%s: %s %s %j', async (problem, method, path, options) => {
    const api = apiWith(team);

    const error = await rejection(clientOf(api).request(method as HttpMethod, path, options));

    expect(error).toBeInstanceOf(InvalidRequestError);
    expect((error as Error).message).toContain(problem);
    expect(api.requests).toHaveLength(0);
  });
});
