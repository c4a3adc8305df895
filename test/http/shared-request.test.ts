import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Client, NotFoundError, RateLimitWaitError, TimeoutError } from '@example/sdk';
import type { ClientOptions, FetchResponse, RequestOptions, User } from '@example/sdk';
import { sharedRequest } from '../../src/http/shared-request.ts';
import { apiToken, clientOf, newUser, rejection, user } from '../support/http-server.ts';
import { errorResponse, inProcessApi, noAnswer, type SentRequest } from '../support/in-process-api.ts';
import { passTime, settled, sleep, useVirtualTime } from '../support/virtual-time.ts';

// Identical reads that wait for the rate limit share one request.

beforeEach(useVirtualTime);

const minute = 60_000;

/** An API that allows so many requests a minute, and how it answers from the second window on. */
function limitedApi(limit: number, answer: (request: SentRequest) => FetchResponse | Promise<FetchResponse> = found) {
  let used = 0;
  let ends = 0;
  const api = inProcessApi(async (request) => {
    if (Date.now() >= ends) {
      ends = Date.now() + minute;
      used = 0;
    }
    used += 1;
    const isFirst = performance.now() < minute;
    const response = isFirst ? found(request) : await answer(request);
    const headers = response.headers as Headers; // All answers are Responses.
    headers.set('x-ratelimit-limit', String(limit));
    headers.set('x-ratelimit-remaining', String(limit - used));
    headers.set('x-ratelimit-reset', String(ends / 1000));
    return response;
  });
  /** What was requested from the second window on. */
  const later = () => api.requests.filter(({ at }) => at >= minute).map(({ url }) => url.slice(api.url.length));
  return { ...api, later };
}

function found({ url }: SentRequest): Response {
  return Response.json({ ...user, id: decodeURIComponent(url.split(/[/?]/).at(-1) ?? '') });
}

/** A client whose window is used up. */
async function busyClient(api: ReturnType<typeof limitedApi>, limit: number, options: ClientOptions = {}) {
  const client = clientOf(api, { rateLimit: { limit }, ...options });
  await settled(Promise.all(Array.from({ length: limit }, (_, index) => client.users.get(`first_${index}`))));
  return client;
}

async function setup(
  options: ClientOptions & {
    readonly limit?: number;
    readonly answer?: (request: SentRequest) => FetchResponse | Promise<FetchResponse>;
  } = {},
) {
  const { limit = 3, answer, ...rest } = options;
  const api = limitedApi(limit, answer);
  return { api, client: await busyClient(api, limit, rest) };
}

const background: RequestOptions = { priority: 'background' };

