import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { ResponseValidationError, type ClientOptions } from '@example/sdk';
import type { StandardSchemaV1, ValidationIssueEvent } from '@example/sdk';
import { addIfNew } from '../../src/telemetry/logger.ts';
import { apiToken, clientOf, rejection, throwing, user } from '../support/http-server.ts';
import { replying } from '../support/in-process-api.ts';

const team = { id: 'team_1', name: 'Blue', created_at: '2024-01-01T00:00:00Z' };
const meta = { current_page: 1, total_pages: 1, total_count: 2 };

/** A client whose API responds with this JSON, or with this response. */
function setup(body: unknown, options: ClientOptions = {}) {
  const warn = vi.fn();
  const logger = { error: vi.fn(), warn, info: vi.fn(), debug: vi.fn() };
  const api = replying(() => (body instanceof Response ? body.clone() : Response.json(body)));
  const client = clientOf(api, { logger, logLevel: 'warn', ...options });
  const events: ValidationIssueEvent[] = [];
  client.on('validationIssue', (event) => events.push(event));
  const request = (schema?: StandardSchemaV1, more = {}) => client.request('GET', '/teams', { schema, ...more });
  return { client, request, warn, events };
}

/** A schema with this validation. */
const validating = (validate: StandardSchemaV1['~standard']['validate']): StandardSchemaV1 => ({
  '~standard': { version: 1, vendor: 'ours', validate },
});

