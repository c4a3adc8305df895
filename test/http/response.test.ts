import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import {
  ExampleError,
  InternalServerError,
  ResponseTooLargeError,
  ResponseValidationError,
  type ClientOptions,
  type ValidationIssueEvent,
} from '@example/sdk';
import { clientOf, rejection, serve, throwing, user } from '../support/http-server.ts';
import { inProcessApi } from '../support/in-process-api.ts';
import { gzipSync } from 'node:zlib';

const project = { id: 'proj_1', name: 'One', description: 'First', created_at: '2024-01-01T00:00:00Z' };
const meta = { current_page: 1, total_pages: 1, total_count: 2 };

function setup(body: unknown, options: ClientOptions = {}) {
  const api = inProcessApi(() => Response.json(body));
  const warn = vi.fn();
  const logger = { error: vi.fn(), warn, info: vi.fn(), debug: vi.fn() };
  const client = clientOf(api, { logger, logLevel: 'warn', ...options });
  const events: ValidationIssueEvent[] = [];
  client.on('validationIssue', (event) => events.push(event));
  return { client, warn, events };
}

describe('a response as documented', () => {
  it('is returned without a warning, with fields that are not documented', async () => {
    const { client, warn, events } = setup({ ...user, nickname: 'Johnny', tags: [1, { a: 2 }] });

    expect(await client.users.get('user_123')).toEqual({ ...user, nickname: 'Johnny', tags: [1, { a: 2 }] });
    expect(events).toEqual([]);
    expect(warn).not.toHaveBeenCalled();
  });
});

