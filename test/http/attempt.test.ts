import { getEventListeners } from 'node:events';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ClientOptions, FetchResponse } from '@example/sdk';
import type { Permit } from '../../src/rate-limit/types.ts';
import { Scheduler } from '../../src/rate-limit/scheduler.ts';
import { clientOf, json, messageOf, rejection, serve, user } from '../support/http-server.ts';
import { errorResponse, inProcessApi, noAnswer, unknownHost, type SentRequest } from '../support/in-process-api.ts';
import { settled, useVirtualTime } from '../support/virtual-time.ts';

// The rate limiter learns of each attempt exactly once how it ended.

type Answer = (request: SentRequest) => FetchResponse | Promise<FetchResponse>;

const reason = new Error('changed my mind');
const headers = { 'x-ratelimit-limit': '100' };

beforeEach(useVirtualTime);

/** What the rate limiter learns of a call with one attempt. */
async function reportsOf(answer: Answer, signal?: AbortSignal): Promise<unknown[]> {
  const reports: unknown[] = [];
  const report = (how: unknown) => {
    reports.push(how);
    return { isUncounted: false, isGatewayLimit: false, isQueueHeld: false };
  };
  const permit: Permit = {
    waited: false,
    recordResponse: (status, answered) => report(['answered', status, answered.get('x-ratelimit-limit')]),
    release: () => report('nothing was sent'),
    recordLoss: () => report('lost'),
  };
  const acquire = vi.spyOn(Scheduler.prototype, 'acquire').mockReturnValue(permit);
  onTestFinished(() => acquire.mockRestore());
  const client = clientOf(inProcessApi(answer), { maxRetries: 0 });
  await settled(Promise.allSettled([client.users.get('user_123', { signal })]));
  return reports;
}

describe('after an attempt, the rate limiter knows', () => {
  it.each<[string, unknown, Answer]>([
    ['a success', ['answered', 200, '100'], () => Response.json(user, { headers })],
    ['a client error', ['answered', 404, '100'], () => errorResponse(404, headers)],
    ['a refusal', ['answered', 429, '100'], () => errorResponse(429, headers)],
    ['a server error', ['answered', 500, null], () => errorResponse(500)],
    [
      'the headers of a body that breaks off',
      ['answered', 200, '100'],
      () => new Response(new ReadableStream({ pull: () => Promise.reject(new Error('reset')) }), { headers }),
    ],
    ['that there is no such host', 'nothing was sent', unknownHost],
    ['that the connection broke', 'lost', () => Promise.reject(new TypeError('fetch failed'))],
    ['that no answer came in time', 'lost', noAnswer],
  ])('%s', async (_, report, answer) => {
    expect(await reportsOf(answer)).toEqual([report]);
  });

  it('that it was aborted before or after it was sent', async () => {
    const controller = new AbortController();
    const abort: Answer = (request) => {
      controller.abort(reason);
      return noAnswer(request);
    };

    expect(await reportsOf(() => Response.json(user), AbortSignal.abort(reason))).toEqual(['nothing was sent']);
    expect(await reportsOf(abort, controller.signal)).toEqual(['lost']);
  });

  it('that the runtime cannot make requests, and nothing is left of the attempt', async () => {
    vi.stubGlobal('Request', undefined);
    onTestFinished(() => void vi.unstubAllGlobals());
    const { signal } = new AbortController();

    expect(await reportsOf(() => Response.json(user), signal)).toEqual(['nothing was sent']);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});

it('an error whose body is complete says what it says, even if the connection breaks off then', async () => {
  const error = { code: 'invalid_request', message: 'No.', details: { email: 'missing' } };
  const parts = [new TextEncoder().encode(JSON.stringify({ error }))];
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const part = parts.shift();
      if (part) controller.enqueue(part);
      else controller.error(new TypeError('terminated'));
    },
  });
  const client = clientOf(inProcessApi(() => new Response(body, { status: 422 })));

  expect(await rejection(client.users.get('user_123'))).toMatchObject({
    ...error,
    status: 422,
    message: 'No. email: missing (422 GET /users/{id})',
  });
});

describe('a mistake that only a request shows is named by the error of the attempt', () => {
  const call = (options: ClientOptions) => () =>
    clientOf(
      { url: 'https://api.example.com/v1' },
      { maxRetries: 0, apiToken: crypto.randomUUID(), ...options },
    ).users.get('user_123');

  it('https to the port of an http server', async () => {
    const { url } = await serve((_, response) => json(response, 200, user));

    expect(await messageOf(call({ baseUrl: url.replace('http:', 'https:') }))).toBe(
      'The request failed: baseUrl says https, but the server at its port speaks http. (GET /users/{id})',
    );
  });

  it('a fetch that reads the body of its response', async () => {
    const reading = async () => {
      const response = Response.json(user);
      await response.text();
      return response;
    };

    expect(await messageOf(call({ fetch: reading }))).toBe(
      'The request failed: fetch has read the body of its response: let it read a clone(). (GET /users/{id})',
    );
  });

  it.each([
    [
      "What text() of fetch's response resolves to must be a string; got Object.",
      { text: () => Promise.resolve(user) },
    ],
    [
      "A chunk in the body of fetch's response must be a Uint8Array; got '{}'.",
      {
        body: new ReadableStream({ start: (controller) => controller.enqueue('{}') }),
        text: () => Promise.resolve(''),
      },
    ],
  ])('a body that is none, which no retry would change: %s', async (message, parts) => {
    const fetch = vi.fn(() => Promise.resolve({ status: 200, ok: true, headers: new Headers(), ...parts } as never));

    expect(await messageOf(call({ fetch, maxRetries: 2 }))).toBe(
      `The request failed: ${message} (200 GET /users/{id})`,
    );
    expect(fetch).toHaveBeenCalledOnce();
  });

  it.each([
    ['undefined', undefined], // such as a mock that has no answer
    ['Object', user],
    ['Object', { ok: true, status: 200, json: () => Promise.resolve(user) }],
    ['Object', { ok: true, status: 200, headers: {}, text: () => Promise.resolve('') }],
    ['Object', { status: 200, headers: new Headers(), text: () => Promise.resolve('') }],
  ])('a fetch that resolves to something else: %s', async (got, answer) => {
    const fetch = vi.fn(() => Promise.resolve(answer as unknown as FetchResponse));

    // No InvalidRequestError: the fetch has sent the request.
    expect(await rejection(call({ fetch, maxRetries: 2 })())).toMatchObject({
      name: 'ConnectionError',
      message: `The request failed: What fetch resolves to must be a Response with status, ok, headers and text(); got ${got}. (GET /users/{id})`,
      cause: { name: 'InvalidRequestError' },
    });
    expect(fetch).toHaveBeenCalledOnce();
  });
});
