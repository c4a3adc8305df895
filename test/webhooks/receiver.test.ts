import { afterEach, describe, expect, it, vi } from 'vitest';
import { Webhooks, type ReplayStore, type WebhookHandler, type WebhooksOptions } from '@example/sdk/webhooks';
import { InvalidRequestError } from '../../src/errors/index.ts';
import { throwing } from '../support/http-server.ts';
import { handling, receiver, workingHandler } from './support/receiver.ts';
import { otherSecret, secret, signed, userCreated } from './support/signed-request.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

const url = 'https://shop.example/webhooks';
const post = async (init: RequestInit | Promise<RequestInit>) => new Request(url, await init);
const gone = () => Promise.reject(new Error('gone'));
const forever = () => new Promise<never>(() => undefined);
const storeOf = (claim: unknown): ReplayStore => ({ claim: () => Promise.resolve(claim) }) as ReplayStore;
const claimed = { status: 'claimed', complete: () => undefined, release: () => undefined };

describe('a request is answered without its handler', () => {
  type Row = [
    status: number,
    what: string,
    error: object | undefined,
    options?: WebhooksOptions,
    request?: () => Promise<Request>,
  ];
  const code = (code: string, message = '') => ({ code, message: expect.stringContaining(message) as string });
  const storeError = (cause: object) => ({ message: 'The replay store failed, so no handler has run.', cause });
  const noClaim = storeError(
    expect.objectContaining({ message: expect.stringContaining('answered a claim with') as string }) as object,
  );
  const read = (body: (request: Request) => unknown) => async () => {
    const request = await post(signed());
    await body(request);
    return request;
  };
  const hourAgo = () => post(signed(userCreated, { timestamp: Date.now() / 1_000 - 3_600 }));
  const forged = () => post(signed(userCreated, { secret: otherSecret }));
  const busy = storeOf({ status: 'busy', retryAfter: 1.2 });

  it.each<Row>([
    ...['GET', 'HEAD', 'PUT', 'OPTIONS'].map((method): Row => [405, method, undefined, {}, () => post({ method })]),
    [400, 'a forged signature', code('no_matching_signature'), {}, forged],
    [400, 'no signature', code('missing_header'), {}, () => post({ method: 'POST', body: '{}' })],
    [400, 'what is no event', code('invalid_payload'), {}, () => post(signed('[]'))],
    [400, 'an attempt of an hour ago', code('timestamp_too_old'), {}, hourAgo],
    [400, 'a body that was read', code('body_already_parsed', 'request.text()'), {}, read((it) => it.text())],
    [400, 'a body that is being read', code('body_already_parsed'), {}, read((it) => it.body?.getReader())],
    [500, 'a secret function that fails', new Error('gone'), { secret: gone }],
    ...(
      [
        [400, undefined, code('unknown_secret')],
        [500, null, code('invalid_secret', 'got null')],
        [500, '', code('invalid_secret', "got ''. Return undefined")],
        [500, 5, code('invalid_secret', 'got number')],
        [500, [], code('invalid_secret', 'function returned must')],
        [500, [secret, null], code('invalid_secret', 'returned[1]')],
      ] as const
    ).map(([status, it, error]): Row => [
      status,
      `the secret ${JSON.stringify(it)}`,
      error,
      { secret: () => it as '' },
    ]),
    [413, 'a long body', code('body_too_large', 'maxBodyBytes, 10 bytes.'), { maxBodyBytes: 10 }],
    [503, 'a store that fails', storeError(new Error('gone')), { replayStore: { claim: gone } }],
    ...[
      ...[undefined, 'claimed', ['claimed'], {}, { status: 'done' }, { status: 'busy' }],
      ...[
        { status: 'busy', retryAfter: Infinity },
        { ...claimed, complete: 1 },
        { ...claimed, release: 1 },
      ],
      { ...claimed, signal: {} },
    ].map((it): Row => [503, `a store that answers ${JSON.stringify(it)}`, noClaim, { replayStore: storeOf(it) }]),
    [503, 'a store that is busy', undefined, { replayStore: busy }],
    [204, 'an event that was handled', undefined, { replayStore: storeOf({ status: 'handled' }) }],
  ])('%i: %s', async (status, _, error, options, request = () => post(signed())) => {
    vi.stubEnv('EXAMPLE_WEBHOOK_SECRET', secret);
    const { handle, handler, onError, logger } = handling(options);
    const response = await handle(await request());
    expect([response.status, await response.text()]).toEqual([status, '']);
    const headers = status === 405 ? { allow: 'POST' } : status === 503 && !error ? { 'retry-after': '2' } : {};
    expect(Object.fromEntries(response.headers)).toEqual(headers);
    expect(handler).not.toHaveBeenCalled();
    const context = status === 503 ? { id: expect.any(String) as string, event: userCreated } : expect.anything();
    expect(onError.mock.calls).toEqual(error ? [[expect.objectContaining(error), context]] : []);
    // It may be a health check, or an attempt that is repeated.
    expect(logger.debug).toHaveBeenCalledTimes(error ? 0 : 1);
    expect([...logger.warn.mock.calls, ...logger.error.mock.calls]).toEqual([]);
  });
});

