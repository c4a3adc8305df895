import { getEventListeners } from 'node:events';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { APIError, ConnectionError, TimeoutError } from '@example/sdk';
import { Redactor } from '../../src/auth/redaction.ts';
import { send, type Attempt, type Result } from '../../src/http/attempt.ts';
import type { Call } from '../../src/http/call.ts';
import { resolveOptions } from '../../src/http/client-options.ts';
import { queryOf } from '../../src/http/route.ts';
import type { Permit } from '../../src/rate-limit/limiter.ts';
import { userSchema } from '../../src/resources/users.ts';
import { newUser, rejection, user } from '../support/http-server.ts';
import { errorResponse } from '../support/in-process-api.ts';
import { passTime, settled, sleep, useVirtualTime } from '../support/virtual-time.ts';

// ky makes the attempt: each of its options is shown here by what becomes of the request and of the response.

beforeEach(useVirtualTime);

const reason = new Error('changed my mind');

const get: Call = {
  method: 'GET',
  path: '/projects',
  route: '/projects',
  url: 'https://api.example.com/v1/projects',
  query: '',
  headers: { accept: 'application/json', 'x-team': 'blue' },
  body: undefined,
  repeatable: true,
  schema: userSchema,
  isUsable: undefined,
  signal: undefined,
  timeout: 30_000,
  totalTimeout: Infinity,
  maxRetries: 2,
  shouldRetry: undefined,
  priority: undefined,
  client: resolveOptions({ apiToken: 'token-1', maxResponseSize: 1000 }),
};

const post: Call = {
  ...get,
  method: 'POST',
  url: 'https://api.example.com/v1/users',
  path: '/users',
  route: '/users',
  body: JSON.stringify(newUser),
};

/** Makes one attempt. Returns its result and the requests that ky made. */
function attempt(
  call: Call,
  answer: (request: Request) => Response | Promise<Response>,
  options: Partial<Attempt> = {},
) {
  const requests: Request[] = [];
  const sendRequest = async (request: Request) => {
    requests.push(request.clone());
    return answer(request);
  };
  const sent: Attempt = {
    call: { ...call, client: { ...call.client, fetch: sendRequest } },
    target: call,
    account: { authorization: { authorization: 'Bearer token-1' } },
    redactor: new Redactor('token-1'),
    signal: undefined,
    raw: false,
    permit: undefined,
    response: undefined,
    ...options,
  };
  const result = send(sent, call.headers);
  return { result, requests, sent };
}

/** The request that an attempt sends. */
async function requestOf(call: Call, options?: Partial<Attempt>): Promise<Request> {
  const { result, requests } = attempt(call, () => Response.json(user), options);
  await result;
  expect(requests).toHaveLength(1);
  return requests[0]!;
}

/** Records what an attempt reports to the rate limiter. */
function recordingPermit() {
  const reports: unknown[] = [];
  const permit = {
    waited: false,
    recordAnswer: (status: number, headers: Headers) =>
      reports.push(['answered', status, headers.get('x-ratelimit-limit')]),
    release: () => reports.push('unsent'),
    recordLoss: () => reports.push('lost'),
  } satisfies Partial<Permit>;
  // What else a permit has is not the attempt's to use.
  return { permit: permit as unknown as Permit, reports };
}

/** A body that sends its parts with so much time before each of them, and then no more. */
function slowBody(...parts: [delay: number, text: string][]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const [delay, text] = parts.shift() ?? [Infinity, ''];
      if (delay === Infinity) return new Promise(() => undefined);
      await sleep(delay);
      controller.enqueue(new TextEncoder().encode(text));
    },
  });
}

/** A body that breaks off. */
function brokenBody(error: Error): ReadableStream<Uint8Array> {
  return new ReadableStream({ pull: (controller) => controller.error(error) });
}

const networkError = (cause?: Error) => new TypeError('fetch failed', { cause });

/** The names of an error and of its causes. */
function chain(error: unknown): string[] {
  return error instanceof Error ? [`${error.name}: ${error.message}`, ...chain(error.cause)] : [];
}

