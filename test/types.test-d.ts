import type { Sandbox } from '@example/sandbox';
import type { bypass, getResponse, HttpResponse, RequestHandler } from 'msw';
import type { Dispatcher, fetch as undiciFetch } from 'undici';
import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { Webhooks, type UnknownWebhookEvent, type UserCreatedEvent, type WebhookEvent } from '@example/sdk/webhooks';
import { APIError, Client, RateLimitError } from '@example/sdk';
import type { APIPromise, ClientOptions, Fetch, ListOptions, ListPromise, Page } from '@example/sdk';
import type { ConnectionError, ErrorCode, NotFoundError, Project, RateLimitInfo } from '@example/sdk';
import type { RequestOptions, TimeoutError, User } from '@example/sdk';
import type { Requester } from '../src/http/options.ts';
import type { projectSchema } from '../src/resources/projects.ts';
import type { userSchema } from '../src/resources/users.ts';

/** The fields that a schema names, without the index signature for those it does not. */
type Documented<T> = { [K in keyof T as string extends K ? never : K]: T[K] };

const client = new Client({ apiToken: 'token' });

// Nothing here is run. `npm run lint` checks the types.

describe('the types', () => {
  it('of resources are those that responses are checked for', () => {
    expectTypeOf<Documented<z.infer<typeof userSchema>>>().toEqualTypeOf<User>();
    expectTypeOf<Documented<z.infer<typeof projectSchema>>>().toEqualTypeOf<Project>();
  });

  it('of a list are a page when awaited, and items when iterated', () => {
    expectTypeOf<Awaited<ListPromise<Project>>>().toEqualTypeOf<Page<Project>>();
    expectTypeOf<ListPromise<Project>>().toExtend<AsyncIterable<Project>>();
    expectTypeOf<Page<Project>>().not.toExtend<Iterable<Project>>();
  });

  it('of events are known to listeners', () => {
    client.on('response', (event) => {
      expectTypeOf(event.status).toEqualTypeOf<number>();
      expectTypeOf(event.rateLimit).toEqualTypeOf<RateLimitInfo | undefined>();
    });
    client.once('retry', ({ delay, reason }) => expectTypeOf([delay, reason]).toEqualTypeOf<(number | string)[]>());
    client.off('rateLimitWait', ({ waiting }) => expectTypeOf(waiting).toEqualTypeOf<number>());
    expectTypeOf(client.on<'listUnverified'>).returns.toEqualTypeOf<Client>();
  });

  it('of options may all be left out, or given as undefined', () => {
    expectTypeOf<object>().toExtend<ClientOptions & RequestOptions & ListOptions>();
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
    expectTypeOf<NotFoundError>().toExtend<APIError>();
    expectTypeOf<TimeoutError>().toExtend<ConnectionError>();
  });

  it('of a fetch are those of the runtime, of undici, of the local API and of msw', () => {
    expectTypeOf<typeof globalThis.fetch>().toExtend<Fetch>();
    expectTypeOf<typeof undiciFetch>().toExtend<Fetch>();
    expectTypeOf<Sandbox['fetch']>().toExtend<Fetch>();
    expectTypeOf<() => Promise<HttpResponse<string>>>().toExtend<Fetch>();
    expectTypeOf<(url: string) => Promise<undefined>>().not.toExtend<Fetch>();
  });

  it('of what a fetch is called with are those that others take', () => {
    type Around<Send> = (send: Send) => Fetch;
    const viaUndici =
      (dispatcher: Dispatcher): Around<typeof undiciFetch> =>
      (send) =>
      (url, init) =>
        send(url, { ...init, dispatcher });
    const pastMsw =
      (around: typeof bypass): Around<typeof fetch> =>
      (send) =>
      (url, init) =>
        send(around(url, init));
    const byMsw =
      (respond: typeof getResponse, handlers: RequestHandler[]): Fetch =>
      async (url, init) =>
        (await respond(handlers, new Request(url, init))) ?? Response.error();
    expectTypeOf([viaUndici, pastMsw, byMsw]).toBeArray();
  });

  it('of a call without a value are void, and of no other call', () => {
    const remove = (requester: Requester): APIPromise<void> =>
      requester.request('DELETE', '/teams/{id}', { params: { id: 'team_1' } });
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
    // @ts-expect-error -- a token is no number
    expectTypeOf(Client).toBeConstructibleWith({ apiToken: 7 });
    // @ts-expect-error -- an option that there is not, such as one with a typing error
    expectTypeOf(client.users.get).toBeCallableWith('user_123', { timeuot: 1_000 });
  });

  it('of the code of an error are those that the API documents, and any other text', () => {
    expectTypeOf<ErrorCode>().toEqualTypeOf<'invalid_request' | (string & Record<never, never>)>();
    // A union that had become `string` would suggest nothing.
    expectTypeOf<ErrorCode>().not.toEqualTypeOf<string>();
    expectTypeOf<string>().toExtend<ErrorCode>();
  });

  it('of any endpoint are those that the schema says, or that you say', () => {
    const zod = () => client.request('GET', '/teams', { schema: z.object({ at: z.coerce.date() }) });
    const valibot = () => client.request('GET', '/teams', { schema: v.object({ at: v.number() }) });
    const arktype = () => client.request('GET', '/teams', { schema: type({ at: 'number' }) });
    expectTypeOf(zod).returns.resolves.toEqualTypeOf<{ at: Date }>();
    expectTypeOf(valibot).returns.resolves.toEqualTypeOf<{ at: number }>();
    expectTypeOf(arktype).returns.resolves.toEqualTypeOf<{ at: number }>();
    const said = () => client.request<{ id: string }>('GET', '/teams');
    expectTypeOf(said).returns.resolves.toEqualTypeOf<{ id: string }>();
    expectTypeOf(() => client.request('GET', '/teams')).returns.resolves.toEqualTypeOf<unknown>();
  });

  it('of any list are those that the schema says, or that you say', () => {
    const typed = () => client.list('/members', { schema: z.object({ joined_at: z.coerce.date() }) });
    expectTypeOf(typed).returns.toEqualTypeOf<ListPromise<{ joined_at: Date }>>();
    expectTypeOf(() => client.list<{ id: string }>('/members')).returns.toEqualTypeOf<ListPromise<{ id: string }>>();
    expectTypeOf(() => client.list('/members')).returns.toEqualTypeOf<ListPromise<unknown>>();
  });

  it('of a webhook event follow from its name', () => {
    const webhooks = new Webhooks({ secret: 'secret' });
    webhooks.on('user.created', (event) => expectTypeOf(event).toEqualTypeOf<UserCreatedEvent>());
    webhooks.on('project.archived', (event) => expectTypeOf(event).toEqualTypeOf<UnknownWebhookEvent>());
    webhooks.on('*', (event, { id, attemptedAt }) => {
      expectTypeOf(event).toEqualTypeOf<WebhookEvent>();
      expectTypeOf(event.event).toExtend<string>();
      if (event.event === 'user.created') expectTypeOf(event.data.email).toEqualTypeOf<string>();
      else expectTypeOf(event.data).toEqualTypeOf<unknown>();
      expectTypeOf(id).toEqualTypeOf<string>();
      expectTypeOf(attemptedAt).toEqualTypeOf<Date>();
    });
  });

  it('of several webhook events are their union', () => {
    const webhooks = new Webhooks({ secret: 'secret' });
    webhooks.on(['user.created', 'user.updated'], (event) => {
      expectTypeOf(event).toEqualTypeOf<UserCreatedEvent | UnknownWebhookEvent>();
      if (event.event === 'user.created') expectTypeOf(event.data.email).toEqualTypeOf<string>();
    });
  });
});