describe('a body', () => {
  it('that exceeds maxBodyBytes, in bytes, is refused, and the rest is not read', async () => {
    const event = JSON.stringify({ ...userCreated, note: 'ü'.repeat(100) });
    const { headers } = await signed(event);
    for (const [limit, status] of [
      [Buffer.byteLength(event), 204],
      [Buffer.byteLength(event) - 1, 413],
    ] as const) {
      for (const body of [event, Buffer.from(event)]) {
        const { webhooks, handle } = receiver({ maxBodyBytes: limit });
        expect(await webhooks.receive(body, headers)).toEqual({ status, headers: {} });
        expect(await handle(new Request(url, { method: 'POST', body, headers }))).toHaveProperty('status', status);
      }
    }
    const { webhooks } = receiver();
    expect(await webhooks.receive('x'.repeat(2 ** 20), headers)).toHaveProperty('status', 400);
    expect(await webhooks.receive('x'.repeat(2 ** 20 + 1), headers)).toHaveProperty('status', 413);

    let pulled = 0;
    const cancelled = Promise.withResolvers<undefined>();
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(++pulled && 6)),
      cancel: () => cancelled.resolve(undefined),
    });
    const init: RequestInit & { duplex: 'half' } = { method: 'POST', body: endless, duplex: 'half' };
    expect((await receiver({ maxBodyBytes: 10 }).handle(new Request(url, init))).status).toBe(413);
    await cancelled.promise;
    expect(pulled).toBeLessThan(5);
  });
});

describe('an event', () => {
  it('reaches its handler with its id and the time of the attempt, and is handled once', async () => {
    const { send, handler, logger } = handling();
    for (const id of ['msg_1', 'msg_1', 'msg_2']) expect(await send(userCreated, id)).toBe(204);
    const [attemptedAt, signal] = [expect.any(Date) as Date, expect.any(AbortSignal) as AbortSignal];
    expect(handler.mock.calls).toEqual(['msg_1', 'msg_2'].map((id) => [userCreated, { id, attemptedAt, signal }]));
    expect(logger.debug).toHaveBeenCalledExactlyOnceWith(
      expect.stringContaining('msg_1: the event was handled before'),
    );
  });

  it('is answered with 503 and Retry-After while it is being handled', async () => {
    const work = workingHandler();
    const { handle, send } = handling({}, work.handler);
    const first = send(userCreated, 'msg_1');
    await work.started;
    const second = await handle(await post(signed(userCreated, { id: 'msg_1' })));
    expect([second.status, second.headers.get('retry-after')]).toEqual([503, '1']);
    work.finish();
    expect(await first).toBe(204);
    expect(await send(userCreated, 'msg_1')).toBe(204);
    expect(work.handler).toHaveBeenCalledOnce();
  });

  it.each<[string, WebhookHandler]>([
    ['throws', throwing(new Error('database is down'))],
    ['rejects', () => Promise.reject(new Error('database is down'))],
  ])('is retried by the API if a handler %s, once the other handlers have finished', async (_, fail) => {
    const { webhooks, send, onError } = handling(
      {},
      vi.fn(() => undefined).mockImplementationOnce(fail as () => undefined),
    );
    const other = workingHandler();
    webhooks.on('*', other.handler);
    const answered = vi.fn();
    const status = send(userCreated, 'msg_1').finally(answered);
    await other.started;
    await new Promise(setImmediate);
    expect(answered).not.toHaveBeenCalled();
    other.finish();
    expect(await status).toBe(500);
    const context = { id: 'msg_1', event: userCreated };
    expect(onError).toHaveBeenCalledExactlyOnceWith(new Error('database is down'), context);
    expect(await send(userCreated, 'msg_1')).toBe(204);
    expect(other.handler).toHaveBeenCalledTimes(2);
  });

  it('is handled each time with replayStore: false', async () => {
    const run = vi.fn().mockRejectedValueOnce(new Error('database is down'));
    const { send } = handling({ replayStore: false }, run);
    const statuses = [];
    for (let time = 0; time < 3; time++) statuses.push(await send(userCreated, 'msg_1'));
    expect(statuses).toEqual([500, 204, 204]);
    expect(run).toHaveBeenCalledTimes(3);
  });
});

