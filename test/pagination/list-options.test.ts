import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { z } from 'zod';
import { ResponseValidationError } from '@example/sdk';
import { rejection } from '../support/http-server.ts';
import { collect, serveList } from './support/list-server.ts';

const at = '2024-01-01T00:00:00Z';
const some = (count: number) => Array.from({ length: count }, (_, index) => ({ id: `member_${index}`, joined_at: at }));
const memberSchema = z.object({ id: z.string(), joined_at: z.coerce.date() });

describe('client.list() lists the items of any endpoint', () => {
  it('of all pages, as a list of projects does', async () => {
    const { client, requests } = serveList({ items: some(350) });
    const list = client.list<{ id: string }>('/teams/{id}/members', { params: { id: 'team 1' } });
    expect(await collect(list)).toEqual(some(350));
    expect(new URL(requests[0]?.url ?? '').pathname).toBe('/v1/teams/team%201/members');
  });

  it('with its query and options, and one page of it', async () => {
    const { client, queries } = serveList({ items: some(30) });

    const page = await client.list('/members', { query: { role: ['owner', 'admin'], page: 2, per_page: 10 } });

    expect(page.data).toHaveLength(10);
    expect(page.meta.total_count).toBe(30);
    expect(queries()).toEqual(['role=owner&role=admin&page=2&per_page=10']);
  });

  it.each([
    ['makes them', memberSchema],
    ['makes them later', memberSchema.refine(() => Promise.resolve(true))],
  ])('into an array, as its schema %s', async (_, schema) => {
    const { client } = serveList({ items: some(250) });

    const items = await client.list('/members', { schema }).toArray({ limit: 120 });

    expect(items).toHaveLength(120);
    expect(items[0]).toEqual({ id: 'member_0', joined_at: new Date(at) });
  });

  it("and throws if an item differs, or reports it with responseValidation: 'warn', by its place in the page", async () => {
    const members = [...some(2), { id: 'member_3', joined_at: null }];
    const { client } = serveList({ items: members });
    const issues: unknown[] = [];
    client.on('validationIssue', (event) => issues.push(...event.issues));
    const schema = v.object({ id: v.string(), joined_at: v.string() });

    expect(await client.list('/members', { schema, responseValidation: 'warn' }).toArray()).toEqual(members);
    expect(issues).toEqual([{ path: ['data', 2, 'joined_at'], message: 'expected string, received null' }]);

    expect(await rejection(client.list('/members', { schema }).toArray())).toBeInstanceOf(ResponseValidationError);
  });

  it('and may change its options and parameters afterwards', async () => {
    const { client, requests } = serveList({ items: some(250) });
    const options = {
      params: { id: 'red' },
      query: { role: 'owner' },
      headers: { 'x-team': 'red' },
    };
    const list = client.list<{ id: string }>('/teams/{id}/members', options);
    for await (const { id } of list) {
      options.params.id = id;
      options.query.role = 'admin';
      options.headers['x-team'] = 'blue';
    }

    expect(requests).toHaveLength(3);
    for (const { url, init } of requests) {
      expect(url).toMatch(/teams\/red\/members\?role=owner&page=\d/);
      expect(init.headers).toMatchObject({ 'x-team': 'red' });
    }
  });

  it.each([[{ params: 5 }], [{ params: null }], [{ params: [] }], [{ headers: 5 }]])(
    'and rejects if they are wrong: %j',
    async (options) => {
      const { client, requests } = serveList({ items: some(3) });
      expect(await rejection(client.list('/members', options as never))).toHaveProperty('name', 'InvalidRequestError');
      expect(requests).toHaveLength(0);
    },
  );

  it('with options that it inherits', async () => {
    const { client, queries } = serveList({ items: some(3) });
    await client.list('/members', Object.create({ query: { page: 2 } }) as object);
    expect(queries()).toEqual(['page=2']);
  });

  it.each([[5], [null], ['active'], [[]]])('and rejects if its options are no object: %j', async (options) => {
    const { client, requests } = serveList({ items: some(3) });
    expect(await rejection(client.list('/members', options as never))).toMatchObject({
      name: 'InvalidRequestError',
      message: expect.stringMatching(/^options must be a plain object; got /),
    });
    expect(requests).toHaveLength(0);
  });

  it('and may change arrays in its query afterwards', async () => {
    const { client, requests } = serveList({ items: some(250) });
    const tag = ['a', 'b'];
    for await (const { id } of client.list<{ id: string }>('/members', { query: { tag } })) tag[0] = id;
    expect(requests).toHaveLength(3);
    for (const { url } of requests) expect(url).toMatch(/\?tag=a&tag=b&page=\d/);
  });
});
