import { describe, expect, it, vi } from 'vitest';
import type { WebhookEventMap, WebhookEventName, WebhookHandler, WebhooksOptions } from '@example/sdk/webhooks';
import { InvalidRequestError } from '../../src/errors/index.ts';
import { handling, receiver } from './support/receiver.ts';
import { userCreated } from './support/signed-request.ts';

const documentedEvents: { readonly [Name in WebhookEventName]: WebhookEventMap[Name] } = {
  'user.created': userCreated,
};

const { timestamp } = userCreated;
const unlisted = { event: 'project.archived', data: { id: 'proj_1' }, timestamp };

describe.each(Object.values(documentedEvents))('the documented event $event', (event) => {
  it.each(['event', 'timestamp', ...Object.keys(event.data)])('is validated: %s', async (field) => {
    const { send, logger } = receiver();
    const path = Object.hasOwn(event, field) ? field : `data.${field}`;
    if (field !== 'event')
      await send(path === field ? { ...event, [field]: null } : { ...event, data: { ...event.data, [field]: null } });
    await send(event);
    const line = expect.stringContaining(`${event.event}.${path}: expected string, received null`) as string;
    expect(logger.warn.mock.calls.map(([text]) => text)).toEqual(field === 'event' ? [] : [line]);
  });
});

describe('events', () => {
  it('reach the handlers of their name and of *, whether or not this version lists them', async () => {
    const { webhooks, send } = receiver();
    const seen: string[] = [];
    webhooks.on('*', (event) => seen.push(`*: ${event.event}`));
    webhooks.on('project.archived', (event) => seen.push(`own: ${JSON.stringify(event.data)}`));
    for (const event of [userCreated, unlisted, { ...unlisted, event: '*' }, { ...unlisted, event: '__proto__' }])
      expect(await send(event)).toBe(204);
    expect(seen).toEqual(['*: user.created', 'own: {"id":"proj_1"}', '*: project.archived', '*: *', '*: __proto__']);
  });

  it('without a handler are answered with 204 and logged at info, or reach onUnhandled until it succeeds', async () => {
    const quiet = handling();
    expect(await quiet.send(unlisted, 'msg_1')).toBe(204);
    const line = '[@example/sdk] Webhook msg_1: there is no handler for project.archived.';
    expect(quiet.logger.info.mock.calls).toEqual([[line]]);

    const onUnhandled = vi.fn().mockRejectedValueOnce(new Error('database is down'));
    const { send, handler, logger } = handling({ onUnhandled });
    const statuses = [await send(), await send(unlisted, 'msg_2'), await send(unlisted, 'msg_2')];
    expect([...statuses, await send(unlisted, 'msg_2')]).toEqual([204, 500, 204, 204]);
    expect(onUnhandled.mock.calls).toEqual(Array(2).fill([unlisted, expect.objectContaining({ id: 'msg_2' })]));
    expect(handler).toHaveBeenCalledOnce();
    expect(logger.info).not.toHaveBeenCalled();
  });

  const changed = { ...userCreated, data: { id: 'user_123', name: null, email: 'john@example.com' } };
  it.each<[what: string, event: object, line: string | undefined]>([
    ['as documented', userCreated, undefined],
    ['with more fields', { ...userCreated, api_version: 2, data: { ...userCreated.data, locale: 'de' } }, undefined],
    ['with a changed field', changed, 'user.created.data.name: expected string, received null'],
    ['without a timestamp', { event: 'project.archived', data: null }, 'project.archived.timestamp: expected string'],
  ])('are handled as received, and a difference is logged once: %s', async (_, event, line) => {
    const { webhooks, send, logger } = receiver();
    const handler = vi.fn();
    webhooks.on('*', handler);
    for (let time = 0; time < 2; time++) expect(await send(event)).toBe(204);
    expect(handler.mock.calls.map(([given]) => given as unknown)).toEqual([event, event]);
    expect(logger.warn.mock.calls).toEqual(line === undefined ? [] : [[expect.stringContaining(line)]]);
  });

  it.each<[what: string, status: number, listener: WebhooksOptions['onValidationIssue'], log: string | undefined]>([
    ['are handled, if it returns', 204, () => undefined, undefined],
    ['are handled, if it rejects', 204, () => Promise.reject(new Error('no reporter')) as never, 'no reporter'],
    ['are rejected, if it throws', 500, () => expect.fail('not like this'), undefined],
  ])('that differ reach onValidationIssue instead of the log, and %s', async (_, status, listener, log) => {
    const onValidationIssue = vi.fn(listener);
    const { send, handler, logger, onError } = handling({ onValidationIssue });
    const event = { ...userCreated, data: { id: 'user_123', name: 'John' } };
    expect(await send(event)).toBe(status);
    const issue = { path: ['data', 'email'], message: 'expected string, received undefined' };
    expect(onValidationIssue.mock.calls).toEqual([[issue, event]]);
    expect(handler).toHaveBeenCalledTimes(status === 204 ? 1 : 0);
    expect(onError.mock.calls).toEqual(
      status === 204 ? [] : [[expect.any(Error), { id: expect.stringMatching(/^msg_/) as string, event }]],
    );
    const line = expect.stringContaining(`onValidationIssue failed: ${log}`) as string;
    expect(logger.error.mock.calls).toEqual(log === undefined ? [] : [[line, expect.anything()]]);
    expect(logger.warn).not.toHaveBeenCalled();
    expect(await send()).toBe(204);
  });
});

describe('on() and off()', () => {
  it('add and remove a handler for several names, which runs once for each event', async () => {
    const { webhooks, send, logger } = receiver();
    const handler = vi.fn<WebhookHandler<'user.created' | 'user.updated' | '*'>>();
    webhooks.on(['user.created', 'user.updated', '*'], handler);
    // A name may be misspelt.
    const lists = /only lists user\.created, and no 'user\.updated'\. If the name is right, its handler is called/;
    expect(logger.warn.mock.calls).toEqual([[expect.stringMatching(lists)]]);

    const updated = { ...userCreated, event: 'user.updated' };
    for (const event of [userCreated, updated, { ...userCreated, event: 'user.deleted' }]) await send(event);
    webhooks.off(['user.created', '*'], handler).off('never.added', handler);
    for (const event of [userCreated, updated]) await send(event);
    const seen = handler.mock.calls.map(([{ event }]) => event);
    expect(seen).toEqual(['user.created', 'user.updated', 'user.deleted', 'user.updated']);
  });

  it.each([
    ...[undefined, null, [], ['user.created', ''], ['user.created', undefined], { 0: 'user.created', length: 1 }],
    ...['', 'user created', 'user.*', /user/, () => undefined],
  ])('refuse a name that is none: %o', (name) => {
    const { webhooks } = receiver();
    for (const method of ['on', 'off'] as const) {
      const use = () => webhooks[method](name as never, () => undefined);
      expect(use).toThrow(InvalidRequestError);
      expect(use).toThrow(/^The name of an event must be a string without spaces.*no other patterns/);
      const noHandler = () => webhooks[method]('user.created', undefined as never);
      expect(noHandler).toThrow('handler must be a function; got undefined.');
    }
  });
});
