import { describe, expect, it, vi } from 'vitest';
import { memoryReplayStore, type ReplayStore, type WebhooksOptions } from '@example/sdk/webhooks';
import { startServer, throwing } from '../support/http-server.ts';
import { receiver, workingHandler, type Receiver } from './support/receiver.ts';
import { signed, userCreated } from './support/signed-request.ts';

/** A receiver with a handler that works until it is told to end. */
function early(options?: WebhooksOptions) {
  const work = workingHandler();
  const all = receiver({ acknowledge: 'early', ...options });
  all.webhooks.on('user.created', work.handler);
  return { ...all, ...work };
}

describe("acknowledge: 'early'", () => {
  it('answers 202 while the handlers still run', async () => {
    const { webhooks, send, handler, finish } = early();
    expect((await send()).status).toBe(202);
    expect(handler).toHaveBeenCalledOnce();
    finish();
    await webhooks.idle();
  });

  it('handles an event at most once, even if its handler fails', async () => {
    const onError = vi.fn();
    const { webhooks, send, handler, fail } = early({ onError });
    expect((await send(userCreated, 'msg_1')).status).toBe(202);
    expect((await send(userCreated, 'msg_1')).status).toBe(204);
    const error = new Error('database is down');
    fail(error);
    await webhooks.idle();
    await expect.poll(() => onError).toHaveBeenCalledExactlyOnceWith(error, { id: 'msg_1', event: userCreated });

    expect((await send(userCreated, 'msg_1')).status).toBe(204);
    expect(handler).toHaveBeenCalledOnce();
  });

  it('has recorded the event before any handler runs, so that another process does not repeat it after a crash', async () => {
    const store = memoryReplayStore();
    const recorded: unknown[] = [];
    const watching: ReplayStore = {
      async claim(key) {
        const claim = await store.claim(key);
        if (claim.status !== 'claimed') return claim;
        return { ...claim, complete: () => (recorded.push('recorded'), claim.complete()) };
      },
    };
    const { webhooks, send } = receiver({ acknowledge: 'early', replayStore: watching });
    webhooks.on('user.created', () => recorded.push('handled'));

    await send();
    await webhooks.idle();
    expect(recorded).toEqual(['recorded', 'handled']);
  });

  it.each([
    ['can not be lost', undefined],
    ['is not lost', new AbortController().signal],
  ])('goes on to record the event if the replay store fails, under a claim that %s', async (_, signal) => {
    const onError = vi.fn();
    const store = memoryReplayStore();
    let fails = 2;
    const unreliable: ReplayStore = {
      async claim(key) {
        const claim = await store.claim(key);
        if (claim.status !== 'claimed') return claim;
        const complete = () => (fails-- > 0 ? Promise.reject(new Error('gone')) : claim.complete());
        return { ...claim, complete, signal };
      },
    };
    const { webhooks, send, handler, finish } = early({ replayStore: unreliable, onError });
    expect((await send(userCreated, 'msg_1')).status).toBe(202);
    expect((await send(userCreated, 'msg_1')).status).toBe(503);
    finish();
    await webhooks.idle();
    expect((await send(userCreated, 'msg_1')).status).toBe(204);
    expect(handler).toHaveBeenCalledOnce();
    expect(onError).not.toHaveBeenCalled();
  });

  it('answers 503 and runs no handler if its claim is lost meanwhile', async () => {
    const onError = vi.fn();
    const complete = () => Promise.reject(new Error('taken over'));
    const lost: ReplayStore = {
      claim: () => ({ status: 'claimed', complete, release: () => undefined, signal: AbortSignal.abort() }),
    };
    const { send, handler } = early({ replayStore: lost, onError });
    expect((await send(userCreated, 'msg_1')).status).toBe(503);
    expect(handler).not.toHaveBeenCalled();
    expect(onError).toHaveBeenCalledExactlyOnceWith(new Error('taken over'), { id: 'msg_1', event: userCreated });
  });

  it('hands the work to waitUntil, so that the platform lets it finish', async () => {
    const waitUntil = vi.fn<(work: Promise<unknown>) => void>();
    const { send, fail } = early({ waitUntil });
    await send();

    const settled = vi.fn();
    void waitUntil.mock.lastCall?.[0].then(settled);
    await new Promise(setImmediate);
    expect(settled).not.toHaveBeenCalled();
    fail(new Error('a failure is reported, and not passed on'));
    await expect.poll(() => settled).toHaveBeenCalledOnce();
  });

  it('hands it to the context that Cloudflare Workers pass, bound to it', async () => {
    const ofOption = vi.fn();
    const { webhooks, finish } = early({ waitUntil: ofOption });
    class ExecutionContext {
      readonly works: Promise<unknown>[] = [];
      waitUntil(promise: Promise<unknown>): void {
        this.works.push(promise);
      }
    }
    const context = new ExecutionContext();
    const request = new Request('https://shop.example/webhooks', await signed());

    expect((await webhooks.handler()(request, {}, context)).status).toBe(202);
    expect(context.works).toHaveLength(1);
    expect(ofOption).not.toHaveBeenCalled();
    finish();
    await Promise.all(context.works);
  });

  it.each<[string, (error: Error) => unknown]>([
    ['throws', (error) => throwing(error)()],
    ['rejects', (error) => Promise.reject(error)],
  ])('reports a waitUntil that %s, and handles the event', async (_, fail) => {
    const onError = vi.fn();
    const waitUntil = () => fail(new Error('called outside of a request'));
    const { webhooks, send, handler, finish } = early({ waitUntil, onError });
    expect((await send(userCreated, 'msg_1')).status).toBe(202);
    finish();
    await webhooks.idle();
    expect(handler).toHaveBeenCalledOnce();
    const [error, context] = onError.mock.lastCall ?? [];
    expect(error).toEqual(new Error('called outside of a request'));
    expect(context).toEqual({ id: 'msg_1', event: userCreated });
  });
});

