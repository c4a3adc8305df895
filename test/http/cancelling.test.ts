import { getEventListeners } from 'node:events';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { TimeoutError, type ClientOptions, type FetchResponse } from '@example/sdk';
import { afterHeaders, clientOf, fail, json, newUser, rejection, serve, user } from '../support/http-server.ts';
import { garbageCollector } from '../support/garbage-collector.ts';
import { errorResponse, inProcessApi, noAnswer, type SentRequest } from '../support/in-process-api.ts';
import { fixJitter, passTime, settled, sleep, useVirtualTime } from '../support/virtual-time.ts';

const reason = new Error('changed my mind');
const never = new Promise<never>(() => undefined);

beforeEach(useVirtualTime);

type Abort = () => void;
type Answer = (abort: Abort, request: SentRequest) => FetchResponse | Promise<FetchResponse>;

const ok = () => Response.json(user);

/** Aborts the call a second later, while it waits for the value. */
function later<T>(abort: Abort, value: T): T {
  setTimeout(abort, 1000);
  return value;
}

/** A response whose body never comes. The call is aborted when the SDK asks for it. */
function stalled(abort: Abort): FetchResponse {
  const text = () => {
    abort();
    return never;
  };
  return { ok: true, status: 200, headers: new Headers(), text };
}

/** A signal of another realm or library, such as that of jsdom or of abort-controller, which has no reason. */
function foreignSignal(reason?: unknown) {
  const target = new EventTarget();
  const signal = {
    aborted: false,
    ...(reason !== undefined && { reason }),
    addEventListener: target.addEventListener.bind(target),
    removeEventListener: target.removeEventListener.bind(target),
  };
  const listener = { count: 0 };
  signal.addEventListener = (type: string, callback: never) => {
    listener.count++;
    target.addEventListener(type, (callback as () => void).bind(signal as never));
  };
  signal.removeEventListener = () => void listener.count--;
  const abort = () => {
    signal.aborted = true;
    target.dispatchEvent(new Event('abort'));
  };
  return { signal: signal as unknown as AbortSignal, abort, listener };
}

describe('a signal of another library', () => {
  it.each([reason, undefined])('aborts calls and lists: reason %s', async (given) => {
    const page = (data: unknown[]) => Response.json({ data, meta: { total_count: 900 } });
    const api = inProcessApi((request) => {
      if (request.url.includes('projects') && api.requests.filter(({ url }) => url.includes('projects')).length === 1)
        return page(Array.from({ length: 100 }, (_, id) => ({ id: `proj_${id}` })));
      return noAnswer(request);
    });
    const client = clientOf(api);
    const { signal, abort, listener } = foreignSignal(given);
    const options = { signal, totalTimeout: 60_000 };
    const ends = [
      rejection(client.users.get('user_123', options)),
      rejection(client.users.get('user_123', { signal })),
      rejection(client.projects.list({}, { signal, prefetch: 3 }).toArray()),
    ];
    await passTime(10);
    abort();

    for (const end of ends) {
      const error = await settled(end);
      if (given === undefined) expect(error).toMatchObject({ name: 'AbortError' });
      else expect(error).toBe(given);
    }
    expect(listener.count).toBeLessThanOrEqual(0);
  });
});

