import { getEventListeners } from 'node:events';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { TimeoutError, type ClientOptions, type FetchResponse, type RequestOptions } from '@example/sdk';
import { garbageCollector } from '../support/garbage-collector.ts';
import { afterHeaders, clientOf, newUser, rejection, serve, user } from '../support/http-server.ts';
import { errorResponse } from '../support/in-process-api.ts';
import { replying, type Reply } from '../support/replies.ts';
import { fixJitter, passTime, settled, sleep, useVirtualTime } from '../support/virtual-time.ts';

beforeEach(() => {
  useVirtualTime();
  fixJitter(1);
});

const reason = new Error('changed my mind');
const never = new Promise<never>(() => undefined);
const endless = () => new Response(new ReadableStream());
/** Of a fetch that ignores its signal. */
const stalled = (): FetchResponse => ({ ok: true, status: 200, headers: new Headers(), text: () => never });
const busy = () => errorResponse(503, { 'retry-after': '60' });
const schema = { '~standard': { version: 1, vendor: 'test', validate: () => never } } as const;

describe('an aborted call rejects with the reason of the signal, and leaves nothing behind', () => {
  it.each<[waitsFor: string, requests: number, Reply, ClientOptions?]>([
    ['the token function', 0, 200, { apiToken: () => never }],
    ['a response', 1, 'no answer'],
    ['a response of a fetch that ignores the signal', 1, () => never],
    ['a body', 1, endless],
    ['the body of an error', 1, () => new Response(new ReadableStream(), { status: 404 })],
    ['a body of a fetch that ignores the signal', 1, stalled],
    ['a retry', 1, busy],
    ['a schema', 1, 200],
  ])('while it waits for %s', async (waitsFor, requests, reply, options) => {
    for (const totalTimeout of [Infinity, 90_000]) {
      const controller = new AbortController();
      const { signal } = controller;
      const api = replying(reply);
      const more = waitsFor === 'a schema' ? { schema } : {};
      const call = clientOf(api, options).request('GET', '/teams', { signal, totalTimeout, ...more });
      const aborted = rejection(call);
      await passTime(1000);
      expect(getEventListeners(signal, 'abort').length).toBeGreaterThan(0);
      controller.abort(reason);

      expect(await aborted).toBe(reason);
      expect(api.requests).toHaveLength(requests);
      expect([getEventListeners(signal, 'abort').length, vi.getTimerCount()]).toEqual([0, 0]);
    }
  });

  it.each([undefined, 5000])('before anything is sent, with totalTimeout %s', async (totalTimeout) => {
    const api = replying(200);
    const controller = new AbortController();
    const get = (signal: AbortSignal) => clientOf(api).users.get('user_123', { signal, totalTimeout });
    const inTheSameTurn = get(controller.signal);
    controller.abort(reason);

    expect(await rejection(inTheSameTurn)).toBe(reason);
    expect(await rejection(get(AbortSignal.abort(reason)))).toBe(reason);
    expect(api.requests).toHaveLength(0);
  });

  it.each([reason, undefined])('if it is of another library: reason %s', async (given) => {
    // That of abort-controller has no reason, and calls its listeners with itself as `this`.
    const listeners = new Set<() => void>();
    const signal = {
      ...{ aborted: false, reason: given },
      addEventListener: (_: string, listener: () => void) => listeners.add(listener),
      removeEventListener: (_: string, listener: () => void) => listeners.delete(listener),
    };
    const data = Array.from({ length: 100 }, (_, id) => ({ id: `proj_${id}` }));
    const page = () => Response.json({ data, meta: { total_count: 900 } });
    const options = { signal: signal as unknown as AbortSignal };
    const ends = [
      rejection(clientOf(replying('no answer')).users.get('user_123', { ...options, totalTimeout: 60_000 })),
      rejection(
        clientOf(replying(page, 'no answer'))
          .projects.list({}, { ...options, prefetch: 3 })
          .toArray(),
      ),
    ];
    await passTime(10);
    signal.aborted = true;
    for (const listener of [...listeners]) listener.call(signal);

    for (const end of ends) expect(await settled(end)).toMatchObject(given ?? { name: 'AbortError' });
    expect(listeners.size).toBe(0);
  });

  it.each<[string, ClientOptions]>([
    ['totalTimeout', { totalTimeout: 1e9 }],
    ['an apiToken function', { apiToken: () => never }],
  ])('nor do a thousand calls with one signal and %s add more than two listeners', async (_, options) => {
    const controller = new AbortController();
    const { signal } = controller;
    const { users } = clientOf(replying('no answer'), { rateLimit: { limit: 1 }, ...options });
    const calls = Array.from({ length: 1000 }, (__, id) => rejection(users.get(`user_${id}`, { signal })));
    await passTime(0);
    expect(getEventListeners(signal, 'abort').length).toBeLessThanOrEqual(2);

    controller.abort(reason);
    for (const error of await settled(Promise.all(calls))) expect(error).toBe(reason);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

it.each<Reply>([200, 404, 'a reset', 'no answer'])(
  'the signal of a call that was not aborted has no listener left: %s',
  async (reply) => {
    const { signal } = new AbortController();
    const { users } = clientOf(replying(reply), { timeout: 1000, maxRetries: 0 });
    await settled(Promise.allSettled([users.get('1', { signal }), users.get('1', { signal, totalTimeout: 5000 })]));
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  },
);

describe('of a call that has ended', () => {
  it.each(['waits for the response', 'reads the body'])('the connection is closed if it %s', async (moment) => {
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

  it.each<RequestOptions>([{ timeout: 1000 }, { totalTimeout: 1000 }])(
    'no body is read further, nor one that comes late, of a fetch that ignores its signal: %j',
    async (options) => {
      const cancel = vi.fn();
      const pull = (controller: ReadableStreamDefaultController) =>
        sleep(100).then(() => controller.enqueue(new Uint8Array(10)));
      const answer = () => new Response(new ReadableStream({ pull, cancel }));
      for (const reply of [answer, () => sleep(2000).then(answer)])
        await settled(rejection(clientOf(replying(reply), { maxRetries: 0 }).users.get('user_123', options)));
      await passTime(2000);
      expect(cancel).toHaveBeenCalledTimes(2);
    },
  );
});

it('the body of asResponse() holds its signal, which can abort it also when garbage was collected', async () => {
  const collectGarbage = garbageCollector();
  const server = await serve((_, response) => void response.writeHead(200).write('{'));
  const held = new WeakRef(AbortSignal.timeout(1e6));
  const { body } = await clientOf(server).users.get('user_123', { signal: held.deref() }).asResponse();
  const reader = body!.getReader();
  await reader.read();
  for (let round = 0; round < 3; round++) {
    collectGarbage();
    await new Promise(setImmediate);
  }
  expect(held.deref()).toBeInstanceOf(AbortSignal);
  await reader.cancel();
});

describe('timeout', () => {
  it('applies to each attempt: the next one has as long again', async () => {
    const api = replying(
      () => never,
      () => sleep(399).then(() => Response.json(user)),
    );
    expect(await settled(clientOf(api, { timeout: 400 }).users.get('user_123'))).toEqual(user);
    // Its second counts from when the first attempt was sent.
    expect(api.requests.map(({ at }) => at)).toEqual([0, 1000]);
    expect([performance.now(), vi.getTimerCount()]).toEqual([1399, 0]);
  });

  it('is 30 s by default, and covers the headers and the body together', async () => {
    for (const reply of ['no answer', () => sleep(20_000).then(endless)] as const) {
      const start = performance.now();
      expect(await settled(rejection(clientOf(replying(reply)).users.create(newUser)))).toBeInstanceOf(TimeoutError);
      expect(performance.now() - start).toBe(30_000);
    }
  });

  it('may be Infinity: the call waits for as long as it takes', async () => {
    const api = replying(() => sleep(86_400_000).then(() => Response.json(user)));
    const options = { timeout: Infinity, totalTimeout: Infinity };
    expect(await settled(clientOf(api).users.get('user_123', options))).toEqual(user);
  });
});

it('totalTimeout covers all attempts and the waits between them', async () => {
  const api = replying('no answer');
  const call = clientOf(api, { timeout: 1000, maxRetries: 9 }).users.get('user_123', { totalTimeout: 5500 });

  expect(await settled(rejection(call))).toBeInstanceOf(TimeoutError);
  // The second attempt follows a second after the first, the third four seconds after the second, and is cut short.
  expect(api.requests.map(({ at }) => at)).toEqual([0, 1001, 5001]);
  expect(performance.now()).toBe(5500);
});

it.each(['timeout', 'totalTimeout'])('a 200 whose body stalls keeps its status and request id: %s', async (limit) => {
  const api = replying(() => new Response(new ReadableStream(), { headers: { 'x-request-id': 'req_42' } }));
  const onEnd = vi.fn();
  const { users } = clientOf(api).on('callEnd', onEnd);
  const answer = { status: 200, requestId: 'req_42' };

  const error = await settled(rejection(users.create(newUser, { [limit]: 1000 })));
  expect(error).toMatchObject({ name: 'TimeoutError', ...answer, url: `${api.url}/users` });
  expect(onEnd.mock.calls).toMatchObject([[{ ...answer, attempts: 1 }]]);
});
