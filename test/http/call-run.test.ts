import { getEventListeners } from 'node:events';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { InternalServerError, InvalidRequestError, RateLimitError } from '@example/sdk';
import type { Client, ClientOptions, ShouldRetry } from '@example/sdk';
import { instrument } from '@example/sdk/otel';
import { clientOf, newUser, rejection, throwing, user } from '../support/http-server.ts';
import { errorResponse, inProcessApi, noAnswer } from '../support/in-process-api.ts';
import { fixJitter, passTime, settled, useVirtualTime } from '../support/virtual-time.ts';

beforeEach(useVirtualTime);
beforeEach(() => fixJitter(1));

describe('shouldRetry', () => {
  it('gets the error and the attempt before each retry; that of a call replaces that of its client', async () => {
    const shouldRetry = vi.fn<ShouldRetry>(() => true);
    const api = inProcessApi(() => errorResponse(500));
    const client = clientOf(api, { shouldRetry: () => false });

    await settled(rejection(client.users.get('user_123', { shouldRetry })));

    const target = { method: 'GET', path: '/users/user_123', route: '/users/{id}' };
    expect(shouldRetry.mock.calls).toEqual([
      [expect.any(InternalServerError), { ...target, attempt: 1, delay: 1000 }],
      [expect.any(InternalServerError), { ...target, attempt: 2, delay: 2000 }],
    ]);
    expect(api.requests).toHaveLength(3);
  });

  it.each<[string, number, ShouldRetry, sent: number]>([
    ['', 500, (_, { attempt }) => attempt < 2, 2],
    [' that would wait for the rate limit', 429, (error) => !(error instanceof RateLimitError), 1],
  ])('vetoes a retry%s: the call rejects with the error of the attempt', async (_, status, shouldRetry, sent) => {
    const api = inProcessApi(() => errorResponse(status));

    const error = await settled(rejection(clientOf(api, { shouldRetry }).users.get('user_123')));

    expect(error).toMatchObject({ status });
    expect(api.requests).toHaveLength(sent);
  });

  it.each<[string, () => unknown]>([
    ['undefined', () => undefined],
    ['null', () => null],
    ['a promise', () => Promise.resolve(false)], // which would always be true
    ['a promise that rejects', () => Promise.reject(new Error('late'))],
  ])('has to return a boolean: the call rejects, and says so, if it returns %s', async (_, shouldRetry) => {
    const api = inProcessApi(() => errorResponse(500));
    // Callers without types may return anything.
    const client = clientOf(api, { shouldRetry: shouldRetry as ShouldRetry });
    const error = await settled(rejection(client.users.get('user_123')));
    expect(error).toMatchObject({
      name: 'ExampleError', // An InvalidRequestError would say that nothing was sent.
      message: expect.stringMatching(/^shouldRetry must return true or false; got /),
      cause: { status: 500 },
    });
    expect(api.requests).toHaveLength(1);
  });

  it('may throw anything, which ends the call as a failure', async () => {
    const api = inProcessApi(() => errorResponse(500));
    const client = clientOf(api, { shouldRetry: throwing(undefined) });
    const outcomes: unknown[] = [];
    client.on('callEnd', ({ outcome, status }) => outcomes.push([outcome, status]));
    expect(await settled(rejection(client.users.get('user_123')))).toBeUndefined();
    expect(outcomes).toEqual([['failure', 500]]);
  });

  it('never causes a retry that could repeat an effect, or one too many', async () => {
    const shouldRetry = vi.fn<ShouldRetry>(() => true);
    const api = inProcessApi(() => errorResponse(500));
    const client = clientOf(api, { shouldRetry });

    await settled(rejection(client.users.create(newUser)));
    await settled(rejection(client.users.get('user_123', { maxRetries: 0 })));

    expect(api.requests).toHaveLength(2);
    expect(shouldRetry).not.toHaveBeenCalled();
  });
});

const silent = { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined };
const debugging: ClientOptions = { logger: silent, logLevel: 'debug' };

