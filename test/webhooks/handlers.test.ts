import { describe, expect, it, vi } from 'vitest';
import type { WebhookHandler } from '@example/sdk/webhooks';
import { InvalidRequestError } from '../../src/errors/index.ts';
import { throwing } from '../support/http-server.ts';
import { receiver, workingHandler } from './support/receiver.ts';
import { userCreated } from './support/signed-request.ts';

describe('a handler', () => {
  it('gets the event, its id and the time of the attempt', async () => {
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

  it.each<[string, () => unknown]>([
    ['throws', throwing(new Error('database is down'))],
    ['rejects', () => Promise.reject(new Error('database is down'))],
  ])('that %s makes the API retry, once the other handlers have finished', async (_, fail) => {
    const { webhooks, send, logger } = receiver();
    const other = workingHandler();
    webhooks.on('user.created', fail).on('*', other.handler);

    const answered = vi.fn();
    const response = send(userCreated, 'msg_7').finally(answered);
    await other.started;
    await new Promise(setImmediate);
    expect(answered).not.toHaveBeenCalled();
    other.finish();

    expect((await response).status).toBe(500);
    expect(await (await response).text()).toBe('');
    expect(logger.error).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(/msg_7 \(user\.created\).*database is down/s),
      expect.anything(),
    );
  });

  it('can be added for several names at once, and runs once for each event', async () => {
    const { webhooks, send, logger } = receiver();
    const handler = vi.fn<WebhookHandler<'user.created' | 'user.updated' | '*'>>();
    webhooks.on(['user.created', 'user.updated', '*'], handler);
    expect(logger.warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining("no 'user.updated'"));

    const updated = { ...userCreated, event: 'user.updated' };
    for (const event of [userCreated, updated, { ...userCreated, event: 'user.deleted' }]) await send(event);
    expect(handler.mock.calls.map(([{ event }]) => event)).toEqual(['user.created', 'user.updated', 'user.deleted']);

    expect(() => webhooks.on('user.created', undefined as never)).toThrow('handler must be a function; got undefined.');
    webhooks.off(['user.created', '*'], handler);
    for (const event of [userCreated, updated]) await send(event);
    expect(handler).toHaveBeenCalledTimes(4);
    expect(handler.mock.lastCall?.[0]).toEqual(updated);
  });
});

describe('the name of an event', () => {
  it.each([
    ['undefined', undefined],
    ['null', null],
    ['an empty list', []],
    ['a list with a name that is none', ['user.created', '']],
    ['a list with a hole', ['user.created', undefined]],
    ['an object', { 0: 'user.created', length: 1 }],
    ['empty', ''],
    ['with a space', 'user created'],
    ['a pattern', 'user.*'],
    ['a regular expression', /user/],
    ['a handler', () => undefined],
  ])('is refused if it is %s', (_, name) => {
    const { webhooks } = receiver();
    for (const method of ['on', 'off'] as const) {
      const use = () => webhooks[method](name as never, () => undefined);
      expect(use).toThrow(InvalidRequestError);
      expect(use).toThrow('The name of an event must be a string without spaces');
      expect(use).toThrow("'*' stands for all events, and there are no other patterns");
    }
  });

  it.each(['user.craeted', 'User.Created', 'userCreated', 'project.archived'])(
    'is logged as a warning if this version does not list it: %s',
    (name) => {
      const { webhooks, logger } = receiver();
      webhooks.on(name, () => undefined);
      const lists = /^.*only lists user\.created, .* If the name is right/;
      expect(logger.warn).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(lists));
    },
  );
});
