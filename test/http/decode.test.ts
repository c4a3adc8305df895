import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { ResponseValidationError } from '@example/sdk';
import type { ClientOptions, ValidationIssueEvent } from '@example/sdk';
import { clientOf, rejection, user } from '../support/http-server.ts';
import { inProcessApi } from '../support/in-process-api.ts';

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

  it('of another kind than its type is described by that, and what zod cannot list is one issue', async () => {
    const short = z.looseObject({ id: z.string().check(z.maxLength(3)) });
    const validate = () => {
      throw new RangeError('Maximum call stack size exceeded');
    };
    const endless = { '~standard': { version: 1, vendor: 'test', validate } } as const;
    const { client } = setup({ id: 'secret' }, { responseValidation: 'throw' });

    for (const [schema, issue] of [
      [short, { path: ['id'], message: 'too_big, received string' }],
      [endless, { path: [], message: 'more differences than can be listed' }],
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
