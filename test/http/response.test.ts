import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import * as mini from 'zod/mini';
import { InternalServerError, ResponseTooLargeError, ResponseValidationError } from '@example/sdk';
import type { ClientOptions, StandardSchema, ValidationIssueEvent } from '@example/sdk';
import { apiToken, clientOf, rejection, serve, throwing, user } from '../support/http-server.ts';
import { inProcessApi } from '../support/in-process-api.ts';

const team = { id: 'team_1', name: 'Blue', created_at: '2024-01-01T00:00:00Z' };
const project = { id: 'proj_1', name: 'One', description: 'First', created_at: '2024-01-01T00:00:00Z' };
const meta = { current_page: 1, total_pages: 1, total_count: 2 };
const apiWith = (body: unknown) => inProcessApi(() => Response.json(body));
const strict = { responseValidation: 'throw' } as const;

function setup(body: unknown, options: ClientOptions = {}) {
  const warn = vi.fn();
  const logger = { error: vi.fn(), warn, info: vi.fn(), debug: vi.fn() };
  const client = clientOf(apiWith(body), { logger, logLevel: 'warn', ...options });
  const events: ValidationIssueEvent[] = [];
  client.on('validationIssue', (event) => events.push(event));
  return { client, warn, events };
}

describe('the value', () => {
  it.each([[team], [[team]], ['text'], [7], [false], [null]])('without a schema is the JSON: %j', async (body) => {
    expect(await clientOf(apiWith(body)).request('GET', '/teams')).toEqual(body);
  });

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
      'zod, async',
      z.object({ id: z.string(), created_at: z.string().transform(async (it) => Promise.resolve(date(it))) }),
    ],
  ] as const)('with a schema of %s is what the schema returns', async (_, schema) => {
    const value = await clientOf(apiWith(team)).request('GET', '/teams/{id}', { params: { id: 'team_1' }, schema });

    expect(value).toEqual({ id: 'team_1', created_at: new Date('2024-01-01T00:00:00Z') });
  });

  it('may have fields that are not documented, without a warning', async () => {
    const { client, warn, events } = setup({ ...user, nickname: 'Johnny', tags: [1, { a: 2 }] });

    expect(await client.users.get('user_123')).toEqual({ ...user, nickname: 'Johnny', tags: [1, { a: 2 }] });
    expect([events, warn.mock.calls]).toEqual([[], []]);
  });
});

