import { runInNewContext } from 'node:vm';
import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { ResponseTooLargeError, ResponseValidationError, type ClientOptions } from '@example/sdk';
import type { FetchResponse, StandardSchema, ValidationIssueEvent } from '@example/sdk';
import { apiToken, clientOf, rejection, throwing, user } from '../support/http-server.ts';
import { replying } from '../support/replies.ts';

const team = { id: 'team_1', name: 'Blue', created_at: '2024-01-01T00:00:00Z' };
const meta = { current_page: 1, total_pages: 1, total_count: 2 };

/** A client whose API answers with this JSON, or with this response. */
function setup(body: unknown, options: ClientOptions = {}) {
  const warn = vi.fn();
  const logger = { error: vi.fn(), warn, info: vi.fn(), debug: vi.fn() };
  const api = replying(() => (body instanceof Response ? body.clone() : Response.json(body)));
  const client = clientOf(api, { logger, logLevel: 'warn', ...options });
  const events: ValidationIssueEvent[] = [];
  client.on('validationIssue', (event) => events.push(event));
  const request = (schema?: StandardSchema, more = {}) => client.request('GET', '/teams', { schema, ...more });
  return { client, request, warn, events };
}

/** A schema that does this. */
const validating = (validate: StandardSchema['~standard']['validate']): StandardSchema => ({
  '~standard': { version: 1, vendor: 'ours', validate },
});

describe('the value', () => {
  it.each([[team], [[team]], ['text'], [7], [false], [null]])('without a schema is the JSON: %j', async (body) => {
    expect(await setup(body).request()).toEqual(body);
  });

  it.each([200, 204])('of an empty answer (%s) is undefined', async (status) => {
    const { request } = setup(new Response(status === 200 ? '' : null, { status }));
    expect([await request(), await request(z.void())]).toEqual([undefined, undefined]);
  });

  const date = (text: string) => new Date(text);

  it.each<[string, StandardSchema]>([
    ['zod', z.object({ id: z.string(), created_at: z.coerce.date() })],
    ['Valibot', v.object({ id: v.string(), created_at: v.pipe(v.string(), v.transform(date)) })],
    ['ArkType', type({ id: 'string', created_at: 'string.date.parse', '+': 'delete' })],
    ['a promise', z.object({ id: z.string(), created_at: z.string().transform((it) => Promise.resolve(date(it))) })],
  ])('with a schema of %s is what the schema returns', async (_, schema) => {
    expect(await setup(team).request(schema)).toEqual({ id: 'team_1', created_at: date(team.created_at) });
  });

  it('may have fields that are not documented, without a warning', async () => {
    const more = { ...user, nickname: 'Johnny', tags: [1, { a: 2 }] };
    const { client, warn, events } = setup(more);
    expect(await client.users.get('user_123')).toEqual(more);
    expect([events, warn.mock.calls]).toEqual([[], []]);
  });
});

