import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ReplayStore, WebhookHandler } from '@example/sdk/webhooks';
import { receiver, workingHandler } from './support/receiver.ts';
import { otherSecret, signed, userCreated } from './support/signed-request.ts';

describe('a rejected request', () => {
  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])('is answered with 405: %s', async (method) => {
    const { handle, logger } = receiver();
    const response = await handle(new Request('https://shop.example/webhooks', { method }));
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
    expect(logger.debug).toHaveBeenCalledExactlyOnceWith(expect.stringContaining(`its method is ${method}, not POST`));
    expect(logger.warn).not.toHaveBeenCalled(); // it may be a health check
  });

  it('is answered with a bare 400 when verification fails, and the reason is logged', async () => {
    const { webhooks, handle, logger } = receiver();
    const handler = vi.fn();
    webhooks.on('*', handler);
    const forged = await signed(userCreated, { secret: otherSecret });
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

  it.each<[string, (request: Request) => unknown]>([
    ['was read before', (request) => request.json()],
    ['is being read', (request) => request.body?.getReader()],
  ])('is answered with 400 when its body %s, and the log has advice', async (_, read) => {
    const { handle, logger } = receiver();
    const request = new Request('https://shop.example/webhooks', await signed());
    await read(request);
    expect((await handle(request)).status).toBe(400);
    expect(logger.warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('await request.text()'));
  });

  it('is answered with 413 when its body exceeds maxBodyBytes, and the rest is not read', async () => {
    const { handle } = receiver({ maxBodyBytes: 10 });
    let pulled = 0;
    const cancelled = Promise.withResolvers<undefined>();
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled++;
        controller.enqueue(new Uint8Array(6));
      },
      cancel: () => cancelled.resolve(undefined),
    });
    const init: RequestInit & { duplex: 'half' } = { method: 'POST', body: endless, duplex: 'half' };

    expect((await handle(new Request('https://shop.example/webhooks', init))).status).toBe(413);
    await cancelled.promise;
    expect(pulled).toBeLessThan(5);
  });

  it('is answered with 413 by the number of bytes, not of characters', async () => {
    const event = JSON.stringify({ ...userCreated, note: 'ü'.repeat(100) });
    const length = Buffer.byteLength(event);
    const { headers } = await signed(event);
    for (const body of [event, Buffer.from(event)]) {
      for (const [maxBodyBytes, status] of [
        [length, 204],
        [length - 1, 413],
      ] as const) {
        const { webhooks, handle } = receiver({ maxBodyBytes });
        expect(await webhooks.receive(body, headers)).toHaveProperty('status', status);
        const request = new Request('https://shop.example/webhooks', { method: 'POST', body, headers });
        expect(await handle(request)).toHaveProperty('status', status);
      }
    }
    const { webhooks } = receiver();
    expect(await webhooks.receive('x'.repeat(2 ** 20), headers)).toHaveProperty('status', 400);
    expect(await webhooks.receive('x'.repeat(2 ** 20 + 1), headers)).toHaveProperty('status', 413);
    expect(() => receiver({ maxBodyBytes: 1 })).not.toThrow();
  });
});

describe('an event that is delivered again', () => {
  it('is answered with 204 if it was handled, and handlers do not run', async () => {
    const { webhooks, send, logger } = receiver();
    const handler = vi.fn<WebhookHandler<'user.created'>>();
    webhooks.on('user.created', handler);

    expect((await send(userCreated, 'msg_1')).status).toBe(204);
    expect((await send(userCreated, 'msg_1')).status).toBe(204);
    expect((await send(userCreated, 'msg_2')).status).toBe(204);

    expect(handler.mock.calls.map(([, context]) => context.id)).toEqual(['msg_1', 'msg_2']);
    expect(logger.debug).toHaveBeenCalledExactlyOnceWith(
      expect.stringContaining('msg_1: the event was handled before'),
    );
  });

  it('is answered with 503 and Retry-After while it is being handled', async () => {
    const { webhooks, send } = receiver();
    const { handler, started, finish } = workingHandler();
    webhooks.on('user.created', handler);

    const first = send(userCreated, 'msg_1');
    await started;
    const second = await send(userCreated, 'msg_1');
    expect(second.status).toBe(503);
    expect(second.headers.get('retry-after')).toBe('1');

    finish();
    expect((await first).status).toBe(204);
    expect((await send(userCreated, 'msg_1')).status).toBe(204);
    expect(handler).toHaveBeenCalledOnce();
  });

  it.each([
    [0.2, '1'],
    [1.2, '2'],
  ])('is answered with whole seconds if a store is busy for %d s', async (retryAfter, header) => {
    const { webhooks, send } = receiver({ replayStore: { claim: () => ({ status: 'busy', retryAfter }) } });
    webhooks.on('user.created', vi.fn());
    expect((await send()).headers.get('retry-after')).toBe(header);
  });

  it('is handled every time with replayStore: false', async () => {
    const { webhooks, send } = receiver({ replayStore: false });
    const handler = vi.fn().mockRejectedValueOnce(new Error('database is down'));
    webhooks.on('user.created', handler);
    const statuses = [
      await send(userCreated, 'msg_1'),
      await send(userCreated, 'msg_1'),
      await send(userCreated, 'msg_1'),
    ];
    expect(statuses.map(({ status }) => status)).toEqual([500, 204, 204]);
    expect(handler).toHaveBeenCalledTimes(3);
  });

  it('is answered with 503 if the replay store fails, and handlers do not run', async () => {
    const onError = vi.fn();
    const unreachable: ReplayStore = { claim: () => Promise.reject(new Error('no route to host')) };
    const { webhooks, send } = receiver({ replayStore: unreachable, onError });
    const handler = vi.fn();
    webhooks.on('user.created', handler);

    expect((await send(userCreated, 'msg_1')).status).toBe(503);
    expect(handler).not.toHaveBeenCalled();
    expect(onError).toHaveBeenCalledExactlyOnceWith(new Error('no route to host'), { id: 'msg_1', event: userCreated });
  });

  it.each<[status: number, outcome: string, handler: () => unknown, errors: Error[]]>([
    [204, 'was handled', () => undefined, []],
    [500, 'failed', () => Promise.reject(new Error('no stamps')), [new Error('no stamps')]],
  ])('is answered with %i if it %s, even if the replay store can not record it', async (status, outcome, ...rest) => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const [handler, errors] = rest;
    const onError = vi.fn();
    const fail = () => Promise.reject(new Error('gone'));
    const replayStore: ReplayStore = { claim: () => ({ status: 'claimed', complete: fail, release: fail }) };
    const { webhooks, send } = receiver({ replayStore, onError });
    webhooks.on('user.created', handler);

    expect((await send()).status).toBe(status);
    await vi.advanceTimersByTimeAsync(50 + 100 + 200 + 400 + 800 + 15 * 1_000); // 20 tries
    await webhooks.idle();
    const message = `The event ${outcome}, but the replay store could not record it.`;
    expect(onError.mock.calls.map(([error]) => error as unknown)).toEqual([
      ...errors,
      expect.objectContaining({ message, cause: new Error('gone') }),
    ]);
  });
});