describe('a body that differs from its schema', () => {
  const odd = { ...user, name: null, email: 7 };
  const issues = [
    { path: ['name'], message: 'expected string, received null' },
    { path: ['email'], message: 'expected string, received number' },
  ];

  it('is returned as it is, reported by an event, and logged once for each location', async () => {
    const { client, warn, events } = setup(odd);
    const line = '[@example/sdk] A response differs from the documentation at GET /users/{id}, body';

    for (const id of ['user_1', 'user_2', 'user_3']) expect(await client.users.get(id)).toEqual(odd);
    await client.withOptions({ timeout: 1000 }).users.get('user_4');

    const callId = expect.stringMatching(/^call_\d+$/) as string;
    const target = { callId, method: 'GET', path: '/users/user_1', route: '/users/{id}', attempt: 1 };
    expect(events[0]).toEqual({ ...target, issues });
    expect(events).toHaveLength(4);
    expect(warn.mock.calls).toEqual([
      [`${line}.name: expected string, received null.`, { ...target, issue: issues[0] }],
      [`${line}.email: expected string, received number.`, { ...target, issue: issues[1] }],
    ]);
  });

  it('has one location for all items of a list', async () => {
    const items = [null, undefined].map((description, index) => ({ ...project, id: `proj_${index}`, description }));
    const { client, warn, events } = setup({ data: items, meta });

    expect((await client.projects.list()).data).toHaveLength(2);
    expect(events[0]?.issues.map(({ path }) => path)).toEqual([0, 1].map((index) => ['data', index, 'description']));
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      '[@example/sdk] A response differs from the documentation at GET /projects, body.data[].description: expected string, received null.',
      expect.objectContaining({ route: '/projects' }),
    );
  });

  it('is logged again after a thousand other locations, so that no set of them grows without end', async () => {
    const { client, warn } = setup({ id: 'team_1' }, { rateLimit: false });
    const schema = z.looseObject({ id: z.number() });
    const get = async (first: number, end: number) => {
      for (let id = first; id < end; id++)
        await client.request('GET', `/teams/${id}`, { schema, responseValidation: 'warn' });
      return warn.mock.calls.length;
    };

    expect(await get(0, 1001)).toBe(1001);
    expect(await get(0, 1)).toBe(1002);
  });

  it("is an error with responseValidation: 'throw', and nothing with 'off'", async () => {
    const thrower = setup(odd, strict);
    const off = setup(odd, { responseValidation: 'off' });

    const error = await rejection(thrower.client.users.get('user_123'));

    expect(error).toMatchObject({
      ...{ name: 'ResponseValidationError', issues, body: odd, status: 200, path: '/users/user_123' },
      message:
        'The body differs from its schema: name: expected string, received null, and 1 more. (200 GET /users/{id})',
    });
    expect(JSON.stringify(error)).not.toContain('john@example.com');
    expect(await off.client.users.get('user_123')).toEqual(odd);
    for (const { events, warn } of [thrower, off]) expect([events, warn.mock.calls]).toEqual([[], []]);
  });

  const text = z.object({ name: z.string() });

  it.each<[summary: string, StandardSchema, body: unknown]>([
    [
      'data[1].name: expected string, received number',
      z.object({ data: z.array(text) }),
      { data: [{ name: 'a' }, { name: 7 }] },
    ],
    ['[0].name: expected string, received null, and 2 more', z.array(text), [{ name: null }, {}, {}]],
    ['team.name: expected string, received undefined', z.object({ team: text }), { team: {} }],
    [
      'too_big, received object',
      z
        .looseObject({})
        .check((it) => void it.issues.push({ code: 'too_big', origin: 'string', maximum: 1, input: {} })),
      {},
    ],
    ['id: too_big, received string', z.object({ id: z.string().max(3) }), { id: 'secret' }],
  ])('is summed up by the first difference, and how many there are: %s', async (summary, schema, body) => {
    expect(await rejection(clientOf(apiWith(body)).request('GET', '/teams', { schema }))).toMatchObject({
      message: `The body differs from its schema: ${summary}. (200 GET /teams)`,
    });
  });

  const schemas = [
    ['zod', z.object({ id: z.string(), name: z.number() })],
    ['Valibot', v.object({ id: v.string(), name: v.number() })],
    ['ArkType', type({ id: 'string', name: 'number' })],
  ] as const;

  it.each(schemas)('of %s is thrown, or returned and reported without its values', async (_, schema) => {
    const { client, events } = setup(team);
    const options = { params: { id: 'team_1' }, schema, responseValidation: 'warn' } as const;

    expect(await client.request('GET', '/teams/{id}', options)).toEqual(team);
    const message = expect.stringMatching(/^expected (a )?number, received string$/) as string;
    expect(events).toMatchObject([{ route: '/teams/{id}', issues: [{ path: ['name'], message }] }]);

    // The type that the caller expects would be wrong.
    expect(await rejection(client.request('GET', '/teams', { schema }))).toBeInstanceOf(ResponseValidationError);
    const lenient = client.withOptions({ responseValidation: 'warn' });
    expect(await lenient.request('GET', '/teams', { schema })).toEqual(team);
    const thrown = await rejection(lenient.request('GET', '/teams', { schema, ...strict }));
    expect(thrown).toBeInstanceOf(ResponseValidationError);
    for (const body of [null, 'text'])
      expect(await rejection(clientOf(apiWith(body)).request('GET', '/teams', { schema }))).toMatchObject({
        ...{ name: 'ResponseValidationError', message: 'The body is not what the API documents. (200 GET /teams)' },
      });
  });

  it('is returned as it was received, without what the schema would have converted', async () => {
    const schema = z.looseObject({ id: z.string().transform((id) => `#${id}`), members: z.string() });

    for (const responseValidation of ['warn', 'off'] as const) {
      const client = clientOf(apiWith(team), { responseValidation });
      expect(await client.request('GET', '/teams', { schema })).toEqual(team);
    }
  });

  it("is not even looked at with 'off', of the client or of the call", async () => {
    const validate = vi.fn(() => ({ value: 'converted' }));
    const schema = { '~standard': { version: 1, vendor: 'test', validate } } as const;
    const { client } = setup(odd);

    expect(await client.request('GET', '/teams', { schema, responseValidation: 'off' })).toEqual(odd);
    expect(await client.withOptions({ responseValidation: 'off' }).request('GET', '/teams', { schema })).toEqual(odd);
    expect(validate).not.toHaveBeenCalled();
  });

  it('is one for a schema whose promise is of another realm, or which throws', async () => {
    const promise = runInNewContext("Promise.resolve({ issues: [{ message: 'wrong' }] })") as Promise<{ issues: [] }>;
    const issuesOf = async (validate: StandardSchema['~standard']['validate']) => {
      const schema: StandardSchema = { '~standard': { version: 1, vendor: 'ours', validate } };
      const error = await rejection(clientOf(apiWith(team), strict).request('GET', '/teams', { schema }));
      return (error as ResponseValidationError).issues;
    };

    expect(promise).not.toBeInstanceOf(Promise);
    expect(await issuesOf(() => promise)).toEqual([{ path: [], message: 'invalid, received object' }]);
    expect(await issuesOf(throwing(new Error(apiToken)))).toEqual([
      { path: [], message: 'the schema threw an error, received object' },
    ]);
  });

  it('is reported without the values that the message of a schema repeats, and without the token in its path', async () => {
    const refuseAll = v.check<string, v.ErrorMessage<v.CheckIssue<string>>>(
      () => false,
      ({ input }) => `not ${input}`,
    );
    const schema = v.record(v.string(), v.pipe(v.string(), refuseAll));
    const client = clientOf(apiWith({ [apiToken]: 'ada@example.com' }), strict);

    expect(await rejection(client.request('GET', '/teams', { schema }))).toMatchObject({
      issues: [{ path: ['[redacted]'], message: 'invalid, received string' }],
      message: 'The body differs from its schema: [redacted]: invalid, received string. (200 GET /teams)',
    });
  });
});

