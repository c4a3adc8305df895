import type { Sandbox } from '@example/sandbox';
import type { HttpResponse } from 'msw';
import type { fetch as undiciFetch } from 'undici';
import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { APIError, Client, RateLimitError } from '@example/sdk';
import type { APIPromise, ClientOptions, ConnectionError, ErrorCode, Fetch, ListOptions } from '@example/sdk';
import type { ListPromise, Project, RequestOptions, User } from '@example/sdk';
import type { Requester } from '../src/http/options.ts';
import type { projectSchema } from '../src/resources/projects.ts';
import type { userSchema } from '../src/resources/users.ts';

/** The fields that a schema names, without the index signature for those it does not. */
type Documented<T> = { [K in keyof T as string extends K ? never : K]: T[K] };

const client = new Client({ apiToken: 'token' });

// Nothing here is run: `npm run lint` checks the types. docs/api-report has all of them.

describe('the types', () => {
  it('of resources are those that responses are checked for', () => {
    expectTypeOf<Documented<z.infer<typeof userSchema>>>().toEqualTypeOf<User>();
    expectTypeOf<Documented<z.infer<typeof projectSchema>>>().toEqualTypeOf<Project>();
  });

  it('of options may all be left out, or given as undefined', () => {
    expectTypeOf<Record<keyof ClientOptions, undefined>>().toExtend<ClientOptions>();
    expectTypeOf<Record<keyof ListOptions, undefined>>().toExtend<ListOptions>();
    expectTypeOf<keyof ListOptions>().toEqualTypeOf<keyof RequestOptions | 'prefetch' | 'cursor'>();
  });

  it('of errors are told apart by instanceof', () => {
    expectTypeOf((error: APIError | ConnectionError) => {
      if (error instanceof RateLimitError) expectTypeOf(error.retryAfter).toEqualTypeOf<number | undefined>();
      else if (error instanceof APIError) expectTypeOf(error.code).toEqualTypeOf<ErrorCode | undefined>();
      else expectTypeOf(error).toEqualTypeOf<ConnectionError>();
    }).toBeFunction();
  });

  it('of a fetch are those of the runtime, of undici, of the local API and of msw', () => {
    expectTypeOf<typeof globalThis.fetch>().toExtend<Fetch>();
    expectTypeOf<typeof undiciFetch>().toExtend<Fetch>();
    expectTypeOf<Sandbox['fetch']>().toExtend<Fetch>();
    expectTypeOf<() => Promise<HttpResponse<string>>>().toExtend<Fetch>();
    expectTypeOf<(url: string) => Promise<undefined>>().not.toExtend<Fetch>();
  });

  it('of a call without a value are void, and of no other call', () => {
    const remove = (requester: Requester): APIPromise<void> => requester.request('DELETE', '/teams/{id}', {});
    expectTypeOf(remove).returns.resolves.toBeVoid();
    expectTypeOf<APIPromise<User>>().not.toExtend<APIPromise<void>>();
  });

  it('refuse what the API does not take', () => {
    // @ts-expect-error -- a user needs a password
    expectTypeOf(client.users.create).toBeCallableWith({ name: 'John', email: 'john@example.com' });
    // @ts-expect-error -- ids are strings
    expectTypeOf(client.users.get).toBeCallableWith(7);
    // @ts-expect-error -- there is no such event
    expectTypeOf(client.on).toBeCallableWith('retries', () => undefined);
    // @ts-expect-error -- an option that there is not, such as one with a typing error
    expectTypeOf(client.users.get).toBeCallableWith('user_123', { timeuot: 1_000 });
  });

  it('of the code of an error are those that the API documents, and any other text', () => {
    expectTypeOf<ErrorCode>().toEqualTypeOf<'invalid_request' | (string & Record<never, never>)>();
    // A union that had become `string` would suggest nothing.
    expectTypeOf<ErrorCode>().not.toEqualTypeOf<string>();
    expectTypeOf<string>().toExtend<ErrorCode>();
  });

  it('of any endpoint or list are those that the schema says, or that you say', () => {
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