describe('identical reads that wait', () => {
  it('share one request, and each caller gets a value of its own', async () => {
    const { api, client } = await setup({ limit: 10 });
    const calls = Array.from({ length: 60 }, (_, index) => client.users.get(`user_${index % 6}`));
    expect(client.rateLimit?.waiting).toBe(60);

    const values = await settled(Promise.all(calls));

    expect(api.later()).toEqual([0, 1, 2, 3, 4, 5].map((index) => `/users/user_${index}`));
    expect(values.map(({ id }) => id)).toEqual(calls.map((_, index) => `user_${index % 6}`));
    expect(new Set(values).size).toBe(60);
  });

  it('share one request with those of another client of the token, and of withOptions', async () => {
    const { api, client } = await setup();
    const others = [clientOf(api), client.withOptions({ timeout: 5000 })];
    await settled(Promise.all([client, ...others].map((each) => each.users.get('user_1'))));
    expect(api.later()).toEqual(['/users/user_1']);
  });

  it('are not those of a client with another fetch, or with another limit on responses', async () => {
    const { api, client } = await setup();
    const otherFetch: typeof api.fetch = (url, init) => api.fetch(url, init);
    const clients = [client, client.withOptions({ fetch: otherFetch }), client.withOptions({ maxResponseSize: 1_000 })];
    const calls = clients.flatMap((each) => [each.users.get('a'), each.users.get('a')]);

    await settled(Promise.all(calls));

    expect(api.later()).toEqual(['/users/a', '/users/a', '/users/a']);
  });

  it('share one request if they have the same query and headers', async () => {
    const { api, client } = await setup();
    const get = (team: string, name: string) =>
      client.request<User>('GET', '/users/user_1', { query: { team }, headers: { 'x-name': name, 'x-other': '1' } });
    await settled(Promise.all([get('a', 'b'), get('a', 'c'), get('b', 'b'), get('a', 'b'), get('a', 'c')]));
    expect(api.later()).toEqual(['/users/user_1?team=a', '/users/user_1?team=a', '/users/user_1?team=b']);
  });

  it('whose headers are in another order are identical', async () => {
    const { api, client } = await setup();
    const calls = [
      { 'x-a': '1', 'x-b': '2' },
      { 'x-b': '2', 'x-a': '1' },
    ].map((headers) => client.users.get('user_1', { headers }));
    await settled(Promise.all(calls));
    expect(api.later()).toHaveLength(1);
  });

  it.each<[string, (client: Client, api: { url: string }) => PromiseLike<unknown>]>([
    ['method', (client) => client.users.create(newUser)],
    ['path', (client) => client.users.get('user_2')],
    ['header', (client) => client.users.get('user_1', { headers: { 'x-team': 'red' } })],
    ['header of the client', (client) => client.withOptions({ headers: { 'x-team': 'red' } }).users.get('user_1')],
    ['query', (client) => client.request('GET', '/users/user_1', { query: { expand: 'team' } })],
    ['idempotency key', (client) => client.users.get('user_1', { idempotencyKey: '1' })],
  ])('are not those with another %s', async (_, other) => {
    const { api, client } = await setup();
    await settled(Promise.all([client.users.get('user_1'), other(client, api)]));
    expect(api.later()).toHaveLength(2);
  });

  it('are not those of another token', async () => {
    const { api, client } = await setup();
    const other = await busyClient(api, 3, { apiToken: 'another' });
    const calls = [client, other].map((each) => each.users.get('user_1'));
    expect(other.rateLimit?.waiting).toBe(1);
    await settled(Promise.all(calls));
    expect(api.later()).toHaveLength(2);
  });

  it('are no writes', async () => {
    const { api, client } = await setup();
    await settled(Promise.all([client.users.create(newUser), client.users.create(newUser)]));
    expect(api.later()).toEqual(['/users', '/users']);
  });

  it('are none that read the body themselves', async () => {
    const { api, client } = await setup();
    const responses = [1, 2].map(() => client.users.get('user_1').asResponse());
    const value = client.users.get('user_1');
    await settled(Promise.all([...responses, value]));
    expect(api.later()).toHaveLength(3);
    for (const response of responses) expect(await (await response).json()).toMatchObject({ id: 'user_1' });
  });
});

describe('reads that do not wait', () => {
  it('are sent one by one', async () => {
    const api = limitedApi(100);
    const client = clientOf(api);
    await settled(client.users.get('user_1'));
    await settled(Promise.all(Array.from({ length: 10 }, () => client.users.get('user_1'))));
    expect(api.requests).toHaveLength(11);
  });

  it('get no answer to a request that was sent before they were called', async () => {
    const { api, client } = await setup({ answer: (request) => sleep(5000).then(() => found(request)) });
    const first = client.users.get('user_1');
    await passTime(minute + 2000);
    expect(api.later()).toHaveLength(1);
    const second = client.users.get('user_1');
    await settled(Promise.all([first, second]));
    expect(api.later()).toHaveLength(2);
  });
});