describe('a body that cannot be used is an error that has it', () => {
  const [html, half] = ['<html>Welcome to the hotel Wi-Fi</html>', '{"id":"user_123"'];

  it.each<[text: string, problem: string, body: unknown]>([
    [html, 'The body is HTML, not JSON: check baseUrl.', html],
    [` \n${html}`, 'The body is HTML, not JSON: check baseUrl.', ` \n${html}`],
    [half, 'The body is not JSON.', half],
    ['', 'The body is empty.', ''],
    ...[[], 'user', 7, null, true].map((body): [string, string, unknown] => [
      JSON.stringify(body),
      'The body is not what the API documents.',
      body,
    ]),
  ])('%j in place of a user', async (text, problem, body) => {
    const error = await rejection(clientOf(inProcessApi(() => new Response(text))).users.get('user_123'));

    expect(error).toBeInstanceOf(ResponseValidationError);
    expect(error).toMatchObject({ message: `${problem} (200 GET /users/{id})`, body, status: 200 });
  });

  it('whatever responseValidation is, with or without a schema', async () => {
    for (const responseValidation of ['warn', 'throw', 'off'] as const) {
      for (const body of [{ meta }, { data: 'none', meta }, { data: null, meta }, [project], null]) {
        const { client } = setup(body, { responseValidation });
        expect(await rejection(client.projects.list())).toBeInstanceOf(ResponseValidationError);
      }
    }
    const client = clientOf(inProcessApi(() => new Response('a,b\n1,2')));
    expect(await rejection(client.request('GET', '/export'))).toBeInstanceOf(ResponseValidationError);
    expect(await (await client.request('GET', '/export').asResponse()).text()).toBe('a,b\n1,2');
  });
});