describe('an attempt', () => {
  it.each<[string, () => Response | Promise<Response>]>([
    ['fails without a response', () => Promise.reject(networkError())],
    ['is answered 503', () => errorResponse(503, { 'retry-after': '0' })],
    ['is answered 429', () => errorResponse(429, { 'retry-after': '0' })],
    ['takes too long', () => new Promise(() => undefined)],
  ])('sends one request, even if it %s', async (_, answer) => {
    const { result, requests } = attempt(get, answer);

    expect(await settled(result)).toMatchObject({ kind: 'failure' });
    expect(requests).toHaveLength(1);
  });
});

describe('the URL', () => {
  it('is the path below the base URL', async () => {
    expect((await requestOf(get)).url).toBe('https://api.example.com/v1/projects');
  });

  it('has the query, encoded', async () => {
    const query = queryOf({ page: 2, status: 'a b&c=d', per_page: undefined, tag: ['1', '2'] });

    expect((await requestOf({ ...get, url: `${get.url}${query}` })).url).toBe(
      'https://api.example.com/v1/projects?page=2&status=a+b%26c%3Dd&tag=1&tag=2',
    );
  });
});

describe('the request', () => {
  it('has the method, and a POST its parameters as JSON', async () => {
    const request = await requestOf(post);

    expect(request.method).toBe('POST');
    expect(request.headers.get('content-type')).toBe('application/json');
    expect(await request.text()).toBe(JSON.stringify(newUser));
  });

  it('has neither a body nor a content type if it is a GET', async () => {
    const request = await requestOf(get);

    expect(request.method).toBe('GET');
    expect(request.body).toBeNull();
    expect(request.headers.has('content-type')).toBe(false);
  });

  it('has the headers of the call and of its authorization, and no others', async () => {
    expect(Object.fromEntries((await requestOf(get)).headers)).toEqual({
      accept: 'application/json',
      'x-team': 'blue',
      authorization: 'Bearer token-1',
    });
  });

  it('follows no redirect by itself', async () => {
    expect((await requestOf(get)).redirect).toBe('manual');
  });
});

describe('the result', () => {
  const kind = async (answer: () => Response, options?: Partial<Attempt>) => {
    const { result, sent } = attempt(get, answer, options);
    return [(await result).kind, sent.response?.status];
  };

  it('of a 2xx is a success, with the text of the body', async () => {
    const { result } = attempt(get, () => Response.json(user, { status: 201 }));

    expect(await result).toMatchObject({ kind: 'success', response: { status: 201 }, text: JSON.stringify(user) });
  });

  it('of a success leaves the body unread with raw', async () => {
    const { result, sent } = attempt(get, () => Response.json(user), { raw: true });

    expect(await result).toEqual({ kind: 'success', response: sent.response });
    expect(sent.response?.bodyUsed).toBe(false);
  });

  it.each([301, 302, 303, 307, 308])('of a %i, a redirect, is a failure', async (status) => {
    expect(await kind(() => new Response(null, { status }))).toEqual(['failure', status]);
  });

  it.each([400, 404, 429, 500, 503])('of a %i is a failure with the error of the API', async (status) => {
    const result = await attempt(get, () => errorResponse(status)).result;

    expect(result).toMatchObject({
      kind: 'failure',
      failure: { kind: 'status', status, retryAfter: undefined },
      error: { status, code: `code_${status}` },
    });
    expect((result as { error: unknown }).error).toBeInstanceOf(APIError);
  });

  it('of a failure says in milliseconds what Retry-After says', async () => {
    const { result } = attempt(get, () => errorResponse(503, { 'retry-after': '7' }));

    expect(await result).toMatchObject({ failure: { retryAfter: 7000 } });
  });
});

