import { describe, expect, it, vi } from 'vitest';
import { ResponseValidationError } from '@example/sdk';
import type { ClientOptions, ValidationIssueEvent } from '@example/sdk';
import { clientOf, json, rejection, serve, user } from '../support/http-server.ts';

const project = { id: 'proj_1', name: 'One', description: 'First', created_at: '2024-01-01T00:00:00Z' };
const meta = { current_page: 1, total_pages: 1, total_count: 2 };

async function setup(body: unknown, options: ClientOptions = {}) {
  const server = await serve((_, response) => json(response, 200, body));
  const warn = vi.fn();
  const logger = { error: vi.fn(), warn, info: vi.fn(), debug: vi.fn() };
  const client = clientOf(server, { logger, logLevel: 'warn', ...options });
  const events: ValidationIssueEvent[] = [];
  client.on('validationIssue', (event) => events.push(event));
  return { client, warn, events };
}

describe('a response as documented', () => {
  it('is handed out without a word, fields that are not documented included', async () => {
    const { client, warn, events } = await setup({ ...user, nickname: 'Johnny', tags: [1, { a: 2 }] });

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

  it('is handed out as it came, and told by an event', async () => {
    const { client, events } = await setup(odd);

    expect(await client.users.get('user_123')).toEqual(odd);
    expect(events).toEqual([{ method: 'GET', path: '/users/user_123', issues }]);
  });

  it('is logged once for each place, not once for each response', async () => {
    const { client, warn, events } = await setup(odd);

    for (const id of ['user_1', 'user_2', 'user_3']) await client.users.get(id);
    await client.withOptions({ timeout: 1000 }).users.get('user_4');

    expect(events).toHaveLength(4);
    expect(warn.mock.calls).toEqual([
      [
        '[@example/sdk] A response differs from the documentation at GET /users/{id}, body.name: expected string, received null.',
      ],
      [
        '[@example/sdk] A response differs from the documentation at GET /users/{id}, body.email: expected string, received number.',
      ],
    ]);
  });

  it('is one place for all items of a list', async () => {
    const { client, warn, events } = await setup({
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
    );
  });

  it('is handed out even if it differs in more places than can be listed', async () => {
    const data = new Array<number>(200_000).fill(0);
    const { client, events } = await setup({ data, meta });

    expect((await client.projects.list()).data).toEqual(data);
    expect(events).toEqual([
      { method: 'GET', path: '/projects', issues: [{ path: [], message: 'more differences than can be listed' }] },
    ]);
  });

  it("is an error with responseValidation: 'throw'", async () => {
    const { client, events, warn } = await setup(odd, { responseValidation: 'throw' });

    const error = await rejection(client.users.get('user_123'));

    expect(error).toBeInstanceOf(ResponseValidationError);
    expect(error).toMatchObject({
      message: 'GET /users/user_123 was answered 200, but the body differs from what the API documents.',
      issues,
      body: odd,
      status: 200,
      method: 'GET',
      path: '/users/user_123',
    });
    expect(JSON.stringify(error)).not.toContain('john@example.com');
    expect(events).toEqual([]);
    expect(warn).not.toHaveBeenCalled();
  });

  it("is not looked at with responseValidation: 'off'", async () => {
    const { client, events, warn } = await setup(odd, { responseValidation: 'off' });

    expect(await client.users.get('user_123')).toEqual(odd);
    expect(events).toEqual([]);
    expect(warn).not.toHaveBeenCalled();
  });
});

describe('a response that can not be used is always an error', () => {
  it.each(['warn', 'throw', 'off'] as const)('with responseValidation: %s', async (responseValidation) => {
    for (const body of [{ meta }, { data: 'none', meta }, { data: null, meta }, [project], null]) {
      const { client } = await setup(body, { responseValidation });

      expect(await rejection(client.projects.list())).toBeInstanceOf(ResponseValidationError);
    }
  });
});