describe('a body that differs from its schema', () => {
  const odd = { ...user, name: null, email: 7 };
  const issues = [
    { path: ['name'], message: 'expected string, received null' },
    { path: ['email'], message: 'expected string, received number' },
  ];
  const line = '[@example/sdk] A response differs from the documentation at GET';

  it('is returned as it is, reported by an event, and logged once for each location', async () => {
    const { client, warn, events } = setup(odd);
    for (const id of ['user_1', 'user_2']) expect(await client.users.get(id)).toEqual(odd);
    await client.withOptions({ timeout: 1000 }).users.get('user_3');

    const callId = expect.stringMatching(/^call_\d+$/) as string;
    const target = { callId, method: 'GET', path: '/users/user_1', route: '/users/{id}', attempt: 1 };
    expect([events.length, events[0]]).toEqual([3, { ...target, issues }]);
    expect(warn.mock.calls).toEqual([
      [`${line} /users/{id}, body.name: ${issues[0]?.message}.`, { ...target, issue: issues[0] }],
      [`${line} /users/{id}, body.email: ${issues[1]?.message}.`, { ...target, issue: issues[1] }],
    ]);
  });

  it('has one location for all items of a list', async () => {
    const project = { id: 'proj_1', name: 'One', created_at: team.created_at };
    const { client, warn, events } = setup({ data: [{ ...project, description: null }, project], meta });
    expect((await client.projects.list()).data).toHaveLength(2);
    expect(events[0]?.issues.map(({ path }) => path)).toEqual([0, 1].map((index) => ['data', index, 'description']));
    expect(warn.mock.calls.map(([text]) => String(text))).toEqual([
      `${line} /projects, body.data[].description: expected string, received null.`,
    ]);
  });

  it('is logged again after a thousand other locations, so that no set of them grows without end', async () => {
    const { client, warn } = setup({ id: 'team_1' }, { rateLimit: false, responseValidation: 'warn' });
    const schema = z.looseObject({ id: z.number() });
    for (let id = 0; id <= 1001; id++) await client.request('GET', `/teams/${id % 1001}`, { schema });
    expect(warn).toHaveBeenCalledTimes(1002);
  });

  it("is an error with responseValidation: 'throw', and nothing with 'off', of the client or of the call", async () => {
    const { client, events, warn } = setup(odd, { responseValidation: 'throw' });
    const error = await rejection(client.users.get('user_123'));
    const message = `The body differs from its schema: name: ${issues[0]?.message}, and 1 more. (200 GET /users/{id})`;
    expect(error).toMatchObject({ name: 'ResponseValidationError', message, issues, body: odd, status: 200 });
    expect(JSON.stringify(error)).not.toContain('john@example.com');

    const off = client.withOptions({ responseValidation: 'off' });
    expect(await off.users.get('user_123')).toEqual(odd);
    expect(await client.users.get('user_123', { responseValidation: 'off' })).toEqual(odd);
    const schema = validating(() => expect.fail('It is not even looked at.'));
    expect(await off.request('GET', '/teams', { schema })).toEqual(odd);
    expect([events, warn.mock.calls]).toEqual([[], []]);
  });

  const named = z.object({ name: z.string() });
  const refuseAll = v.check<string, v.ErrorMessage<v.CheckIssue<string>>>(
    () => false,
    ({ input }) => `not ${input}`,
  );
  const foreign = runInNewContext("Promise.resolve({ issues: [{ message: 'wrong' }] })") as Promise<{ issues: [] }>;

  it.each<[summary: string, StandardSchema, body: unknown]>([
    [
      'data[1].name: expected string, received number',
      z.object({ data: z.array(named) }),
      { data: [team, { name: 7 }] },
    ],
    ['[0].name: expected string, received null, and 2 more', z.array(named), [{ name: null }, {}, {}]],
    ['team.name: expected string, received undefined', z.object({ team: named }), { team: {} }],
    ['name: expected number, received string', v.object({ name: v.number() }), team],
    ['name: expected a number, received string', type({ name: 'number' }), team],
    ['id: too_big, received string', z.object({ id: z.string().max(3), at: z.coerce.date() }), { id: 'secret', at: 7 }],
    ['id: expected string, received array', z.object({ id: z.string() }), { id: [] }],
    // Messages of other schemas may repeat values, and names may be secrets.
    ['[redacted]: invalid, received string', v.record(v.string(), v.pipe(v.string(), refuseAll)), { [apiToken]: 'a' }],
    ['invalid, received object', validating(() => foreign), team],
    ['the schema threw an error, received object', validating(throwing(new Error(apiToken))), team],
  ])('of your own is an error by default, summed up without values: %s', async (summary, schema, body) => {
    const { client, request, events } = setup(body);
    const message = `The body differs from its schema: ${summary}. (200 GET /teams)`;
    expect(await rejection(request(schema))).toMatchObject({ name: 'ResponseValidationError', message });

    const lenient = client.withOptions({ responseValidation: 'warn' });
    expect(await lenient.request('GET', '/teams', { schema })).toEqual(body);
    expect(events).toHaveLength(1);
    expect(await rejection(request(schema, { responseValidation: 'throw' }))).toMatchObject({ message });
  });
});