/** Everything that looks at a call. */
function observed(client: Client): Client {
  for (const name of ['request', 'response', 'retry', 'callEnd'] as const) client.on(name, () => undefined);
  return instrument(client);
}

const healthy = () => inProcessApi(() => Response.json(user, { status: 201 }));

it.each([4000, 100_000])('a body that is nested %i deep is sent, or refused by name', async (depth) => {
  const api = healthy();
  const client = observed(clientOf(api, debugging));
  let body: object = { password: 'correct-horse' };
  for (let level = 0; level < depth; level++) body = { body };

  const result = await settled(client.request('POST', '/teams', { body }).catch((error: unknown) => error));

  if (depth === 4000) expect(result).toEqual(user);
  else {
    expect(result).toBeInstanceOf(InvalidRequestError);
    expect((result as Error).message).toBe('The body must be nested less deeply.');
  }
  expect(client.rateLimit).toMatchObject({ remaining: depth === 4000 ? 99 : 100, waiting: 0 });
});

describe('what a call costs does not grow with the calls that share its signal', () => {
  it.each<[string, ClientOptions]>([
    ['totalTimeout', { totalTimeout: 1e9 }],
    ['an apiToken function', { apiToken: () => new Promise<string>(() => undefined) }],
  ])('with %s: a thousand calls add at most two listeners, and leave none', async (_, options) => {
    const controller = new AbortController();
    const client = clientOf(inProcessApi(noAnswer), { rateLimit: { limit: 1 }, ...options });
    const calls = Array.from({ length: 1000 }, (__, id) =>
      rejection(client.users.get(`user_${id}`, { signal: controller.signal })),
    );
    await passTime(0);

    // That of a request under way is of ky.
    expect(getEventListeners(controller.signal, 'abort').length).toBeLessThanOrEqual(2);

    const reason = new Error('changed my mind');
    controller.abort(reason);
    for (const error of await settled(Promise.all(calls))) expect(error).toBe(reason);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('nor is a large body read for its secrets if no field has the name of one', async () => {
    const client = observed(clientOf(healthy()));
    const parse = vi.spyOn(JSON, 'parse');
    const body = Array.from({ length: 20_000 }, (_, id) => ({ id, name: `name ${id}`, secretly: 'no' }));

    await settled(client.request('POST', '/teams', { body }));

    expect(parse.mock.calls.filter(([text]) => text.length > 10_000)).toEqual([]);
    parse.mockRestore();
  });
});

describe('an attempt', () => {
  it('is none if the call was aborted before it was sent', async () => {
    const api = inProcessApi(() => errorResponse(503));
    const client = clientOf(api);
    const controller = new AbortController();
    const ends: unknown[] = [];
    client.on('callEnd', ({ attempts, outcome, status }) => ends.push({ attempts, outcome, status }));
    client.on('request', () => controller.abort());

    const unpaced = client.withOptions({ rateLimit: false });
    await settled(rejection(unpaced.users.get('user_1', { signal: AbortSignal.abort() })));
    await settled(rejection(client.users.get('user_2', { signal: controller.signal })));

    expect(ends).toEqual([
      { attempts: 0, outcome: 'aborted', status: undefined },
      { attempts: 1, outcome: 'aborted', status: undefined },
    ]);
    expect(client.rateLimit).toMatchObject({ remaining: expect.any(Number) as number, waiting: 0 });
  });

  it('that gets no answer leaves callEnd with the status of the last response', async () => {
    const api = inProcessApi((request) =>
      api.requests.length === 1 ? errorResponse(503, { 'x-request-id': 'req_1' }) : noAnswer(request),
    );
    const client = clientOf(api, { timeout: 100, maxRetries: 1 });
    const onEnd = vi.fn();
    client.on('callEnd', onEnd);

    expect(await settled(rejection(client.users.get('user_123')))).toMatchObject({ name: 'TimeoutError' });

    expect(onEnd).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ status: 503, requestId: 'req_1', attempts: 2 }),
    );
  });
});