describe('a store that fails when the handlers have run', () => {
  const [held, lost] = [new AbortController().signal, AbortSignal.abort()];
  it.each<
    [what: string, status: number, tries: number, after: number, signal: AbortSignal | undefined, failures: number]
  >([
    ['recovers: the event is acknowledged once that is recorded', 204, 3, 150, undefined, 2],
    ['recovers while the claim is held', 204, 31, 26_550, held, 30],
    ['does not recover: recording is given up after 20 repetitions', 204, 21, 16_550, undefined, 99],
    ['does not recover before the claim is lost', 204, 1, 0, lost, 99],
    ['does not recover after a handler has failed', 500, 1, 0, held, 99],
  ])('%s', async (_, status, tries, after, signal, failures) => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const fail = vi.fn(() => (failures-- > 0 ? gone() : undefined));
    const replayStore: ReplayStore = { claim: () => ({ status: 'claimed', complete: fail, release: fail, signal }) };
    const failed = new Error('no stamps');
    const { send, onError } = handling({ replayStore }, () => (status === 204 ? undefined : Promise.reject(failed)));
    const answered = vi.fn();
    const response = send().finally(answered);
    while (fail.mock.calls.length === 0) await new Promise(setImmediate);
    if (after > 0) {
      await vi.advanceTimersByTimeAsync(after - 1);
      expect(answered).not.toHaveBeenCalled();
      await vi.advanceTimersByTimeAsync(1);
    }
    expect(await response).toBe(status);
    expect(fail).toHaveBeenCalledTimes(tries);
    const outcome = status === 204 ? 'was handled' : 'failed';
    const unrecorded = { message: `The event ${outcome}, but the replay store could not record it.` };
    const errors = [...(status === 500 ? [failed] : []), ...(failures > 0 ? [unrecorded] : [])];
    expect(onError.mock.calls.map(([error]) => error as object)).toEqual(
      errors.map((error) => expect.objectContaining(error) as object),
    );
    if (failures > 0) expect(onError.mock.lastCall?.[0]).toHaveProperty('cause', new Error('gone'));
  });
});

it.each<[string, WebhooksOptions]>([
  ['The secret function', { secret: forever }],
  ['verify()', { verify: forever }],
])('%s that does not settle within ten seconds is answered with 500', async (name, options) => {
  vi.useFakeTimers();
  const { send, onError } = handling(options);
  const answered = vi.fn();
  const response = send().finally(answered);
  await vi.advanceTimersByTimeAsync(9_999);
  expect(answered).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(await response).toBe(500);
  expect(onError.mock.lastCall?.[0]).toHaveProperty('message', `${name} did not reply within 10000 ms.`);
});

it('a missing secret is noticed when a webhook arrives, so that a build needs none', async () => {
  vi.stubEnv('EXAMPLE_WEBHOOK_SECRET', '');
  const { send, onError } = handling({ secret: undefined });
  // Nothing is wrong with the request, so the API should deliver it again.
  expect(await send()).toBe(500);
  const message = expect.stringContaining('set EXAMPLE_WEBHOOK_SECRET') as string;
  expect(onError.mock.lastCall?.[0]).toMatchObject({ code: 'invalid_secret', message });
  vi.stubEnv('EXAMPLE_WEBHOOK_SECRET', secret);
  expect(await send()).toBe(204);
});

it('tolerance limits how old an attempt may be', async () => {
  const { body, headers } = await signed(userCreated, { timestamp: new Date(Date.now() - 3_600_000) });
  expect(await receiver({ tolerance: 7_200 }).webhooks.receive(body, headers)).toHaveProperty('status', 204);
});

describe('new Webhooks() rejects', () => {
  it.each<[message: string, options: object | string]>([
    ...['whsec_?', '', 'null', null, [], [secret, 'whsec_YWJj'], 7].map((it): [string, object] => [
      "The webhook secret can't be used",
      { secret: it },
    ]),
    ...[-1, null, '300', NaN].map((tolerance): [string, object] => ['tolerance must be a number', { tolerance }]),
    ["tolerance must be a number of seconds, 0 or more; got '5m'.", { tolerance: '5m' }],
    ...[0, null, '1mb'].map((it): [string, object] => ['maxBodyBytes must be a whole number', { maxBodyBytes: it }]),
    ['logLevel must be one of', { logLevel: 'loud' }],
    ['logger.warn must be a function', { logger: { error: console.error } }],
    ...['verify', 'onError', 'onUnhandled', 'onValidationIssue'].flatMap((name) =>
      ['log', null].map((it): [string, object] => [`${name} must be a function`, { [name]: it }]),
    ),
    ...[{}, true, null, 'redis', { eval: () => 1 }].map((replayStore): [string, object] => [
      'replayStore must be false, or a store with a method claim(), such as redisReplayStore(); got',
      { replayStore },
    ]),
    ["Unknown option 'secrets'", { secrets: [secret] }],
    ['options must be a plain object; got string.', 'whsec_'],
  ])('%s: %o', (message, options) => {
    vi.stubEnv('EXAMPLE_WEBHOOK_SECRET', secret);
    const given = typeof options === 'string' ? options : { secret, ...options };
    expect(() => new Webhooks(given as WebhooksOptions)).toThrow(message);
  });

  it('with an InvalidRequestError, and a secret with the code of its error', () => {
    expect(() => receiver({ tolerance: -1 })).toThrow(InvalidRequestError);
    expect(() => receiver({ secret: '' })).toThrow(expect.objectContaining({ code: 'invalid_secret' }) as Error);
    expect(() => receiver({ maxBodyBytes: 1, tolerance: 0 })).not.toThrow();
  });
});
