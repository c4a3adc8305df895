import { describe, expect, expectTypeOf, it } from 'vitest';
import * as v from 'valibot';
import { z } from 'zod';
import { ResponseValidationError, type ListPromise } from '@example/sdk';
import { clientOf, rejection } from '../support/http-server.ts';
import { inProcessApi } from '../support/in-process-api.ts';
import { collect } from './list-server.ts';

const at = '2024-01-01T00:00:00Z';
let members: { id: string; joined_at: string | null }[] = [];

/** Pages as the API has them, of a list that the test may change. */
const membersApi = () =>
  inProcessApi(({ url }) => {
    const { searchParams } = new URL(url);
    const page = Number(searchParams.get('page') ?? 1);
    const size = Math.min(Number(searchParams.get('per_page') ?? 20), 100);
    const data = members.slice((page - 1) * size, page * size);
    const meta = { current_page: page, total_pages: Math.ceil(members.length / size), total_count: members.length };
    return Response.json({ data, meta });
  });
const some = (count: number) => Array.from({ length: count }, (_, index) => ({ id: `member_${index}`, joined_at: at }));
const memberSchema = z.object({ id: z.string(), joined_at: z.coerce.date() });

describe('client.list() lists the items of any endpoint', () => {
  it('of all pages, as a list of projects does', async () => {
    members = some(350);
    const api = membersApi();
    const list = clientOf(api).list<{ id: string }>('/teams/{id}/members', { params: { id: 'team 1' } });
    expect(await collect(list)).toEqual(members);
    expect(new URL(api.requests[0]?.url ?? '').pathname).toBe('/v1/teams/team%201/members');
  });

  it('with its query and options, and one page of it', async () => {
    members = some(30);
    const api = membersApi();

    const page = await clientOf(api).list('/members', { query: { role: ['owner', 'admin'], page: 2, per_page: 10 } });

    expect(page.data).toHaveLength(10);
    expect(page.meta.total_count).toBe(30);
    expect(new URL(api.requests[0]?.url ?? '').search).toBe('?role=owner&role=admin&page=2&per_page=10');
  });

  it('into an array, as its schema makes them', async () => {
    members = some(250);

    const items = await clientOf(membersApi()).list('/members', { schema: memberSchema }).toArray({ limit: 120 });

    expect(items).toHaveLength(120);
    expect(items[0]).toEqual({ id: 'member_0', joined_at: new Date(at) });
  });

  it('and reports an item that differs, by its place in the page', async () => {
    members = [...some(2), { id: 'member_3', joined_at: null }];
    const client = clientOf(membersApi());
    const issues: unknown[] = [];
    client.on('validationIssue', (event) => issues.push(...event.issues));
    const schema = v.object({ id: v.string(), joined_at: v.string() });

    expect(await client.list('/members', { schema }).toArray()).toEqual(members);
    expect(issues).toEqual([{ path: ['data', 2, 'joined_at'], message: 'expected string, received null' }]);
  });

  it("and throws on an item that differs with responseValidation: 'throw'", async () => {
    members = [{ id: 'member_1', joined_at: null }];
    const schema = v.object({ id: v.string(), joined_at: v.string() });
    const list = clientOf(membersApi(), { responseValidation: 'throw' }).list('/members', { schema });

    expect(await rejection(list.toArray())).toBeInstanceOf(ResponseValidationError);
  });

  it('with the type that the schema says, or that you say', () => {
    const client = clientOf(membersApi());
    const typed = () => client.list('/members', { schema: memberSchema });
    const declared = () => client.list<{ id: string }>('/members');

    expectTypeOf(typed).returns.toEqualTypeOf<ListPromise<{ id: string; joined_at: Date }>>();
    expectTypeOf(declared).returns.toEqualTypeOf<ListPromise<{ id: string }>>();
    expectTypeOf(() => client.list('/members')).returns.toEqualTypeOf<ListPromise<unknown>>();
  });
});