const kilobyte = new TextEncoder().encode('x'.repeat(1024));

/** An endless body, and how many kilobytes were taken from it. */
function endless() {
  const taken = { kilobytes: 0, cancelled: false };
  const body = new ReadableStream({
    pull(controller) {
      taken.kilobytes++;
      controller.enqueue(kilobyte);
    },
    cancel: () => void (taken.cancelled = true),
  });
  return { body, taken };
}

describe('the size of a body', () => {
  it.each<[what: string, status: number, kilobytes: number, options: ClientOptions, errorClass: unknown]>([
    ['maxResponseSize', 200, 10, { maxResponseSize: 10 * 1024 }, ResponseTooLargeError],
    ['64 MiB by default', 200, 64 * 1024, {}, ResponseTooLargeError],
    ['64 kB of an error', 500, 64, { maxRetries: 0 }, InternalServerError],
  ])(
    'is limited to %s: the rest is cancelled, and the call not repeated',
    async (_, status, kilobytes, options, errorClass) => {
      const { body, taken } = endless();
      const api = inProcessApi(() => new Response(body, { status }));

      const error = await rejection(clientOf(api, options).users.get('user_123'));

      expect(error).toBeInstanceOf(errorClass);
      expect(error).toMatchObject({ status, path: '/users/user_123' });
      if (kilobytes === 10)
        expect((error as Error).message).toBe(
          'The body has more than 10240 bytes (maxResponseSize). (200 GET /users/{id})',
        );
      expect(taken.kilobytes).toBeGreaterThanOrEqual(kilobytes);
      expect(taken.kilobytes).toBeLessThan(kilobytes + 4); // streams read a little ahead
      await expect.poll(() => taken.cancelled).toBe(true);
      expect(api.requests).toHaveLength(1);
    },
  );

  it.each([
    [200, 64, true],
    [200, 65, false],
    [400, 64 * 1024, true],
    [400, 64 * 1024 + 1, false],
  ])('of a %i counts exactly: %i bytes are decoded: %s', async (status, length, isDecoded) => {
    const frame = JSON.stringify({ error: { code: 'too_long', message: '' } });
    const body = frame.replace('""', `"${'x'.repeat(length - frame.length)}"`);
    const { users } = clientOf(
      inProcessApi(() => new Response(body, { status })),
      { maxResponseSize: 64 },
    );
    const outcome = await users.get('user_123').catch((error: unknown) => error);

    if (status === 400) expect((outcome as { code?: string }).code).toBe(isDecoded ? 'too_long' : undefined);
    else expect(outcome instanceof ResponseTooLargeError).toBe(!isDecoded);
  });

  it('counts after decompression: a small gzip may unpack to gigabytes', async () => {
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024, ' '));
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': bomb.length }).end(bomb);
    });

    expect(bomb.length).toBeLessThan(60_000);
    const { users } = clientOf(server, { maxResponseSize: 1024 * 1024 });
    expect(await rejection(users.get('user_123'))).toBeInstanceOf(ResponseTooLargeError);
  });

  it('is not limited if you read the body through asResponse()', async () => {
    const response = await clientOf(apiWith(user), { maxResponseSize: 1 }).users.get('user_123').asResponse();

    expect(response.bodyUsed).toBe(false);
    expect(await response.json()).toEqual(user);
  });

  it('is no problem if the parts of a body divide characters', async () => {
    const name = 'é🔑'.repeat(2000);
    const bytes = new TextEncoder().encode(JSON.stringify({ ...user, name }));
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let start = 0; start < bytes.length; start += 7) controller.enqueue(bytes.slice(start, start + 7));
        controller.close();
      },
    });

    expect((await clientOf(inProcessApi(() => new Response(body))).users.get('user_123')).name).toBe(name);
  });
});