describe('idle()', () => {
  it('waits until nodeHandler() has handed the response over', async () => {
    const { webhooks, started, handler, finish } = { ...receiver(), ...workingHandler() };
    webhooks.on('user.created', handler);
    const handle = webhooks.nodeHandler();
    const order: string[] = [];
    const { url } = await startServer((request, response) => {
      // As middleware does that saves a session before it lets the response end.
      const end = response.end.bind(response);
      response.end = () => (setTimeout(end, 20), response);
      response.on('finish', () => order.push('response'));
      void handle(request, response);
    });

    const answer = fetch(url, await signed());
    await started;
    const idle = webhooks.idle().then(() => order.push('idle'));
    finish();
    expect((await answer).status).toBe(204);
    await idle;
    expect(order).toEqual(['response', 'idle']);
  });

  it('does not wait for a response whose connection is gone, nor for one that has no events', async () => {
    const { webhooks, started, handler, finish } = { ...receiver(), ...workingHandler() };
    webhooks.on('user.created', handler);
    const handle = webhooks.nodeHandler();
    const closed = Promise.withResolvers<undefined>();
    const { url } = await startServer((request, response) => {
      response.on('close', () => closed.resolve(undefined));
      void handle(request, response);
    });
    const abort = new AbortController();
    const answer = fetch(url, { ...(await signed()), signal: abort.signal });
    await started;
    abort.abort();
    await expect(answer).rejects.toThrow();
    await closed.promise;
    finish();
    await webhooks.idle();

    const { body, headers } = await signed();
    const response = { statusCode: 0, headersSent: false, setHeader: vi.fn(), end: vi.fn() };
    const request = { method: 'POST', headers, rawBody: body, on: vi.fn(), off: vi.fn() };
    await handle(request, response);
    expect(response.statusCode).toBe(204);
    await webhooks.idle();
  });

  it.each<[string, (given: Receiver) => Promise<unknown>]>([
    ['handler()', ({ send }) => send()],
    ['receive()', async ({ webhooks }) => signed().then(({ body, headers }) => webhooks.receive(body, headers))],
  ])('gives the server of %s a turn to send the response', async (_, begin) => {
    const given = receiver();
    const { started, handler, finish } = workingHandler();
    given.webhooks.on('user.created', handler);
    const order: string[] = [];
    // Servers take some steps until they have written what they got.
    const sent = begin(given).then(async () => {
      for (let step = 0; step < 20; step++) await Promise.resolve();
      order.push('response');
    });
    await started;
    const idle = given.webhooks.idle().then(() => order.push('idle'));
    finish();
    await Promise.all([sent, idle]);
    expect(order).toEqual(['response', 'idle']);
  });

  it('waits until the replay store has recorded the event, and until onError has returned', async () => {
    const recorded = Promise.withResolvers<undefined>();
    const reported = Promise.withResolvers<undefined>();
    const replayStore: ReplayStore = {
      claim: () => ({ status: 'claimed', complete: () => recorded.promise, release: () => undefined }),
    };
    const onError = vi.fn(() => reported.promise);
    const { webhooks, send } = receiver({ replayStore, onError });
    webhooks.on('user.created', () => undefined);
    const idle = vi.fn();

    void send();
    await new Promise(setImmediate);
    void webhooks.idle().then(idle);
    await new Promise(setImmediate);
    expect(idle).not.toHaveBeenCalled();
    recorded.resolve(undefined);
    await expect.poll(() => idle).toHaveBeenCalledOnce();

    void webhooks.receive('{}', {});
    await expect.poll(() => onError).toHaveBeenCalledOnce();
    void webhooks.idle().then(idle);
    await new Promise(setImmediate);
    expect(idle).toHaveBeenCalledOnce();
    reported.resolve(undefined);
    await expect.poll(() => idle).toHaveBeenCalledTimes(2);
  });

  it('resolves at once when nothing runs, and waits for what begins meanwhile', async () => {
    const { webhooks, send, started, finish } = early();
    await webhooks.idle();
    await send();
    await started;
    const second = workingHandler();
    webhooks.on('project.archived', second.handler);
    const idle = vi.fn();
    void webhooks.idle().then(idle);
    await send({ event: 'project.archived' });

    finish();
    await new Promise(setImmediate);
    expect(idle).not.toHaveBeenCalled();
    second.finish();
    await expect.poll(() => idle).toHaveBeenCalledOnce();
  });
});