describe('a body that cannot be used is an error that has it', () => {
  const [html, half] = ['<html>Welcome to the hotel Wi-Fi</html>', '{"id":"user_123"'];
  const undocumented = 'The body is not what the API documents.';

  type Row = [text: string, problem: string, body?: unknown];

  it.each<Row>([
    [html, 'The body is HTML, not JSON: check baseUrl.'],
    [` \n${html}`, 'The body is HTML, not JSON: check baseUrl.'],
    [half, 'The body is not JSON.'],
    ['', 'The body is empty.'],
    ...['[]', '"user"', '7', 'null', 'true'].map((text): Row => [text, undocumented, JSON.parse(text)]),
  ])('%j in place of a user', async (text, problem, body = text) => {
    const { client, request } = setup(new Response(text));
    const message = `${problem} (200 GET /users/{id})`;
    const expected = { name: 'ResponseValidationError', message, body, status: 200 };
    expect(await rejection(client.users.get('user_123'))).toMatchObject(expected);
    // JSON of another type is what a call without a schema may expect.
    const isAny = problem === undocumented || text === '';
    expect((await request().catch((error: unknown) => error)) instanceof ResponseValidationError).toBe(!isAny);
  });

  it('whatever responseValidation is: a list is no list', async () => {
    for (const responseValidation of ['warn', 'throw', 'off'] as const) {
      for (const body of [{ meta }, { data: 'none', meta }, { data: null, meta }, [team], null]) {
        const { client } = setup(body, { responseValidation });
        expect(await rejection(client.projects.list())).toBeInstanceOf(ResponseValidationError);
      }
    }
  });

  it('unless you read it yourself', async () => {
    const { client, request } = setup(new Response('a,b\n1,2'));
    expect(await rejection(request())).toBeInstanceOf(ResponseValidationError);
    expect(await (await client.request('GET', '/export').asResponse()).text()).toBe('a,b\n1,2');
  });
});

describe('the size of a body', () => {
  const kilobyte = new TextEncoder().encode('x'.repeat(1024));

  const tooLarge = 'The body has more than 10240 bytes (maxResponseSize). (200 GET /users/{id})';

  it.each<[what: string, status: number, kilobytes: number, options: ClientOptions, error: object]>([
    ['maxResponseSize', 200, 10, { maxResponseSize: 10 * 1024 }, { message: tooLarge }],
    ['64 MiB by default', 200, 64 * 1024, {}, { name: 'ResponseTooLargeError' }],
    ['64 kB of an error', 500, 64, { maxRetries: 0 }, { name: 'InternalServerError' }],
  ])('is limited to %s: the rest is cancelled, and the call not repeated', async (_, status, limit, options, error) => {
    const cancelled = Promise.withResolvers<unknown>();
    let kilobytes = 0;
    const pull = (controller: ReadableStreamDefaultController) => {
      kilobytes++;
      controller.enqueue(kilobyte);
    };
    const api = replying(() => new Response(new ReadableStream({ pull, cancel: cancelled.resolve }), { status }));

    expect(await rejection(clientOf(api, options).users.get('user_123'))).toMatchObject({ status, ...error });
    await cancelled.promise;
    expect(kilobytes).toBeGreaterThanOrEqual(limit);
    expect(kilobytes).toBeLessThan(limit + 4); // streams read a little ahead
    expect(api.requests).toHaveLength(1);
  });

  it.each([
    [200, 64, true],
    [200, 65, false],
    [400, 64 * 1024, true],
    [400, 64 * 1024 + 1, false],
  ])('of a %i counts exactly: %i bytes are decoded: %s', async (status, length, isDecoded) => {
    const frame = JSON.stringify({ error: { code: 'too_long', message: '' } });
    const body = frame.replace('""', `"${'x'.repeat(length - frame.length)}"`);
    const { client } = setup(new Response(body, { status }), { maxResponseSize: 64 });
    const outcome: unknown = await client.users.get('user_123').catch((error: unknown) => error);

    if (status === 400) expect((outcome as { code?: string }).code).toBe(isDecoded ? 'too_long' : undefined);
    else expect(outcome instanceof ResponseTooLargeError).toBe(!isDecoded);
  });

  it('is not limited if you read the body through asResponse()', async () => {
    const response: FetchResponse = await setup(user, { maxResponseSize: 1 }).client.users.get('user_123').asResponse();
    expect(JSON.parse(await response.text())).toEqual(user);
  });

  it('is no problem if the parts of a body divide characters', async () => {
    const name = 'é🔑'.repeat(2000);
    const bytes = new TextEncoder().encode(JSON.stringify({ ...user, name }));
    const parts = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, part) => bytes.slice(part * 7, part * 7 + 7));
    const start = (controller: ReadableStreamDefaultController) => {
      for (const part of parts) controller.enqueue(part);
      controller.close();
    };
    const { client } = setup(new Response(new ReadableStream({ start })));
    expect((await client.users.get('user_123')).name).toBe(name);
  });
});