describe('a response that differs from the documentation', () => {
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

  it('has one location for all items of a list', async () => {
    const { client, warn, events } = setup({
      data: [
        { ...project, description: null },
        { ...project, id: 'proj_2', description: undefined },
      ],
      meta,
    });

    expect((await client.projects.list()).data).toHaveLength(2);
    expect(events[0]?.issues.map(({ path }) => path)).toEqual([
      ['data', 0, 'description'],
      ['data', 1, 'description'],
    ]);
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      '[@example/sdk] A response differs from the documentation at GET /projects, body.data[].description: expected string, received null.',
      expect.objectContaining({ route: '/projects' }),
    );
  });

  it("is an error with responseValidation: 'throw', and nothing with 'off'", async () => {
    const strict = setup(odd, { responseValidation: 'throw' });
    const off = setup(odd, { responseValidation: 'off' });

    const error = await rejection(strict.client.users.get('user_123'));

    expect(error).toBeInstanceOf(ResponseValidationError);
    expect(error).toMatchObject({
      message: 'The body differs from its schema. (200 GET /users/{id})',
      issues,
      body: odd,
      status: 200,
      method: 'GET',
      path: '/users/user_123',
    });
    expect(JSON.stringify(error)).not.toContain('john@example.com');
    expect(await off.client.users.get('user_123')).toEqual(odd);
    for (const { events, warn } of [strict, off]) {
      expect(events).toEqual([]);
      expect(warn).not.toHaveBeenCalled();
    }
  });

  it('of another kind than its type is described by that, and too many for zod are one issue', async () => {
    const short = z.looseObject({ id: z.string().check(z.maxLength(3)) });
    const validate = throwing(new RangeError('Maximum call stack size exceeded'));
    const endless = { '~standard': { version: 1, vendor: 'test', validate } } as const;
    const { client } = setup({ id: 'secret' }, { responseValidation: 'throw' });

    for (const [schema, issue] of [
      [short, { path: ['id'], message: 'too_big, received string' }],
      [endless, { path: [], message: 'the schema threw an error' }],
    ] as const) {
      expect(await rejection(client.request('GET', '/teams', { schema }))).toHaveProperty('issues', [issue]);
    }
  });

  const [html, half] = ['<html>Welcome to the hotel Wi-Fi</html>', '{"id":"user_123"'];

  it.each<[text: string, problem: string, body: unknown]>([
    [html, 'The body is HTML, not JSON: check baseUrl.', html],
    [half, 'The body is not JSON.', half],
    ['', 'The body is empty.', ''],
    ...[[], 'user', 7, null, true].map((body): [string, string, unknown] => [
      JSON.stringify(body),
      'The body is not what the API documents.',
      body,
    ]),
  ])('and cannot be used, as %j in place of a user, is an error that has it', async (text, problem, body) => {
    const error = await rejection(clientOf(inProcessApi(() => new Response(text))).users.get('user_123'));

    expect(error).toBeInstanceOf(ResponseValidationError);
    expect(error).toMatchObject({ message: `${problem} (200 GET /users/{id})`, body, status: 200 });
  });

  it("is not even looked at with 'off', of the client or of the call", async () => {
    const validate = vi.fn(() => ({ value: 'converted' }));
    const schema = { '~standard': { version: 1, vendor: 'test', validate } } as const;
    const { client } = setup(odd);

    expect(await client.request('GET', '/teams', { schema, responseValidation: 'off' })).toEqual(odd);
    expect(await client.withOptions({ responseValidation: 'off' }).request('GET', '/teams', { schema })).toEqual(odd);
    expect(validate).not.toHaveBeenCalled();
  });

  it('and cannot be used is always an error', async () => {
    for (const responseValidation of ['warn', 'throw', 'off'] as const) {
      for (const body of [{ meta }, { data: 'none', meta }, { data: null, meta }, [project], null]) {
        const { client } = setup(body, { responseValidation });

        expect(await rejection(client.projects.list())).toBeInstanceOf(ResponseValidationError);
      }
    }
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

describe('the body of a success', () => {
  it('that is larger than maxResponseSize ends the call with an error of its own, and is not requested again', async () => {
    const { body, taken } = endless();
    const api = inProcessApi(() => new Response(body));

    const error = await rejection(clientOf(api, { maxResponseSize: 10 * 1024 }).users.get('user_123'));

    expect(error).toBeInstanceOf(ResponseTooLargeError);
    expect(error).toBeInstanceOf(ExampleError);
    expect(error).toMatchObject({
      message: 'The body has more than 10240 bytes (maxResponseSize). (200 GET /users/{id})',
      status: 200,
      method: 'GET',
      path: '/users/user_123',
    });
    expect(api.requests).toHaveLength(1);
    expect(taken.kilobytes).toBeLessThan(14); // streams read a little ahead
    await expect.poll(() => taken.cancelled).toBe(true);
  });

  it('may have 64 MiB by default', async () => {
    const { body, taken } = endless();

    const error = await rejection(clientOf(inProcessApi(() => new Response(body))).users.get('user_123'));

    expect(error).toBeInstanceOf(ResponseTooLargeError);
    expect(taken.kilobytes).toBeGreaterThan(64 * 1024);
    expect(taken.kilobytes).toBeLessThan(64 * 1024 + 4); // streams read a little ahead
  });

  it('counts after decompression: a small gzip may unpack to gigabytes', async () => {
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024, ' '));
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': bomb.length }).end(bomb);
    });
    const onResponse = vi.fn();
    const client = clientOf(server, { maxResponseSize: 1024 * 1024 });
    client.on('response', ({ status }) => onResponse(status));

    expect(bomb.length).toBeLessThan(60_000);
    expect(await rejection(client.users.get('user_123'))).toBeInstanceOf(ResponseTooLargeError);
    expect(server.requests).toHaveLength(1);
    expect(onResponse).toHaveBeenCalledExactlyOnceWith(200);
  });

  it('is read whole otherwise, also if its parts divide characters', async () => {
    const name = 'é🔑'.repeat(20_000);
    const bytes = new TextEncoder().encode(JSON.stringify({ ...user, name }));
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let start = 0; start < bytes.length; start += 7) controller.enqueue(bytes.slice(start, start + 7));
        controller.close();
      },
    });
    const api = inProcessApi(() => new Response(body));

    expect((await clientOf(api).users.get('user_123')).name).toBe(name);
  });

  it('is neither read nor limited if you read it through asResponse()', async () => {
    const api = inProcessApi(() => Response.json(user));

    const response = await clientOf(api, { maxResponseSize: 1 }).users.get('user_123').asResponse();

    expect(response.bodyUsed).toBe(false);
    expect(await response.json()).toEqual(user);
  });
});

describe('the body of an error', () => {
  it('is read up to 64 kB, and the rest is cancelled', async () => {
    const { body, taken } = endless();
    const api = inProcessApi(() => new Response(body, { status: 500 }));

    expect(await rejection(clientOf(api, { maxRetries: 0 }).users.get('user_123'))).toBeInstanceOf(InternalServerError);
    expect(taken.kilobytes).toBeGreaterThanOrEqual(64);
    expect(taken.kilobytes).toBeLessThan(70); // streams read a little ahead
    expect(taken.cancelled).toBe(true);
  });

  it('is decoded if it has exactly 64 kB, and not if it is longer', async () => {
    const codeOf = async (length: number) => {
      const frame = JSON.stringify({ error: { code: 'too_long', message: '' } });
      const body = frame.replace('""', `"${'x'.repeat(length - frame.length)}"`);
      const api = inProcessApi(() => new Response(body, { status: 400 }));
      return ((await rejection(clientOf(api).users.get('user_123'))) as { code?: string }).code;
    };

    expect(await codeOf(64 * 1024)).toBe('too_long');
    expect(await codeOf(64 * 1024 + 1)).toBeUndefined();
  });
});
