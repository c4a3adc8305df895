import { afterEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import {
  memoryReplayStore,
  Webhooks,
  WebhookVerificationError,
  type ReplayStore,
  type UnknownWebhookEvent,
  type UserCreatedEvent,
  type WebhookErrorContext,
  type WebhookEvent,
  type WebhookHandler,
  type WebhooksOptions,
} from '@example/sdk/webhooks';
import { InvalidRequestError } from '../../src/errors/index.ts';
import { secret, signed, userCreated } from './signed-request.ts';

function receiver(options: WebhooksOptions = {}) {
  const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const webhooks = new Webhooks({ secret, logger, logLevel: 'debug', ...options });
  const handle = webhooks.handler();
  const send = async (event?: unknown, id?: string) =>
    handle(new Request('https://shop.example/webhooks', await signed(event, { id })));
  return { webhooks, logger, handle, send };
}

function deferred<T = void>() {
  let resolve!: (value: T) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

afterEach(() => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
});

describe('a handler', () => {
  it('gets the event, and who sent it when', async () => {
    const { webhooks, send } = receiver();
    const handler = vi.fn();
    webhooks.on('user.created', handler);

    const response = await send(userCreated, 'msg_1');

    expect(response.status).toBe(204);
    expect(await response.text()).toBe('');
    expect(handler).toHaveBeenCalledExactlyOnceWith(userCreated, {
      id: 'msg_1',
      attemptedAt: expect.any(Date) as Date,
      signal: expect.any(AbortSignal) as AbortSignal,
    });
  });

  it('is waited for before the API hears of success', async () => {
    const { webhooks, send } = receiver();
    const work = deferred();
    const started = deferred();
    let answered = false;
    webhooks.on('user.created', () => {
      started.resolve();
      return work.promise;
    });

    const response = send().then((result) => {
      answered = true;
      return result;
    });
    await started.promise;
    await new Promise(setImmediate);
    expect(answered).toBe(false);

    work.resolve();
    expect((await response).status).toBe(204);
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('database is down');
      },
    ],
    ['rejects', () => Promise.reject(new Error('database is down'))],
  ])('that %s has the event sent again, after the others have finished', async (_, fail) => {
    const { webhooks, send, logger } = receiver();
    const other = deferred();
    let finished = false;
    webhooks.on('user.created', fail);
    webhooks.on('*', async () => {
      await other.promise;
      finished = true;
    });

    const response = send(userCreated, 'msg_7');
    other.resolve();

    expect((await response).status).toBe(500);
    expect(await (await response).text()).toBe('');
    expect(finished).toBe(true);
    expect(logger.error).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(/msg_7 \(user\.created\).*database is down/s),
    );
  });

  it('may throw what is no error', async () => {
    const { webhooks, send, logger } = receiver();
    webhooks.on('user.created', () => Promise.reject('out of stamps'));
    expect((await send()).status).toBe(500);
    expect(logger.error).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('out of stamps'));
  });

  it('can be taken off again', async () => {
    const { webhooks, send } = receiver();
    const handler = vi.fn();
    webhooks.on('user.created', handler).off('user.created', handler);
    expect((await send()).status).toBe(204);
    expect(handler).not.toHaveBeenCalled();
  });

  it('must be a function', () => {
    const { webhooks } = receiver();
    expect(() => webhooks.on('user.created', undefined as never)).toThrow(InvalidRequestError);
  });
});