describe('the value', () => {
  it.each([[team], ['text'], [false], [null]])('without a schema is the JSON: %j', async (body) => {
    expect(await setup(body).request()).toEqual(body);
  });

  it.each([200, 204])('of an empty response (%s) is undefined', async (status) => {
    const { request } = setup(new Response(status === 200 ? '' : null, { status }));
    expect([await request(), await request(z.void())]).toEqual([undefined, undefined]);
  });

  const date = (text: string) => new Date(text);

  it.each<[string, StandardSchemaV1]>([
    ['zod', z.object({ id: z.string(), created_at: z.coerce.date() })],
    ['Valibot', v.object({ id: v.string(), created_at: v.pipe(v.string(), v.transform(date)) })],
    ['ArkType', type({ id: 'string', created_at: 'string.date.parse', '+': 'delete' })],
    ['a promise', z.object({ id: z.string(), created_at: z.string().transform((it) => Promise.resolve(date(it))) })],
  ])('with a schema of %s is what the schema returns', async (_, schema) => {
    expect(await setup(team).request(schema)).toEqual({ id: 'team_1', created_at: date(team.created_at) });
  });

  it('may have undocumented fields, without a warning', async () => {
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

  it('is returned unchanged, reported by an event, and logged once per location', async () => {
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

  it('has one location for all items of a list, and is logged again after a thousand other locations', async () => {
    const { client, warn, events } = setup({ data: [{ ...team, description: null }, team], meta });
    await client.projects.list();
    expect(events[0]?.issues.map(({ path }) => path)).toEqual([0, 1].map((index) => ['data', index, 'description']));
    const problem = 'body.data[].description: expected string, received null.';
    expect(warn.mock.calls.map(([text]) => String(text))).toEqual([`${line} /projects, ${problem}`]);

    const logged = new Set<string>();
    for (let id = 0; id < 1000; id++) addIfNew(logged, `/teams/${id}`);
    const isNew = ['/teams/0', '/users', '/teams/0'].map((location) => addIfNew(logged, location));
    expect(isNew).toEqual([false, true, true]);
  });

  it("is an error with responseValidation: 'throw', and ignored with 'off', on the client or the call", async () => {
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

  const row = z.object({ name: z.string() });
  const refused = v.check<string, (issue: { input: string }) => string>(
    () => false,
    ({ input }) => input,
  );

  it.each<[summary: string, StandardSchemaV1, body: unknown]>([
    ['data[1].name: expected string, received number', z.object({ data: z.array(row) }), { data: [team, { name: 7 }] }],
    ['[0].name: expected string, received null, and 2 more', z.array(row), [{ name: null }, {}, {}]],
    ['team.name: expected string, received undefined', z.object({ team: row }), { team: {} }],
    ['name: expected a number, received string', type({ name: 'number' }), team],
    ['id: too_big, received string', z.object({ id: z.string().max(3), at: z.coerce.date() }), { id: 'secret', at: 7 }],
    ['name: expected string, received array', row, { name: [] }],
    // Messages of other schemas may repeat values, and names may be secrets.
    ['[redacted]: invalid, received string', v.record(v.string(), v.pipe(v.string(), refused)), { [apiToken]: 'a' }],
    ['the schema threw an error, received object', validating(throwing(new Error(apiToken))), team],
  ])('of your own is an error by default, summed up without values: %s', async (summary, schema, body) => {
    const { request, events } = setup(body);
    const message = `The body differs from its schema: ${summary}. (200 GET /teams)`;
    expect(await rejection(request(schema))).toMatchObject({ name: 'ResponseValidationError', message });

    expect(await request(schema, { responseValidation: 'warn' })).toEqual(body);
    expect(events).toHaveLength(1);
  });
});

describe('an unusable body is an error that includes it', () => {
  const html = '<html>Welcome to the hotel Wi-Fi</html>';
  const undocumented = 'The body is not what the API documents.';

  it.each<[text: string, problem: string, body?: unknown]>([
    [html, 'The body is HTML, not JSON: check baseUrl.'],
    [` \n${html}`, 'The body is HTML, not JSON: check baseUrl.'],
    ['{"id":"user_123"', 'The body is not JSON.'],
    ['', 'The body is empty.'],
    ['[]', undocumented, []],
    ['7', undocumented, 7],
    ['null', undocumented, null],
  ])('%j in place of a user', async (text, problem, body = text) => {
    const { client, request } = setup(new Response(text));
    const message = `${problem} (200 GET /users/{id})`;
    const expected = { name: 'ResponseValidationError', message, body, status: 200 };
    expect(await rejection(client.users.get('user_123'))).toMatchObject(expected);
    // A call without a schema may expect JSON of any type.
    if (body === text && text !== '') expect(await rejection(request())).toBeInstanceOf(ResponseValidationError);
  });

  it.each(['warn', 'throw', 'off'] as const)('a list needs data, with responseValidation: %s', async (how) => {
    for (const body of [{ meta }, { data: 'none', meta }, { data: null, meta }, [team], null]) {
      const { client } = setup(body, { responseValidation: how });
      expect(await rejection(client.projects.list())).toBeInstanceOf(ResponseValidationError);
    }
  });
});

describe('the size of a body', () => {
  it.each<[what: string, status: number, limit: number, options: ClientOptions]>([
    ['maxResponseSize', 200, 64, { maxResponseSize: 64 }],
    ['64 MiB by default', 200, 2 ** 26, {}],
    ['64 kB of an error', 400, 2 ** 16, {}],
  ])('is limited to %s: the rest is cancelled, and the call is not retried', async (_, status, limit, options) => {
    const frame = JSON.stringify({ error: { code: 'too_long', message: '' } });
    for (const excess of [0, 1]) {
      const body = frame.replace('""', `"${'x'.repeat(limit + excess - frame.length)}"`);
      const start = (controller: ReadableStreamDefaultController) => controller.enqueue(new TextEncoder().encode(body));
      const pull = (controller: ReadableStreamDefaultController) => controller.close();
      const cancel = vi.fn();
      const stream = () => new ReadableStream({ start, pull, cancel }, { highWaterMark: 0 });
      const api = replying(() => new Response(stream(), { status }));
      const outcome: unknown = await clientOf(api, options)
        .users.get('1')
        .catch((error: unknown) => error);

      const message = `The body has more than ${limit} bytes (maxResponseSize). (200 GET /users/{id})`;
      if (status === 400) expect(outcome).toHaveProperty('code', excess ? undefined : 'too_long');
      else expect(outcome instanceof Error && outcome.message).toBe(excess === 1 && message);
      expect([cancel.mock.calls.length, api.requests.length]).toEqual([excess, 1]);
    }
  });

  it('is not limited if you read the body yourself, whatever its type', async () => {
    const { request } = setup(new Response('a,b\n1,2'), { maxResponseSize: 1 });
    expect(await (await request().asResponse()).text()).toBe('a,b\n1,2');
  });

  it("doesn't matter if chunks split characters", async () => {
    const name = 'é🔑'.repeat(20);
    const bytes = new TextEncoder().encode(JSON.stringify({ ...user, name }));
    const start = (controller: ReadableStreamDefaultController) => {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    };
    const { client } = setup(new Response(new ReadableStream({ start })));
    expect((await client.users.get('user_123')).name).toBe(name);
  });
});