describe('timeout', () => {
  const timedOut = {
    kind: 'failure',
    failure: { kind: 'lost' },
    error: { name: 'TimeoutError', message: 'The attempt took longer than its timeout of 30000 ms. (GET /projects)' },
  };

  it('covers the time until the headers', async () => {
    const { result, requests } = attempt(get, () => new Promise(() => undefined));

    expect(await settled(result)).toMatchObject(timedOut);
    expect(performance.now()).toBe(30_000);
    expect(requests[0]?.signal.aborted).toBe(true);
  });

  it('covers headers and body together, and keeps what the headers said', async () => {
    const { result } = attempt(get, async () => {
      await sleep(20_000);
      return new Response(slowBody([9_000, '{'], [900, '"id"']), { headers: { 'x-request-id': 'req_42' } });
    });

    expect(await settled(result)).toMatchObject({
      kind: 'failure',
      failure: { kind: 'lost' },
      error: {
        name: 'TimeoutError',
        message: 'The attempt took longer than its timeout of 30000 ms. (200 GET /projects)',
        status: 200,
        requestId: 'req_42',
        url: get.url,
      },
    });
    expect(performance.now()).toBe(30_000);
  });

  it('leaves a response alone that is complete in time', async () => {
    const { result } = attempt(get, async () => {
      await sleep(29_999);
      return Response.json(user);
    });

    expect(await settled(result)).toMatchObject({ kind: 'success' });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('covers the time until the headers only, with raw', async () => {
    const { result, sent } = attempt(get, () => new Response(slowBody([60_000, 'late'])), { raw: true });

    await settled(result);
    const reader = sent.response!.body!.getReader();
    expect(new TextDecoder().decode((await settled(reader.read())).value)).toBe('late');
    expect(performance.now()).toBe(60_000);
  });

  it('may be Infinity, which sets no timer', async () => {
    const { promise, resolve: answer } = Promise.withResolvers<Response>();
    const { result } = attempt({ ...get, timeout: Infinity }, () => promise);

    await passTime(1);
    expect(vi.getTimerCount()).toBe(0);
    answer(Response.json(user));

    expect(await result).toMatchObject({ kind: 'success' });
  });

  it('keeps the status of an error whose body does not arrive', async () => {
    const { result } = attempt(get, () => new Response(slowBody([1, '{']), { status: 500 }));

    expect(await settled(result)).toMatchObject({ failure: { kind: 'status', status: 500 }, error: { status: 500 } });
    expect(performance.now()).toBe(30_000);
  });
});

describe('an aborted signal', () => {
  it('sends nothing', async () => {
    const { result, requests } = attempt(get, () => Response.json(user), { signal: AbortSignal.abort(reason) });

    expect(await rejection(result)).toBe(reason);
    expect(requests).toHaveLength(0);
  });

  it('aborts the request, with its reason', async () => {
    const controller = new AbortController();
    const { result, requests } = attempt(
      get,
      ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      { signal: controller.signal },
    );
    await passTime(10);

    controller.abort(reason);

    expect(await rejection(result)).toBe(reason);
    expect(requests[0]?.signal).toMatchObject({ aborted: true, reason });
  });

  it('aborts the reading of the body', async () => {
    const controller = new AbortController();
    const { result, requests } = attempt(get, () => new Response(slowBody([5, '{'])), { signal: controller.signal });
    await passTime(10);

    controller.abort(reason);

    expect(await rejection(result)).toBe(reason);
    expect(requests[0]?.signal).toMatchObject({ aborted: true, reason });
  });
});

describe('a connection that fails', () => {
  const failure = async (answer: () => Response | Promise<Response>) => {
    const result: Result = await attempt(get, answer).result;
    if (result.kind !== 'failure') throw new Error(`It is a ${result.kind}.`);
    return result;
  };

  it('is a ConnectionError, whose cause is the network error of ky, whose cause is the error of fetch', async () => {
    const { error } = await failure(() => Promise.reject(networkError(new Error('other side closed'))));

    expect(error).toBeInstanceOf(ConnectionError);
    expect(chain(error)).toEqual([
      'ConnectionError: The request failed: other side closed (GET /projects)',
      'NetworkError: Request failed due to a network error: GET https://api.example.com/v1/projects',
      'TypeError: fetch failed',
      'Error: other side closed',
    ]);
  });

  it('is a ConnectionError with a copy of the error as its cause if ky does not know it', async () => {
    const cause = new Error('the tunnel collapsed');
    const { error } = await failure(() => Promise.reject(cause));

    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.cause).toMatchObject({ name: 'Error', message: 'the tunnel collapsed' });
  });

  it('is a ConnectionError if the body breaks off', async () => {
    const { error, failure: kind } = await failure(() => new Response(brokenBody(new TypeError('terminated'))));

    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).not.toBeInstanceOf(TimeoutError);
    expect(error.message).toBe('The request failed: terminated (200 GET /projects)');
    expect(kind).toEqual({ kind: 'lost' });
  });

  it('was established if a response arrived, whatever the error of its body says', async () => {
    const refused = Object.assign(new Error('getaddrinfo ENOTFOUND'), {
      code: 'ENOTFOUND',
      syscall: 'getaddrinfo',
      hostname: 'api.example.com',
    });
    const { failure: kind } = await failure(() => new Response(brokenBody(refused), { status: 201 }));

    expect(kind).toEqual({ kind: 'lost' });
  });

  it('keeps what the body of an error says if that is complete when the connection breaks off', async () => {
    const error = { code: 'invalid_request', message: 'No.', details: { email: 'missing' } };
    const chunks = [new TextEncoder().encode(JSON.stringify({ error }))];
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        const chunk = chunks.shift();
        if (chunk) controller.enqueue(chunk);
        else controller.error(new TypeError('terminated'));
      },
    });

    expect((await failure(() => new Response(body, { status: 422 }))).error).toMatchObject({
      status: 422,
      code: 'invalid_request',
      message: 'No. (422 GET /projects)',
      details: { email: 'missing' },
    });
  });

  it('keeps the status if the body of an error breaks off', async () => {
    const { error } = await failure(() => new Response(brokenBody(new TypeError('terminated')), { status: 502 }));

    expect(error).toMatchObject({ status: 502 });
  });

  it('sent nothing if it could not be established, and may have delivered the request otherwise', async () => {
    const refused = Object.assign(new Error('getaddrinfo ENOTFOUND'), {
      code: 'ENOTFOUND',
      syscall: 'getaddrinfo',
      hostname: 'api.example.com',
    });
    const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });

    expect((await failure(() => Promise.reject(networkError(refused)))).failure).toEqual({ kind: 'unsent' });
    expect((await failure(() => Promise.reject(networkError(reset)))).failure).toEqual({ kind: 'lost' });
  });
});

