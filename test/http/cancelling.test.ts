import { getEventListeners } from 'node:events';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { TimeoutError, type Client, type ClientOptions, type RequestOptions } from '@example/sdk';
import type { Fetch, FetchResponse } from '@example/sdk';
import { garbageCollector } from '../support/garbage-collector.ts';
import { clientOf, newUser, rejection, startServer, user } from '../support/http-server.ts';
import { errorResponse, replying, type Reply } from '../support/in-process-api.ts';
import { fixJitter, passTime, settled, sleep, useVirtualTime } from '../support/virtual-time.ts';

beforeEach(() => {
  useVirtualTime();
  fixJitter(1);
});

const reason = new Error('changed my mind');
const never = new Promise<never>(() => undefined);
const endless = () => new Response(new ReadableStream());
/** The response of a fetch that ignores its signal. */
const stalled = (): FetchResponse => ({ ok: true, status: 200, headers: new Headers(), text: () => never });
const busy = () => errorResponse(503, { 'retry-after': '60' });
const schema = { '~standard': { version: 1, vendor: 'test', validate: () => never } } as const;

describe("an aborted call rejects with the signal's reason, and leaves nothing behind", () => {
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
      const aborted = rejection(clientOf(api, options).request('GET', '/teams', { signal, totalTimeout, ...more }));
      await passTime(1000);
      expect(getEventListeners(signal, 'abort').length).toBeGreaterThan(0);
      controller.abort(reason);

      expect(await aborted).toBe(reason);
      expect(api.requests).toHaveLength(requests);
      expect([getEventListeners(signal, 'abort').length, vi.getTimerCount()]).toEqual([0, 0]);
    }
  });

  it.each([reason, undefined])('if the signal is of another library, as in React Native: reason %s', async (given) => {
    // A signal of abort-controller has no reason, and calls its listeners with itself as `this`.
    const target = new Set<() => void>();
    const addEventListener = (_: string, listener: () => void) => target.add(listener);
    const removeEventListener = (_: string, listener: () => void) => target.delete(listener);
    const signal = { aborted: false, reason: given, addEventListener, removeEventListener };
    const end = rejection(clientOf(replying('no answer')).users.get('1', { signal: signal as never }));
    await passTime(10);
    signal.aborted = true;
    for (const listener of [...target]) listener.call(signal);

    expect(await settled(end)).toMatchObject(given ?? { name: 'AbortError' });
    expect(target.size).toBe(0);
  });
});

describe('after a call has ended,', () => {
  it.each([true, false])('the connection is closed, whether it has received headers: %s', async (hasHeaders) => {
    const controller = new AbortController();
    const abort = () => controller.abort(reason);
    const closed = vi.fn();
    const server = await startServer((_, response) => {
      response.on('close', closed);
      if (hasHeaders) response.writeHead(200, { 'content-length': '1000' }).write('{"id":');
      else abort();
    });
    const abortingLater: Fetch = (url, init) => fetch(url, init).finally(() => hasHeaders && setImmediate(abort));
    const { users } = clientOf(server, { fetch: abortingLater });
    expect(await rejection(users.get('user_123', { signal: controller.signal }))).toBe(reason);
    await expect.poll(() => closed).toHaveBeenCalledOnce();
  });

  // Not even a late one of a fetch that ignores its signal.
  it.each<RequestOptions>([{ timeout: 1000 }, { totalTimeout: 1000 }])('no body is read: %j', async (options) => {
    const cancel = vi.fn();
    const pull = (controller: ReadableStreamDefaultController) =>
      sleep(100).then(() => controller.enqueue(new Uint8Array(10)));
    const answer = () => new Response(new ReadableStream({ pull, cancel }));
    for (const reply of [answer, () => sleep(2000).then(answer)])
      await settled(rejection(clientOf(replying(reply), { maxRetries: 0 }).users.get('user_123', options)));
    await passTime(2000);
    expect(cancel).toHaveBeenCalledTimes(2);
  });
});

it('the body of asResponse() holds its signal, which can still abort it after a garbage collection', async () => {
  const collectGarbage = garbageCollector();
  const server = await startServer((_, response) => void response.writeHead(200).write('{'));
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
  it('is 30 s by default, covers headers and body together, and puts what has arrived on the error', async () => {
    const reply = () =>
      sleep(20_000).then(() => new Response(endless().body, { headers: { 'x-request-id': 'req_1' } }));
    const error = await settled(rejection(clientOf(replying(reply)).users.create(newUser)));
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ status: 200, requestId: 'req_1' });
    expect(performance.now()).toBe(30_000);
  });

  it('can be Infinity: the call waits as long as it takes', async () => {
    const api = replying(() => sleep(86_400_000).then(() => Response.json(user)));
    const options = { timeout: Infinity, totalTimeout: Infinity };
    expect(await settled(clientOf(api).users.get('user_123', options))).toEqual(user);
  });
});

describe('totalTimeout covers all attempts and waits; its error says what it waited for and what failed last', () => {
  const totalTimeout = 5500;
  const start = (total = totalTimeout) =>
    `The call took longer than its totalTimeout of ${total} ms: it was waiting for`;
  const failure = 'The last failure: Answered 500.';
  const late = 'The last failure: The attempt took longer than its timeout of 1000 ms.';
  const get = ({ users }: Client) => users.get('user_123', { totalTimeout });
  const create = ({ users }: Client) => users.create(newUser, { totalTimeout });
  const getOften = ({ users }: Client) => users.get('user_123', { totalTimeout, timeout: 1000, maxRetries: 9 });
  const getChecked = (client: Client) => client.request('GET', '/teams', { schema, totalTimeout });
  const getWithoutToken = (client: Client) => get(client.withOptions({ apiToken: () => never }));
  /** Two failed calls are an outage. */
  const getAmongOthers = (client: Client) => {
    for (let others = 0; others < 5; others++) void rejection(get(client));
    return get(client);
  };
  const sentAfter = (ms: number) => `the response to a request that was sent after ${ms} ms`;

  it.each<[message: string, Reply, (client: Client) => Promise<unknown>]>([
    [`${sentAfter(0)}. The call was sent. (GET /users/{id})`, 'no answer', get],
    [`${sentAfter(0)}. The call may have taken effect. (POST /users)`, 'no answer', create],
    // The second attempt follows at once, the others after half of the time left. The fourth is cut short.
    [`${sentAfter(5126)}. The call was sent. ${late} (GET /users/{id})`, 'no answer', getOften],
    ['the schema. The call was sent. (200 GET /teams)', 200, getChecked],
    ['the rate limit or the token. The call was not sent. (GET /users/{id})', 200, getWithoutToken],
    [`the API to recover. The call was sent. ${failure} (500 GET /users/{id})`, 500, getAmongOthers],
  ])('it waits for %s', async (message, reply, call) => {
    const error = await settled(rejection(call(clientOf(replying(reply)))));
    expect(error).toMatchObject({ name: 'TimeoutError', message: `${start()} ${message}` });
    expect((error as TimeoutError).url === undefined).toBe(message.includes('was not sent'));
    expect(performance.now()).toBe(totalTimeout);
  });
});
