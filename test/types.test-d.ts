import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { Client } from '@example/sdk';
import type { ListPromise, Project, User } from '@example/sdk';
import type { projectSchema } from '../src/resources/projects.ts';
import type { userSchema } from '../src/resources/users.ts';

/** The fields that a schema names, without the index signature for other fields. */
type Documented<T> = { [K in keyof T as string extends K ? never : K]: T[K] };

const client = new Client({ apiToken: 'token' });

// Nothing here runs: `npm run lint` checks the types. docs/api-report lists them all; test/package/consumer uses most.

describe('the types', () => {
  it('of resources match the schemas that responses are checked against', () => {
    expectTypeOf<Documented<z.infer<typeof userSchema>>>().toEqualTypeOf<User>();
    expectTypeOf<Documented<z.infer<typeof projectSchema>>>().toEqualTypeOf<Project>();
  });

  it('of any endpoint or list come from the schema or from you', () => {
    const zod = () => client.request('GET', '/teams', { schema: z.object({ at: z.coerce.date() }) });
    const valibot = () => client.request('GET', '/teams', { schema: v.object({ at: v.number() }) });
    const arktype = () => client.request('GET', '/teams', { schema: type({ at: 'number' }) });
    expectTypeOf(zod).returns.resolves.toEqualTypeOf<{ at: Date }>();
    expectTypeOf(valibot).returns.resolves.toEqualTypeOf<{ at: number }>();
    expectTypeOf(arktype).returns.resolves.toEqualTypeOf<{ at: number }>();
    const said = () => client.request<{ id: string }>('GET', '/teams');
    expectTypeOf(said).returns.resolves.toEqualTypeOf<{ id: string }>();
    expectTypeOf(() => client.request('GET', '/teams')).returns.resolves.toEqualTypeOf<unknown>();

    const list = () => client.list('/members', { schema: z.object({ at: z.coerce.date() }) });
    expectTypeOf(list).returns.toEqualTypeOf<ListPromise<{ at: Date }>>();
  });
});
