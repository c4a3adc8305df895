import { describe, expectTypeOf, it } from 'vitest';
import type * as z from 'zod/mini';
import { Client } from '@example/sdk';
import type { APIPromise, ListPromise, Page, Project, User, UserCreateParams } from '@example/sdk';
import type { projectSchema } from '../src/resources/projects.ts';
import type { userSchema } from '../src/resources/users.ts';

/** The fields that a schema names, without the index signature for those it does not. */
type Documented<T> = { [K in keyof T as string extends K ? never : K]: T[K] };

const client = new Client({ apiToken: 'token' });

describe('the types', () => {
  it('of resources are those that responses are checked for', () => {
    expectTypeOf<Documented<z.infer<typeof userSchema>>>().toEqualTypeOf<User>();
    expectTypeOf<Documented<z.infer<typeof projectSchema>>>().toEqualTypeOf<Project>();
  });

  it('of methods are plain', () => {
    expectTypeOf(client.users.get).returns.toEqualTypeOf<APIPromise<User>>();
    expectTypeOf(client.users.create).parameter(0).toEqualTypeOf<UserCreateParams>();
    expectTypeOf(client.projects.list).returns.toEqualTypeOf<ListPromise<Project>>();
  });

  it('of a list are a page when awaited, and items when iterated', () => {
    expectTypeOf<Awaited<ListPromise<Project>>>().toEqualTypeOf<Page<Project>>();
    expectTypeOf<ListPromise<Project>>().toExtend<AsyncIterable<Project>>();
  });

  it('of events are known to listeners', () => {
    expectTypeOf(client.on<'retry'>)
      .parameter(1)
      .parameter(0)
      .toHaveProperty('delay')
      .toEqualTypeOf<number>();
  });

  it('refuse what the API does not take', () => {
    // @ts-expect-error -- a user needs a password
    expectTypeOf(client.users.create).toBeCallableWith({ name: 'John', email: 'john@example.com' });
    // @ts-expect-error -- ids are strings
    expectTypeOf(client.users.get).toBeCallableWith(7);
    // @ts-expect-error -- there is no such event
    expectTypeOf(client.on).toBeCallableWith('retries', () => undefined);
  });
});