describe('a caller', () => {
  it('that aborts leaves the others their request, and their place in the queue', async () => {
    const { api, client } = await setup({ limit: 1 });
    const controller = new AbortController();
    const first = client.users.get('user_1', { signal: controller.signal });
    const next = client.users.get('user_2');
    const others = [1, 2].map(() => client.users.get('user_1'));

    controller.abort('enough');

    expect(await rejection(first)).toBe('enough');
    expect(client.rateLimit?.waiting).toBe(3);
    await settled(Promise.all([next, ...others]));
    expect(api.later()).toEqual(['/users/user_1', '/users/user_2']);
  });

  it('that aborts while the request is in flight takes nothing from the others', async () => {
    const { api, client } = await setup({ answer: (request) => sleep(5000).then(() => found(request)) });
    const controller = new AbortController();
    const first = client.users.get('user_1', { signal: controller.signal });
    const second = client.users.get('user_1');
    await passTime(minute + 2000);

    controller.abort('enough');

    expect(await rejection(first)).toBe('enough');
    expect(api.requests.at(-1)?.init.signal.aborted).toBe(false);
    expect(await settled(second)).toMatchObject({ id: 'user_1' });
    expect(client.rateLimit?.remaining).toBe(2);
  });

  it('that is the last to abort aborts the request, which counts as used', async () => {
    const { api, client } = await setup({ answer: noAnswer });
    const controllers = [1, 2, 3].map(() => new AbortController());
    const calls = controllers.map(({ signal }) => rejection(client.users.get('user_1', { signal })));
    await passTime(minute + 2000);
    const sent = api.requests.at(-1)!;

    for (const controller of controllers) {
      expect(sent.init.signal.aborted).toBe(false);
      controller.abort('enough');
      await passTime(0);
    }

    expect(sent.init.signal.aborted).toBe(true);
    expect(await Promise.all(calls)).toEqual(['enough', 'enough', 'enough']);
  });

  it('has a timeout of its own, after which it tries again', async () => {
    let requests = 0;
    const { api, client } = await setup({
      limit: 10,
      answer: (request) => (++requests > 1 ? found(request) : sleep(5000).then(() => found(request))),
    });
    const impatient = client.users.get('user_1', { timeout: 1000 });
    const patient = client.users.get('user_1', { timeout: Infinity });
    const hopeless = client.users.get('user_1', { timeout: 2000, maxRetries: 0 });
    void hopeless.catch(() => undefined);

    expect(await settled(impatient)).toMatchObject({ id: 'user_1' });
    expect(performance.now()).toBeLessThan(minute + 4000);
    expect(await settled(rejection(hopeless))).toBeInstanceOf(TimeoutError);
    expect(await settled(patient)).toMatchObject({ id: 'user_1' });
    expect(performance.now()).toBeGreaterThanOrEqual(minute + 5000);
    expect(api.later()).toHaveLength(2);
  });

  it('has a total timeout of its own', async () => {
    const { api, client } = await setup({ answer: (request) => sleep(5000).then(() => found(request)) });
    const short = rejection(client.users.get('user_1', { totalTimeout: minute + 1000 }));
    const long = client.users.get('user_1');
    expect(await settled(short)).toBeInstanceOf(TimeoutError);
    expect(await settled(long)).toMatchObject({ id: 'user_1' });
    expect(api.later()).toHaveLength(1);
  });

  it('has an error of its own', async () => {
    const { api, client } = await setup({ answer: () => errorResponse(404) });
    const errors = await settled(Promise.all([1, 2].map(() => rejection(client.users.get('user_1')))));
    for (const error of errors) expect(error).toBeInstanceOf(NotFoundError);
    expect(errors[0]).not.toBe(errors[1]);
    expect(api.later()).toHaveLength(1);
  });
});

