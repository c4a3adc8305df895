import { describe, expect, it, vi } from 'vitest';
import { WebhookVerificationError, type WebhookErrorContext } from '@example/sdk/webhooks';
import { receiver } from './support/receiver.ts';
import { userCreated } from './support/signed-request.ts';

describe('onError', () => {
  it('gets the error of each failed handler and each failed verification, instead of the log', async () => {
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