describe('an aborted call rejects with the reason of the signal', () => {
  it.each<[when: string, requests: number, Answer, token?: (abort: Abort) => Promise<string>]>([
    ['while the token function is called', 0, ok, (abort) => later(abort, never)],
    ['while it waits for a response', 1, (abort, request) => later(abort, noAnswer(request))],
    ['while it waits for a retry', 1, (abort) => later(abort, errorResponse(503, { 'retry-after': '60' }))],
  ])('%s, and leaves nothing behind', async (_, requests, answer, token) => {
    for (const totalTimeout of [Infinity, 90_000]) {
      const controller = new AbortController();
      const { signal } = controller;
      const abort = () => controller.abort(reason);
      const api = inProcessApi((request) => answer(abort, request));
      const client = clientOf(api, token && { apiToken: () => token(abort) });
      const start = performance.now();

      expect(await settled(rejection(client.users.get('user_123', { signal, totalTimeout })))).toBe(reason);
      expect(performance.now() - start).toBe(1000);
      expect(api.requests).toHaveLength(requests);
      expect(getEventListeners(signal, 'abort')).toHaveLength(0);
      expect(vi.getTimerCount()).toBe(0);
    }
  });

  it.each<[string, Answer]>([
    ['a response', (abort) => later(abort, never)],
    ['a body', stalled],
  ])('while it waits for %s, even if fetch ignores the signal', async (_, answer) => {
    const controller = new AbortController();
    const api = inProcessApi((request) => answer(() => controller.abort(reason), request));
    const call = clientOf(api).users.get('user_123', { signal: controller.signal });

    expect(await settled(rejection(call))).toBe(reason);
    expect(performance.now()).toBeLessThanOrEqual(1000);
    expect(api.requests).toHaveLength(1);
  });

  it.each([undefined, 5000])('before anything is sent, with totalTimeout %s', async (totalTimeout) => {
    const api = inProcessApi(() => Response.json(user));
    const controller = new AbortController();
    const get = (signal: AbortSignal) => clientOf(api).users.get('user_123', { signal, totalTimeout });

    const inTheSameTurn = get(controller.signal);
    controller.abort(reason);

    expect(await rejection(inTheSameTurn)).toBe(reason);
    expect(await rejection(get(AbortSignal.abort(reason)))).toBe(reason);
    expect(api.requests).toHaveLength(0);
  });
});

describe('the connection of an aborted call is closed', () => {
  it.each(['waits for the response', 'reads the body'])('while it %s', async (moment) => {
    const controller = new AbortController();
    const abort = () => controller.abort(reason);
    const hasHeaders = moment === 'reads the body';
    const server = await serve((_, response) => {
      if (hasHeaders) response.writeHead(200, { 'content-length': '1000' }).write('{"id":');
      else abort();
    });
    const client = clientOf(server, hasHeaders ? { fetch: afterHeaders(abort) } : {});

    expect(await rejection(client.users.get('user_123', { signal: controller.signal }))).toBe(reason);
    await expect.poll(() => server.unanswered()).toBe(0);
  });

  it('when its response comes late from a fetch that ignores its signal: nobody will read the body', async () => {
    const { promise, resolve: answer } = Promise.withResolvers<Response>();
    const controller = new AbortController();
    const api = inProcessApi(() => {
      controller.abort(reason);
      return promise;
    });
    expect(await rejection(clientOf(api).users.get('user_123', { signal: controller.signal }))).toBe(reason);

    const cancelled = await new Promise<boolean>((resolve) => {
      answer(new Response(new ReadableStream({ cancel: () => resolve(true) })));
    });

    expect(cancelled).toBe(true);
  });
});

it.each([{ timeout: 1000 }, { signal: 1000 }])(
  'a body is read no further once its call has ended: %o',
  async (ended) => {
    const cancelled = vi.fn();
    const pull = async (controller: ReadableStreamDefaultController) => {
      await sleep(100);
      controller.enqueue(new Uint8Array(10));
    };
    // A fetch that does not pass the signal on.
    const api = inProcessApi(() => new Response(new ReadableStream({ pull, cancel: cancelled })));
    const controller = new AbortController();
    if (ended.signal) setTimeout(() => controller.abort(reason), ended.signal);
    const { users } = clientOf(api, { maxRetries: 0 });

    await settled(rejection(users.get('user_123', { signal: controller.signal, timeout: ended.timeout })));
    expect(cancelled).toHaveBeenCalledOnce();
  },
);