describe('a request that is shared', () => {
  it('is sent when the first of its calls is due: a normal one takes background ones along', async () => {
    const { api, client } = await setup({ limit: 2 });
    const prefetched = client.users.get('user_1', background);
    const batch = [2, 3, 4].map((index) => client.users.get(`user_${index}`, background));
    const urgent = [4, 1].map((index) => client.users.get(`user_${index}`));
    await settled(Promise.all([prefetched, ...batch, ...urgent]));
    expect(api.later()).toEqual([4, 1, 2, 3].map((index) => `/users/user_${index}`));
  });

  it('is sent at once for a normal call although a background call waits for it', async () => {
    const { api, client } = await setup({ limit: 10 });
    await passTime(minute + 2000);
    // Background calls leave a part of the window to normal ones.
    const batch = Array.from({ length: 10 }, (_, index) => client.users.get(`user_${index}`, background));
    await passTime(1000);
    const sent = api.later().length;
    expect(sent).toBeLessThan(10);
    const normal = client.users.get('user_9');
    expect(await settled(normal)).toMatchObject({ id: 'user_9' });
    expect(await batch[9]).toMatchObject({ id: 'user_9' });
    expect(api.later().filter((path) => path === '/users/user_9')).toHaveLength(1);
    await settled(Promise.all(batch));
  });

  it('is a background one again when its only normal caller has aborted, in the place that it had', async () => {
    const { api, client } = await setup({ limit: 1 });
    const controller = new AbortController();
    const calls = ['user_1', 'user_2', 'user_3'].map((id) => client.users.get(id, background));
    const urgent = rejection(client.users.get('user_2', { signal: controller.signal }));
    controller.abort('enough');
    expect(await urgent).toBe('enough');
    await settled(Promise.all([...calls, client.users.get('user_4')]));
    expect(api.later()).toEqual([4, 1, 2, 3].map((index) => `/users/user_${index}`));
  });

  it('emits one request and one response', async () => {
    const { client } = await setup();
    const request = vi.fn();
    const response = vi.fn();
    client.on('request', request).on('response', response);
    await settled(Promise.all([1, 2, 3].map(() => client.users.get('user_1'))));
    expect(request).toHaveBeenCalledOnce();
    expect(response).toHaveBeenCalledOnce();
  });

  it('is repeated for each of its callers as they retry', async () => {
    let requests = 0;
    const { api, client } = await setup({
      answer: (request) => (++requests === 1 ? errorResponse(503) : found(request)),
    });
    const calls = [client.users.get('user_1'), client.users.get('user_1', { maxRetries: 0 }).catch(String)];
    const [retried, failed] = await settled(Promise.all(calls));
    expect(retried).toMatchObject({ id: 'user_1' });
    expect(failed).toContain('503');
    expect(api.later()).toHaveLength(2);
  });

  it('is one again after the API has refused it', async () => {
    let requests = 0;
    const { api, client } = await setup({
      answer: (request) => (++requests === 1 ? errorResponse(429, { 'retry-after': '5' }) : found(request)),
    });
    const values = await settled(Promise.all([1, 2, 3, 4].map(() => client.users.get('user_1'))));
    expect(values).toHaveLength(4);
    expect(api.later()).toHaveLength(2);
  });

  it('gives the budget back if it never left', async () => {
    const problem = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect' });
    const { client } = await setup({ answer: () => Promise.reject(new TypeError('fetch failed', { cause: problem })) });
    await passTime(minute);
    const call = () => rejection(client.users.get('user_1', { maxRetries: 0 }));
    await settled(Promise.all([call(), call(), call()]));
    expect(client.rateLimit?.remaining).toBe(3);
  });
});

describe('the expected wait', () => {
  it('is that of the shared request: no call is rejected because many wait for the same', async () => {
    const { api, client } = await setup({ limit: 2, rateLimit: { limit: 2, maxWait: minute + 5000 } });
    const calls = Array.from({ length: 50 }, () => client.users.get('user_1'));
    const other = client.users.get('user_2');
    const late = rejection(client.users.get('user_3'));
    expect(await late).toBeInstanceOf(RateLimitWaitError);
    await settled(Promise.all([...calls, other]));
    expect(api.later()).toEqual(['/users/user_1', '/users/user_2']);
  });
});

describe('with a token function', () => {
  it('identical reads share one request, and none is sent with a token that was replaced meanwhile', async () => {
    let token = `${apiToken}-1`;
    const { api, client } = await setup({ apiToken: () => token });
    const first = [1, 2].map(() => client.users.get('user_1'));
    await passTime(minute + 1000);
    await settled(Promise.all(first));
    expect(api.later()).toHaveLength(1);

    await settled(Promise.all([2, 3].map((index) => client.users.get(`user_${index}`))));
    const waiting = [1, 2].map(() => client.users.get('user_4'));
    await passTime(1000);
    token = `${apiToken}-2`;
    await settled(Promise.all(waiting));
    const authorizations = api.requests.slice(-2).map(({ init }) => init.headers['authorization']);
    expect(authorizations).toEqual(Array(2).fill(`Bearer ${apiToken}-2`));
  });
});

it('the copies of the package share a request, too', async () => {
  const permit = { waited: true, callers: 2, isContended: false, answered: vi.fn(), unsent: vi.fn(), lost: vi.fn() };
  vi.resetModules();
  const copy = await import('../../src/http/shared-request.ts');

  expect(copy.sharedRequest).not.toBe(sharedRequest);
  expect(copy.sharedRequest(permit)).toBe(sharedRequest(permit));
});

it('a response that arrives after all callers have left is cancelled', async () => {
  const cancel = vi.fn();
  const { client } = await setup({
    answer: () => sleep(5000).then(() => new Response(new ReadableStream({ cancel }))),
  });
  const calls = [1, 2].map(() => rejection(client.users.get('user_1', { timeout: 1000, maxRetries: 0 })));

  for (const error of await settled(Promise.all(calls))) expect(error).toBeInstanceOf(TimeoutError);
  expect(cancel).not.toHaveBeenCalled();
  await passTime(5000);
  expect(cancel).toHaveBeenCalledOnce();
});