describe('the rate limiter learns once', () => {
  const reportsOf = async (answer: (request: Request) => Response | Promise<Response>, signal?: AbortSignal) => {
    const { permit, reports } = recordingPermit();
    await settled(attempt(get, answer, { permit, signal }).result.catch(() => undefined));
    return reports;
  };

  it.each([200, 404, 429, 500])('what it was answered: %i', async (status) => {
    const headers = { 'x-ratelimit-limit': '100' };

    expect(await reportsOf(() => Response.json({}, { status, headers }))).toEqual([['answered', status, '100']]);
  });

  it('that nothing was sent', async () => {
    const refused = Object.assign(new Error('getaddrinfo ENOTFOUND'), {
      code: 'ENOTFOUND',
      syscall: 'getaddrinfo',
      hostname: 'api.example.com',
    });

    expect(await reportsOf(() => Promise.reject(networkError(refused)))).toEqual(['unsent']);
    expect(await reportsOf(() => Response.json({}), AbortSignal.abort(reason))).toEqual(['unsent']);
  });

  it('that the runtime cannot make requests', async () => {
    vi.stubGlobal('Request', undefined);
    const { permit, reports } = recordingPermit();
    const { signal } = new AbortController();

    const { result } = attempt(get, () => Response.json({}), { permit, signal });

    expect(await result).toMatchObject({ kind: 'failure', failure: { kind: 'unsent' } });
    vi.unstubAllGlobals();
    expect(reports).toEqual(['unsent']);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('that no response arrived', async () => {
    const controller = new AbortController();
    const abort = () => {
      controller.abort(reason);
      return new Promise<Response>(() => undefined);
    };

    expect(await reportsOf(() => Promise.reject(networkError()))).toEqual(['lost']);
    expect(await reportsOf(() => new Promise(() => undefined))).toEqual(['lost']);
    expect(await reportsOf(abort, controller.signal)).toEqual(['lost']);
  });

  it('the headers of a response whose body breaks off', async () => {
    expect(await reportsOf(() => new Response(brokenBody(new Error('reset'))))).toEqual([['answered', 200, null]]);
  });
});