describe('events', () => {
  it('that the SDK does not list go to the handler of their name, and all events to *', async () => {
    const { webhooks, send } = receiver();
    const seen: string[] = [];
    webhooks.on('*', (event) => seen.push(`*: ${event.event}`));
    webhooks.on('project.archived', (event) => seen.push(`own: ${JSON.stringify(event.data)}`));

    await send(userCreated);
    await send({ event: 'project.archived', data: { id: 'proj_1' }, timestamp: '2024-01-01T00:00:00Z' });
    await send({ event: '*', data: {}, timestamp: '2024-01-01T00:00:00Z' });
    await send({ event: '__proto__', data: {}, timestamp: '2024-01-01T00:00:00Z' });

    expect(seen).toEqual(['*: user.created', 'own: {"id":"proj_1"}', '*: project.archived', '*: *', '*: __proto__']);
  });

  it('without a handler are answered with success and a debug line', async () => {
    const { send, logger } = receiver();
    expect((await send(userCreated, 'msg_1')).status).toBe(204);
    expect(logger.debug).toHaveBeenCalledExactlyOnceWith(
      '[@example/sdk] Webhook msg_1: there is no handler for user.created.',
    );
    expect(logger.warn).not.toHaveBeenCalled();
  });

  it('with new fields are handled without a word', async () => {
    const { webhooks, send, logger } = receiver();
    const handler = vi.fn();
    webhooks.on('user.created', handler);
    const event = { ...userCreated, api_version: 2, data: { ...userCreated.data, locale: 'de' } };

    await send(event);

    expect(handler.mock.lastCall?.[0]).toEqual(event);
    expect(logger.warn).not.toHaveBeenCalled();
  });

  it('with changed fields are handled as they came, and logged once for each place', async () => {
    const { webhooks, send, logger } = receiver();
    const handler = vi.fn();
    webhooks.on('*', handler);
    const changed = { ...userCreated, data: { id: 'user_123', name: null, email: 'john@example.com' } };

    const bare = { event: 'project.archived', data: null };
    for (const event of [changed, changed, bare]) {
      expect((await send(event)).status).toBe(204);
    }

    expect(handler.mock.calls.map(([event]) => event as unknown)).toEqual([changed, changed, bare]);
    expect(logger.warn.mock.calls.flat()).toEqual([
      expect.stringContaining('user.created.data.name: expected string, received null'),
      expect.stringContaining('project.archived.timestamp: expected string, received undefined'),
    ]);
  });

  it('that differ can be refused instead', async () => {
    const onError = vi.fn();
    const { webhooks, send } = receiver({
      onError,
      onValidationIssue: (issue) => {
        throw new Error(issue.message);
      },
    });
    const handler = vi.fn();
    webhooks.on('user.created', handler);

    expect((await send({ ...userCreated, data: {} })).status).toBe(500);
    expect(handler).not.toHaveBeenCalled();
    expect(onError).toHaveBeenCalledExactlyOnceWith(
      expect.any(Error),
      expect.objectContaining({ event: { ...userCreated, data: {} } }),
    );
    expect((await send()).status).toBe(204);
  });

  it('that differ are refused also by a listener that throws what is no error', async () => {
    const { send, logger } = receiver({
      onValidationIssue: () => {
        throw 'no thanks'; // eslint-disable-line @typescript-eslint/only-throw-error -- users may
      },
    });
    expect((await send({ ...userCreated, data: {} })).status).toBe(500);
    expect(logger.error).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(/Webhook \S+ \(user\.created\) failed: no thanks/),
    );
  });

  it('are typed by their name', () => {
    const { webhooks } = receiver();
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
});

describe('a request that is refused', () => {
  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])('405: %s', async (method) => {
    const { handle } = receiver();
    const response = await handle(new Request('https://shop.example/webhooks', { method }));
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
  });

  it('400 without a word, whatever was wrong, with the reason in the log', async () => {
    const { webhooks, handle, logger } = receiver();
    const handler = vi.fn();
    webhooks.on('*', handler);
    const forged = await signed(userCreated, { secret: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD' });
    const unsigned = { ...forged, headers: {} };
    const noEvent = await signed('[]');

    for (const init of [forged, unsigned, noEvent]) {
      const response = await handle(new Request('https://shop.example/webhooks', init));
      expect(response.status).toBe(400);
      expect(await response.text()).toBe('');
      expect([...response.headers]).toEqual([]);
    }

    expect(handler).not.toHaveBeenCalled();
    expect(logger.warn.mock.calls.flat()).toEqual([
      expect.stringContaining('No signature matches'),
      expect.stringContaining('webhook-id is missing'),
      expect.stringContaining('the body is not an event'),
    ]);
    expect(logger.error).not.toHaveBeenCalled();
  });

  it('400 with advice in the log, if its body was read before', async () => {
    const { handle, logger } = receiver();
    const request = new Request('https://shop.example/webhooks', await signed());
    await request.json();
    expect((await handle(request)).status).toBe(400);
    expect(logger.warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('await request.text()'));
  });

  it('400 without a body', async () => {
    const { handle, logger } = receiver();
    const { headers } = await signed('');
    expect((await handle(new Request('https://shop.example/webhooks', { method: 'POST', headers }))).status).toBe(400);
    expect(logger.warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('not JSON'));
  });

  it('413 for a body over maxBodyBytes, without reading on', async () => {
    const { handle } = receiver({ maxBodyBytes: 10 });
    let pulled = 0;
    const cancelled = deferred();
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled++;
        controller.enqueue(new Uint8Array(6));
      },
      cancel: () => cancelled.resolve(),
    });
    const init: RequestInit & { duplex: 'half' } = { method: 'POST', body: endless, duplex: 'half' };

    expect((await handle(new Request('https://shop.example/webhooks', init))).status).toBe(413);
    await cancelled.promise;
    expect(pulled).toBeLessThan(5);
  });

  it('413 at once, if the request says how long it is', async () => {
    const { handle } = receiver();
    const init = { method: 'POST', body: '{}', headers: { 'content-length': '1048577' } };
    expect((await handle(new Request('https://shop.example/webhooks', init))).status).toBe(413);
  });

  it('413 counts bytes, and what is as long as allowed is read', async () => {
    const event = JSON.stringify({ ...userCreated, note: 'ü'.repeat(100) });
    const length = Buffer.byteLength(event);
    const { headers } = await signed(event);
    for (const body of [event, Buffer.from(event)]) {
      expect((await receiver({ maxBodyBytes: length }).webhooks.receive(body, headers)).status).toBe(204);
      expect((await receiver({ maxBodyBytes: length - 1 }).webhooks.receive(body, headers)).status).toBe(413);
    }
    expect((await receiver({ maxBodyBytes: 100 }).webhooks.receive(event, headers)).status).toBe(413);
  });
});

