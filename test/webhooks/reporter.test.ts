import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebhookVerificationError, type WebhookErrorContext } from '@example/sdk/webhooks';
import { receiver } from './support/receiver.ts';
import { otherSecret, signed, userCreated } from './support/signed-request.ts';

describe('onError', () => {
  it('gets the error of each failed handler and each failed verification, instead of the log', async () => {
    const errors: [unknown, WebhookErrorContext][] = [];
    const { webhooks, send, logger } = receiver({ onError: (error, context) => errors.push([error, context]) });
    webhooks.on('user.created', () => Promise.reject(new Error('first')));
    webhooks.on('user.created', () => Promise.reject(new Error('second')));

    await send(userCreated, 'msg_1');
    await webhooks.receive('{}', {});

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

describe('an onError that never settles', () => {
  afterEach(() => vi.useRealTimers());

  it('holds up the response for five seconds, however many errors there are', async () => {
    vi.useFakeTimers();
    const onError = vi.fn(() => new Promise<never>(() => undefined));
    const { webhooks, send, logger } = receiver({ onError });
    for (let count = 0; count < 3; count++) webhooks.on('user.created', () => Promise.reject(new Error('failed')));
    const answered = vi.fn();
    const response = send().finally(answered);

    await vi.advanceTimersByTimeAsync(4_999);
    expect(onError).toHaveBeenCalledTimes(3);
    expect(answered).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect((await response).status).toBe(500);
    expect(logger.error).toHaveBeenCalledWith(expect.stringContaining('onError did not reply within 5000 ms.'));
  });
});

describe('a thousand forged requests', () => {
  afterEach(() => vi.useRealTimers());

  it('are a line in the log a minute for each reason, with their number', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { webhooks, logger } = receiver({ maxBodyBytes: 1_000 });
    const flood = async () => {
      const forged = await signed(userCreated, { secret: otherSecret });
      const noEvent = await signed('[]');
      for (let count = 0; count < 200; count++) {
        await webhooks.receive(forged.body, forged.headers);
        await webhooks.receive('{}', {});
        await webhooks.receive(noEvent.body, noEvent.headers);
        await webhooks.receive('x'.repeat(1_001), {});
      }
    };

    await flood();
    expect(logger.warn.mock.calls.flat()).toEqual([
      expect.stringContaining('No signature matches'),
      expect.stringContaining('webhook-id is missing'),
      expect.stringContaining('the body is not an event'),
      expect.stringContaining('longer than maxBodyBytes'),
    ]);

    logger.warn.mockClear();
    vi.setSystemTime(Date.now() + 60_000);
    await flood();
    expect(logger.warn.mock.calls.flat()).toEqual(
      Array.from(
        { length: 4 },
        () => expect.stringContaining('199 more were rejected for this reason before.') as string,
      ),
    );
    expect(logger.error).not.toHaveBeenCalled();
  });

  it('are logged again when the clock was set back', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { webhooks, logger } = receiver();
    await webhooks.receive('{}', {});
    vi.setSystemTime(Date.now() - 3_600_000);
    await webhooks.receive('{}', {});
    expect(logger.warn).toHaveBeenCalledTimes(2);
  });
});

describe('an error in the log', () => {
  it('is one line with its stack', async () => {
    const { webhooks, send, logger } = receiver();
    webhooks.on('user.created', () => Promise.reject(new Error('database\nis down')));
    await send(userCreated, 'msg_1');
    const [line] = logger.error.mock.lastCall ?? [];
    expect(line).toMatch(/Webhook msg_1 \(user.created\) failed: Error: database is down at .*reporter.test.ts:\d+/);
    expect(line).not.toContain('\n');
  });

  it.each([
    [
      'whose stack throws',
      Object.defineProperty(new Error('odd'), 'stack', {
        get: () => {
          throw new Error('no');
        },
      }),
      'odd',
    ],
    ['that has no prototype', Object.create(null), 'a thrown object, not an Error'],
    ['that is a revoked proxy', revokedProxy(), 'an error that cannot be read'],
    ['that is a symbol', Symbol('odd'), 'a thrown symbol, not an Error'],
    ['that is a text', 'out of stamps', 'out of stamps'],
  ])('may be one %s', async (_, error, described) => {
    const { webhooks, send, logger } = receiver();

    webhooks.on('user.created', () => Promise.reject(error));
    expect((await send()).status).toBe(500);
    expect(logger.error).toHaveBeenCalledExactlyOnceWith(expect.stringContaining(`failed: ${described}`));
  });
});

function revokedProxy(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

describe('onValidationIssue', () => {
  it('gets each difference with its event, instead of the log', async () => {
    const onValidationIssue = vi.fn();
    const { send, logger } = receiver({ onValidationIssue });
    const event = { ...userCreated, data: { id: 'user_123' } };

    await send(event);

    expect(onValidationIssue.mock.calls).toEqual([
      [{ path: ['data', 'name'], message: 'expected string, received undefined' }, event],
      [{ path: ['data', 'email'], message: 'expected string, received undefined' }, event],
    ]);
    expect(logger.warn).not.toHaveBeenCalled();
  });

  it('changes nothing when it rejects', async () => {
    const onValidationIssue = vi.fn().mockRejectedValue(new Error('no reporter'));
    const { send, logger } = receiver({ onValidationIssue });
    expect((await send({ ...userCreated, data: {} })).status).toBe(204);
    expect(logger.error).toHaveBeenCalledWith(expect.stringContaining('onValidationIssue failed: Error: no reporter'));
  });
});
