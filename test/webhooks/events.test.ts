import { describe, expect, it, vi } from 'vitest';
import type { WebhookEventMap, WebhookEventName } from '@example/sdk/webhooks';
import { receiver } from './support/receiver.ts';
import { userCreated } from './support/signed-request.ts';

const documentedEvents: { readonly [Name in WebhookEventName]: WebhookEventMap[Name] } = {
  'user.created': userCreated,
};

describe.each(Object.values(documentedEvents))('the documented event $event', (event) => {
  it('reaches its handler and differs in nothing', async () => {
    const { webhooks, send, logger } = receiver();
    const handler = vi.fn();
    webhooks.on(event.event, handler);

    expect((await send(event)).status).toBe(204);

    expect(handler.mock.lastCall?.[0]).toEqual(event);
    expect(logger.warn).not.toHaveBeenCalled();
  });

  it.each(Object.keys(event.data))('is validated: data.%s', async (field) => {
    const { send, logger } = receiver();

    await send({ ...event, data: { ...event.data, [field]: null } });

    expect(logger.warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining(`${event.event}.data.${field}: `));
  });
});

describe('events', () => {
  it('that the SDK does not list reach the handler of their name, and all events reach *', async () => {
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

  it('without a handler are answered with 204 and logged as info', async () => {
    const { webhooks, send, logger } = receiver();
    webhooks.on('project.archived', vi.fn());
    logger.warn.mockClear();
    expect((await send(userCreated, 'msg_1')).status).toBe(204);
    expect(logger.info).toHaveBeenCalledExactlyOnceWith(
      '[@example/sdk] Webhook msg_1: there is no handler for user.created.',
    );
    expect(logger.warn).not.toHaveBeenCalled();
  });

  it('without a handler reach onUnhandled instead, once', async () => {
    const onUnhandled = vi.fn();
    const { webhooks, send, logger } = receiver({ onUnhandled });
    webhooks.on('user.created', vi.fn());
    const unlisted = { event: 'project.archived', data: { id: 'proj_1' }, timestamp: '2024-01-01T00:00:00Z' };

    await send(userCreated, 'msg_1');
    expect((await send(unlisted, 'msg_2')).status).toBe(204);
    expect((await send(unlisted, 'msg_2')).status).toBe(204);

    expect(onUnhandled).toHaveBeenCalledExactlyOnceWith(unlisted, expect.objectContaining({ id: 'msg_2' }));
    expect(logger.info).not.toHaveBeenCalled();
  });

  it('are delivered again if onUnhandled fails', async () => {
    const onUnhandled = vi.fn().mockRejectedValueOnce(new Error('database is down'));
    const { send } = receiver({ onUnhandled });
    expect((await send(userCreated, 'msg_1')).status).toBe(500);
    expect((await send(userCreated, 'msg_1')).status).toBe(204);
    expect(onUnhandled).toHaveBeenCalledTimes(2);
  });

  it('with additional fields are handled, and nothing is logged', async () => {
    const { webhooks, send, logger } = receiver();
    const handler = vi.fn();
    webhooks.on('user.created', handler);
    const event = { ...userCreated, api_version: 2, data: { ...userCreated.data, locale: 'de' } };

    await send(event);

    expect(handler.mock.lastCall?.[0]).toEqual(event);
    expect(logger.warn).not.toHaveBeenCalled();
  });

  it('with changed fields are handled as received, and logged once for each place', async () => {
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

  it('that differ can be rejected by onValidationIssue', async () => {
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
});