describe('receive()', () => {
  it('takes body and headers from any server, and gives what to answer', async () => {
    const { webhooks } = receiver();
    const handler = vi.fn();
    webhooks.on('user.created', handler);
    const { body, headers } = await signed();

    expect(await webhooks.receive(body, headers)).toEqual({ status: 204, headers: {} });
    expect(await webhooks.receive(`${body} `, headers)).toEqual({ status: 400, headers: {} });
    expect(handler).toHaveBeenCalledOnce();
  });
});

describe('onError', () => {
  it('is told of each failed handler, and of what failed verification, instead of the log', async () => {
    const errors: [unknown, WebhookErrorContext][] = [];
    const { webhooks, send, handle, logger } = receiver({ onError: (error, context) => errors.push([error, context]) });
    webhooks.on('user.created', () => Promise.reject(new Error('first')));
    webhooks.on('user.created', () => Promise.reject(new Error('second')));

    await send(userCreated, 'msg_1');
    await handle(new Request('https://shop.example/webhooks', { method: 'POST', body: '{}' }));

    expect(errors).toEqual([
      [new Error('first'), { id: 'msg_1', event: userCreated }],
      [new Error('second'), { id: 'msg_1', event: userCreated }],
      [expect.any(WebhookVerificationError), { id: undefined, event: undefined }],
    ]);
    expect(logger.error).not.toHaveBeenCalled();
    expect(logger.warn).not.toHaveBeenCalled();
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('no reporter');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no reporter'))],
  ])('changes nothing when it %s', async (_, onError) => {
    const { webhooks, send, logger } = receiver({ onError });
    webhooks.on('user.created', () => Promise.reject(new Error('failed')));
    expect((await send()).status).toBe(500);
    expect(logger.error).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('no reporter'));
  });
});