it.each(['AbortController', 'AbortSignal.timeout'])(
  'a signal of %s aborts the body of asResponse() also when garbage was collected',
  async (source) => {
    const collectGarbage = garbageCollector();
    const controller = new AbortController();
    const server = await serve((_, response) => void response.writeHead(200).write('{'));
    const bodyOf = (signal: AbortSignal) => clientOf(server).users.get('user_123', { signal }).asResponse();
    const { body } = await bodyOf(source === 'AbortController' ? controller.signal : AbortSignal.timeout(300));
    const reader = body!.getReader();
    await reader.read();
    for (let round = 0; round < 3; round++) {
      collectGarbage();
      await new Promise(setImmediate);
    }
    const rest = rejection(reader.read());
    if (source === 'AbortController') controller.abort(reason);
    expect(await rest).toHaveProperty(
      'message',
      source === 'AbortController' ? reason.message : expect.stringContaining('timeout'),
    );
  },
);

describe('after a call that was not aborted, its signal has no listener left', () => {
  const timeout = 1000;

  it.each<[string, Parameters<typeof serve>[0]]>([
    ['success', (_, response) => json(response, 200, user)],
    ['an error', (_, response) => fail(response, 404)],
    ['a broken connection', (_, response) => response.destroy()],
    ['a timeout', () => vi.advanceTimersByTime(timeout)],
  ])('and that ended in %s', async (_, handler) => {
    const { signal } = new AbortController();
    const { users } = clientOf(await serve(handler), { timeout, maxRetries: 0 });

    await Promise.allSettled([users.get('user_123', { signal })]);
    await Promise.allSettled([users.get('user_123', { signal, totalTimeout: 5000 })]);
    await Promise.allSettled([users.get('user_123', { signal }).asResponse()]);

    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('nor once nothing holds the body of asResponse(), which it aborted until then', async () => {
    const collectGarbage = garbageCollector();
    const { signal } = new AbortController();
    const { users } = clientOf(await serve((_, response) => json(response, 200, user)));

    // In a function of its own, whose frame ends.
    const read = async (): Promise<unknown> =>
      (await users.get('user_123', { signal, totalTimeout: 5000 }).asResponse()).json();
    expect(await read()).toEqual(user);

    const listeners = () => {
      collectGarbage();
      return getEventListeners(signal, 'abort');
    };
    await expect.poll(listeners).toHaveLength(0);
  });
});

it.each<[string, ClientOptions]>([
  ['totalTimeout', { totalTimeout: 1e9 }],
  ['an apiToken function', { apiToken: () => never }],
])('a thousand calls with one signal and %s add at most two listeners to it, and leave none', async (_, options) => {
  const controller = new AbortController();
  const client = clientOf(inProcessApi(noAnswer), { rateLimit: { limit: 1 }, ...options });
  const calls = Array.from({ length: 1000 }, (__, id) =>
    rejection(client.users.get(`user_${id}`, { signal: controller.signal })),
  );
  await passTime(0);

  expect(getEventListeners(controller.signal, 'abort').length).toBeLessThanOrEqual(2);

  controller.abort(reason);
  for (const error of await settled(Promise.all(calls))) expect(error).toBe(reason);
  expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
});

describe('callEnd counts an attempt', () => {
  it('only if it was sent', async () => {
    const client = clientOf(inProcessApi(() => Response.json(user)));
    const controller = new AbortController();
    const ends: unknown[] = [];
    client.on('callEnd', ({ attempts, outcome, status }) => ends.push({ attempts, outcome, status }));
    client.on('request', () => controller.abort());

    for (const signal of [AbortSignal.abort(), controller.signal])
      await settled(rejection(client.users.get('user_1', { signal })));

    expect(ends).toEqual([0, 1].map((attempts) => ({ attempts, outcome: 'aborted', status: undefined })));
  });

  it('that gets no answer, and has the status of the last response', async () => {
    const api = inProcessApi((request) =>
      api.requests.length === 1 ? errorResponse(503, { 'x-request-id': 'req_1' }) : noAnswer(request),
    );
    const onEnd = vi.fn();
    const client = clientOf(api, { timeout: 100, maxRetries: 1 }).on('callEnd', onEnd);

    expect(await settled(rejection(client.users.get('user_123')))).toMatchObject({ name: 'TimeoutError' });
    expect(onEnd.mock.calls).toMatchObject([[{ status: 503, requestId: 'req_1', attempts: 2 }]]);
  });
});

describe('timeout', () => {
  it('applies to each attempt: the next one has as long again', async () => {
    fixJitter(1);
    const api = inProcessApi(async () => {
      if (api.requests.length === 1) return never;
      await sleep(399);
      return Response.json(user);
    });

    expect(await settled(clientOf(api, { timeout: 400 }).users.get('user_123'))).toEqual(user);
    // Its second counts from when the first attempt was sent.
    expect(api.requests.map(({ at }) => at)).toEqual([0, 1000]);
    expect(performance.now()).toBe(1000 + 399);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is 30 s by default, and covers the headers and the body together', async () => {
    const slow = async () => {
      await sleep(20_000);
      return new Response(new ReadableStream());
    };
    for (const answer of [noAnswer, slow]) {
      const start = performance.now();

      const error = await settled(rejection(clientOf(inProcessApi(answer)).users.create(newUser)));

      expect(error).toBeInstanceOf(TimeoutError);
      expect(performance.now() - start).toBe(30_000);
    }
  });

  it('may be Infinity: the call waits for as long as it takes', async () => {
    const api = inProcessApi(async () => {
      await sleep(86_400_000);
      return Response.json(user);
    });
    const call = clientOf(api).users.get('user_123', { timeout: Infinity, totalTimeout: Infinity });

    expect(await settled(call)).toEqual(user);
  });
});

describe('totalTimeout', () => {
  it('covers all attempts and the waits between them', async () => {
    fixJitter(1);
    const api = inProcessApi(noAnswer);

    const call = clientOf(api, { timeout: 1000, maxRetries: 9 }).users.get('user_123', { totalTimeout: 5500 });

    expect(await settled(rejection(call))).toBeInstanceOf(TimeoutError);
    // The second attempt follows a second after the first, the third four seconds after the second, and is cut short.
    expect(api.requests.map(({ at }) => at)).toEqual([0, 1000, 5000]);
    expect(performance.now()).toBe(5500);
  });

  it('covers an async schema, and so does the signal', async () => {
    const schema = { '~standard': { version: 1, vendor: 'test', validate: () => never } } as const;
    const client = clientOf(inProcessApi(() => Response.json(user)));
    const controller = new AbortController();

    const late = client.request('GET', '/teams', { schema, totalTimeout: 1000 });
    expect(await settled(rejection(late))).toBeInstanceOf(TimeoutError);
    expect(performance.now()).toBe(1000);

    const aborted = rejection(client.request('GET', '/teams', { schema, signal: controller.signal }));
    await passTime(50);
    controller.abort(reason);
    expect(await aborted).toBe(reason);
  });
});

it.each(['timeout', 'totalTimeout'])('a 200 whose body stalls keeps its status and request id: %s', async (limit) => {
  const api = inProcessApi(() => new Response(new ReadableStream(), { headers: { 'x-request-id': 'req_42' } }));
  const client = clientOf(api);
  const onEnd = vi.fn();
  client.on('callEnd', onEnd);

  const error = await settled(rejection(client.users.create(newUser, { [limit]: 1000 })));

  expect(error).toBeInstanceOf(TimeoutError);
  expect(error).toMatchObject({ status: 200, requestId: 'req_42', url: `${api.url}/users` });
  expect(onEnd.mock.calls).toMatchObject([[{ status: 200, requestId: 'req_42', attempts: 1 }]]);
  expect(api.requests).toHaveLength(1);
});
