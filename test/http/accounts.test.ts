import { beforeEach, describe, expect, it, vi } from 'vitest';
import { clientOf, rejection, user } from '../support/http-server.ts';
import { budget, errorResponse, inProcessApi, noAnswer } from '../support/in-process-api.ts';
import { passTime, settled, useVirtualTime } from '../support/virtual-time.ts';
import { getEventListeners } from 'node:events';
import { InvalidRequestError, type Client, type ClientOptions } from '@example/sdk';
import { instrument } from '@example/sdk/otel';

beforeEach(useVirtualTime);

/** An API that allows each token two requests in a minute. */
function limitedApi() {
  const used = new Map<string, number>();
  const start = Date.now();
  return inProcessApi(({ init }) => {
    const window = Math.floor((Date.now() - start) / 60_000);
    const key = `${init.headers['authorization']} ${window}`;
    const count = (used.get(key) ?? 0) + 1;
    used.set(key, count);
    const headers = {
      date: new Date().toUTCString(),
      ...budget(2, Math.max(0, 2 - count), start / 1000 + (window + 1) * 60),
    };
    return count > 2 ? errorResponse(429, headers) : Response.json(user, { headers });
  });
}

/** The token and the time of each request. */
const sent = (api: ReturnType<typeof limitedApi>) =>
  api.requests.map(({ init, at }) => [init.headers['authorization'], at]);

describe('a token function', () => {
  it('is called once for a call that need not wait, and once more for a call that waited', async () => {
    const apiToken = vi.fn(() => 'token-1');
    const client = clientOf(limitedApi(), { apiToken });

    await client.users.get('1');
    await client.users.get('2');
    expect(apiToken).toHaveBeenCalledTimes(2);

    await settled(client.users.get('3'));
    expect(apiToken).toHaveBeenCalledTimes(4);
  });

  /** A client whose token function changes when its third call waits, and other clients of the first token. */
  async function waiting(changed: () => string | Promise<string>) {
    const api = limitedApi();
    let apiToken: () => string | Promise<string> = () => 'token-1';
    const client = clientOf(api, { apiToken: () => apiToken() });
    await client.users.get('1');
    await client.users.get('2');
    client.once('rateLimitWait', () => (apiToken = changed));
    return { client, other: clientOf(api, { apiToken: 'token-1' }), sentAfter: () => sent(api).slice(2) };
  }

  it('may rotate the token while a call waits: the call goes on with the new one, and leaves the old budget to others', async () => {
    const { client, other, sentAfter } = await waiting(() => 'token-2');

    const rotated = client.users.get('3').then();
    await passTime(1); // It is the first that waits.
    await settled(Promise.all([rotated, other.users.get('4'), other.users.get('5')]));

    expect(sentAfter().sort()).toEqual([
      ['Bearer token-1', 60_000],
      ['Bearer token-1', 60_000],
      ['Bearer token-2', 60_000],
    ]);
  });

  it('that is rotated while a call waits leaves it what is left of its maxWait', async () => {
    const api = inProcessApi(({ init }) => {
      const length = init.headers['authorization'] === 'Bearer token-1' ? 60 : 90;
      const headers = {
        date: new Date().toUTCString(),
        ...budget(1, 0, Date.now() / 1000 + length),
      };
      return Response.json(user, { headers });
    });
    let apiToken = 'token-1';
    const client = clientOf(api, { apiToken: () => apiToken, rateLimit: { maxWait: 70_000 } });
    await client.users.get('1');
    const call = rejection(client.users.get('2'));
    await passTime(1);
    apiToken = 'token-2';
    await clientOf(api, { apiToken }).users.get('3');

    expect(await settled(call)).toMatchObject({ name: 'RateLimitWaitError', retryAfter: 31 });
    expect(api.requests).toHaveLength(2);
  });

  it('that is rotated after a refusal leaves the call its wait, although the new budget knows nothing of it', async () => {
    let token = 'token-1';
    const api = inProcessApi(() => {
      if (token === 'token-2') return Response.json(user);
      token = 'token-2';
      return errorResponse(429, { 'retry-after': '30' });
    });
    await settled(clientOf(api, { apiToken: () => token }).users.get('1'));
    expect(sent(api)).toEqual([
      ['Bearer token-1', 0],
      ['Bearer token-2', 30_000],
    ]);
  });

  it.each<[string, () => string]>([
    ['throws', () => expect.fail('The vault is sealed.')],
    ['returns nothing', () => ''],
  ])('that %s after the call waited fails the call, and another call gets its place', async (_, failing) => {
    const { client, other, sentAfter } = await waiting(failing);

    const error = await settled(rejection(client.users.get('3')));
    await settled(Promise.all([other.users.get('4'), other.users.get('5')]));

    expect((error as Error).message).toContain('apiToken');
    expect(sentAfter()).toEqual([
      ['Bearer token-1', 60_000],
      ['Bearer token-1', 60_000],
    ]);
  });

  it('that never returns after the call waited is left when the call is aborted', async () => {
    const controller = new AbortController();
    const { client, sentAfter } = await waiting(() => {
      controller.abort('changed my mind');
      return new Promise(() => undefined);
    });

    expect(await settled(rejection(client.users.get('3', { signal: controller.signal })))).toBe('changed my mind');
    expect(sentAfter()).toEqual([]);
  });
});

describe('client.rateLimit', () => {
  it('is that of the token in use', async () => {
    let token = 'token-1';
    const client = clientOf(limitedApi(), { apiToken: () => token });
    expect(client.rateLimit).toBeUndefined();

    await client.users.get('1');
    await client.users.get('2');
    expect(client.rateLimit?.remaining).toBe(0);

    token = 'token-2';
    await client.users.get('3');
    expect(client.rateLimit?.remaining).toBe(1);
  });
});

it('a background call lets normal calls that arrive later pass; that of a call replaces that of its client', async () => {
  const api = limitedApi();
  const client = clientOf(api, { rateLimit: { limit: 2 } });
  const batch = client.withOptions({ priority: 'background' });

  await settled(
    Promise.all([
      client.users.get('a'),
      client.users.get('b'),
      batch.users.get('late'),
      client.users.get('also late', { priority: 'background' }),
      batch.users.get('urgent', { priority: 'normal' }),
      client.users.get('c', { priority: 'normal' }),
    ]),
  );

  const ids = api.requests.map(({ url }) => url.split('/').at(-1));
  expect(ids.slice(0, 4).sort()).toEqual(['a', 'b', 'c', 'urgent']);
  expect(ids.slice(4)).toEqual(['late', 'also%20late']);
});

beforeEach(useVirtualTime);

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