describe('an event that comes again', () => {
  it('was handled: it is answered with success, and handlers do not run', async () => {
    const { webhooks, send } = receiver();
    const handler = vi.fn<WebhookHandler<'user.created'>>();
    webhooks.on('user.created', handler);

    expect((await send(userCreated, 'msg_1')).status).toBe(204);
    expect((await send(userCreated, 'msg_1')).status).toBe(204);
    expect((await send(userCreated, 'msg_2')).status).toBe(204);

    expect(handler.mock.calls.map(([, context]) => context.id)).toEqual(['msg_1', 'msg_2']);
  });

  it('is being handled: the API is told to come back', async () => {
    const { webhooks, send } = receiver();
    const work = deferred();
    const started = deferred();
    const handler = vi.fn(() => {
      started.resolve();
      return work.promise;
    });
    webhooks.on('user.created', handler);

    const first = send(userCreated, 'msg_1');
    await started.promise;
    const second = await send(userCreated, 'msg_1');
    expect(second.status).toBe(503);
    expect(second.headers.get('retry-after')).toBe('1');

    work.resolve();
    expect((await first).status).toBe(204);
    expect((await send(userCreated, 'msg_1')).status).toBe(204);
    expect(handler).toHaveBeenCalledOnce();
  });

  it('failed: it is handled again', async () => {
    const { webhooks, send } = receiver();
    const handler = vi.fn().mockRejectedValueOnce(new Error('database is down'));
    webhooks.on('user.created', handler);

    expect((await send(userCreated, 'msg_1')).status).toBe(500);
    expect((await send(userCreated, 'msg_1')).status).toBe(204);
    expect(handler).toHaveBeenCalledTimes(2);
  });

  it('is handled each time with replayStore: false', async () => {
    const { webhooks, send } = receiver({ replayStore: false });
    const handler = vi.fn().mockRejectedValueOnce(new Error('database is down'));
    webhooks.on('user.created', handler);
    await send(userCreated, 'msg_1');
    await send(userCreated, 'msg_1');
    await send(userCreated, 'msg_1');
    expect(handler).toHaveBeenCalledTimes(3);
  });

  it('is not run while nobody knows, because the replay store does not answer', async () => {
    const onError = vi.fn();
    const broken: ReplayStore = { claim: () => Promise.reject(new Error('no route to host')) };
    const { webhooks, send } = receiver({ replayStore: broken, onError });
    const handler = vi.fn();
    webhooks.on('user.created', handler);

    expect((await send(userCreated, 'msg_1')).status).toBe(503);
    expect(handler).not.toHaveBeenCalled();
    expect(onError).toHaveBeenCalledExactlyOnceWith(new Error('no route to host'), { id: 'msg_1', event: userCreated });
  });

  it('counts as answered by its handlers, even if the replay store can not note it', async () => {
    const onError = vi.fn();
    const forgets: ReplayStore = {
      claim: () => ({ status: 'claimed', complete: () => Promise.reject(new Error('gone')), release: () => undefined }),
    };
    const { webhooks, send } = receiver({ replayStore: forgets, onError });
    webhooks.on('user.created', () => undefined);

    expect((await send()).status).toBe(204);
    expect(onError).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ cause: new Error('gone') }),
      expect.anything(),
    );
  });
});

describe('memoryReplayStore', () => {
  const complete = async (store: ReplayStore, id: string) => {
    const claim = await store.claim(id);
    if (claim.status === 'claimed') claim.complete();
    return claim.status;
  };

  it('forgets the oldest handled events beyond maxIds, but never what is being handled', async () => {
    const store = memoryReplayStore({ maxIds: 2 });
    await store.claim('running');
    for (const id of ['a', 'b', 'c']) expect(await complete(store, id)).toBe('claimed');

    expect(await complete(store, 'b')).toBe('handled');
    expect(await complete(store, 'c')).toBe('handled');
    expect(await complete(store, 'a')).toBe('claimed');
    expect(await complete(store, 'running')).toBe('busy');
  });

  it('forgets handled events after their retention', async () => {
    vi.useFakeTimers({ now: 0 });
    const store = memoryReplayStore({ retention: 60_000 });
    await complete(store, 'a');
    vi.setSystemTime(59_999);
    expect(await complete(store, 'a')).toBe('handled');
    vi.setSystemTime(60_000);
    expect(await complete(store, 'a')).toBe('claimed');
  });

  it.each([{ maxIds: 0 }, { maxIds: 1.5 }, { retention: 0 }, { retention: NaN }])('refuses %o', (options) => {
    expect(() => memoryReplayStore(options)).toThrow(InvalidRequestError);
  });
});

describe('new Webhooks()', () => {
  it('reads the secret from EXAMPLE_WEBHOOK_SECRET', async () => {
    vi.stubEnv('EXAMPLE_WEBHOOK_SECRET', secret);
    const { body, headers } = await signed();
    expect((await new Webhooks().receive(body, headers)).status).toBe(204);
  });

  it('fails at once with invalid_secret, if there is none or a wrong one', () => {
    vi.stubEnv('EXAMPLE_WEBHOOK_SECRET', '');
    for (const options of [{}, { secret: undefined }, { secret: 'whsec_?' }]) {
      expect(() => new Webhooks(options)).toThrow(expect.objectContaining({ code: 'invalid_secret' }) as Error);
    }
  });

  it.each([
    { tolerance: -1 },
    { maxBodyBytes: 0 },
    { logLevel: 'loud' },
    { logger: { error: console.error } },
    { onError: 'log' },
  ])('refuses %o', (options) => {
    expect(() => new Webhooks({ secret, ...options } as WebhooksOptions)).toThrow(InvalidRequestError);
  });

  it('keeps to the tolerance it is given', async () => {
    const timestamp = new Date(Date.now() - 3_600_000);
    const { body, headers } = await signed(userCreated, { timestamp });
    expect((await new Webhooks({ secret, logLevel: 'off' }).receive(body, headers)).status).toBe(400);
    expect((await new Webhooks({ secret, tolerance: 7_200 }).receive(body, headers)).status).toBe(204);
  });
});
