import { describe, expect, it, vi } from 'vitest';
import { memoryReplayStore, type ReplayStore, type WebhooksOptions } from '@example/sdk/webhooks';
import { receiver } from './support/receiver.ts';
import { signed, userCreated } from './support/signed-request.ts';

/** A receiver with a handler that works until it is told to end. */
function early(options?: WebhooksOptions) {
  const work = Promise.withResolvers<unknown>();
  const started = Promise.withResolvers<undefined>();
  const handler = vi.fn(() => {
    started.resolve(undefined);
    return work.promise;
  });
  const all = receiver({ acknowledge: 'early', ...options });
  all.webhooks.on('user.created', handler);
  return { ...all, handler, work, started: started.promise };
}

describe("acknowledge: 'early'", () => {
  it('answers 202 while the handlers still run', async () => {
    const { webhooks, send, handler, work } = early();
    expect((await send()).status).toBe(202);
    expect(handler).toHaveBeenCalledOnce();

    const idle = vi.fn();
    void webhooks.idle().then(idle);
    await new Promise(setImmediate);
    expect(idle).not.toHaveBeenCalled();

    work.resolve(undefined);
    await webhooks.idle();
  });

  it('handles an event at most once, even if its handler fails', async () => {
    const onError = vi.fn();
    const { webhooks, send, handler, work } = early({ onError });
    expect((await send(userCreated, 'msg_1')).status).toBe(202);
    expect((await send(userCreated, 'msg_1')).status).toBe(204);
    work.reject(new Error('database is down'));
    await webhooks.idle();
    await vi.waitFor(() =>
      expect(onError).toHaveBeenCalledExactlyOnceWith(new Error('database is down'), {
        id: 'msg_1',
        event: userCreated,
      }),
    );

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

  it('answers 503 and runs no handler if the replay store fails to record the event', async () => {
    const onError = vi.fn();
    const readOnly: ReplayStore = {
      claim: () => ({ status: 'claimed', complete: () => Promise.reject(new Error('gone')), release: () => undefined }),
    };
    const { send, handler } = early({ replayStore: readOnly, onError });
    expect((await send()).status).toBe(503);
    expect(handler).not.toHaveBeenCalled();
    expect(onError).toHaveBeenCalledExactlyOnceWith(new Error('gone'), expect.anything());
  });

  it('rejects what is no webhook as always', async () => {
    const { webhooks, send } = early();
    const { body, headers } = await signed();
    expect(await webhooks.receive(`${body} `, headers)).toHaveProperty('status', 400);
    expect((await send({ event: 'project.archived' })).status).toBe(204);
  });

  it('hands the work to waitUntil, so that the platform lets it finish', async () => {
    const waitUntil = vi.fn();
    const { webhooks, send, work } = early({ waitUntil });
    await send();
    expect(waitUntil).toHaveBeenCalledExactlyOnceWith(expect.any(Promise));

    const settled = vi.fn();
    void (waitUntil.mock.lastCall![0] as Promise<unknown>).then(settled);
    await new Promise(setImmediate);
    expect(settled).not.toHaveBeenCalled();
    work.reject(new Error('a failure is reported, and not passed on'));
    await webhooks.idle();
    await vi.waitFor(() => expect(settled).toHaveBeenCalledOnce());
  });

  it('hands it to the context that Cloudflare Workers pass, bound to it', async () => {
    const ofOption = vi.fn();
    const { webhooks, work } = early({ waitUntil: ofOption });
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
    work.resolve(undefined);
    await Promise.all(context.works);
  });

  it('reports a waitUntil that throws, and handles the event', async () => {
    const onError = vi.fn();
    const waitUntil = () => {
      throw new Error('called outside of a request');
    };
    const { webhooks, send, handler, work } = early({ waitUntil, onError });
    expect((await send()).status).toBe(202);
    work.resolve(undefined);
    await webhooks.idle();
    expect(handler).toHaveBeenCalledOnce();
    expect(onError).toHaveBeenCalledExactlyOnceWith(new Error('called outside of a request'), expect.anything());
  });
});

describe('idle()', () => {
  it('resolves at once when nothing runs, and waits for what begins meanwhile', async () => {
    const { webhooks, send, work, started } = early();
    await webhooks.idle();
    await send();
    await started;
    const second = Promise.withResolvers<undefined>();
    webhooks.on('project.archived', () => second.promise);
    const idle = vi.fn();
    void webhooks.idle().then(idle);
    await send({ event: 'project.archived' });

    work.resolve(undefined);
    await new Promise(setImmediate);
    expect(idle).not.toHaveBeenCalled();
    second.resolve(undefined);
    await vi.waitFor(() => expect(idle).toHaveBeenCalledOnce());
  });
});
