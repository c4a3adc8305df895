import { AsyncLocalStorage } from 'node:async_hooks';
import { tracingChannel, type TracingChannelSubscribers } from 'node:diagnostics_channel';
import { describe, expect, it, onTestFinished } from 'vitest';
import { clientOf, rejection, user } from '../support/http-server.ts';
import { errorResponse, inProcessApi } from '../support/in-process-api.ts';
import { fixJitter, settled, useVirtualTime } from '../support/virtual-time.ts';

type Message = Record<string, unknown>;
const names = ['call', 'attempt'] as const;

/** Subscribes to all tracing channels of the SDK until the test ends. Returns the order of what is published. */
function subscribe() {
  const order: string[] = [];
  const messages: Message[] = [];
  for (const name of names) {
    const channel = tracingChannel<unknown, Message>(`@example/sdk:${name}`);
    const note = (phase: string) => (message: Message) =>
      void order.push(`${name} ${phase} ${String(message['attempt'])}`);
    const subscribers: TracingChannelSubscribers<Message> = {
      start: (message) => {
        messages.push(message);
        note('start')(message);
      },
      end: () => undefined,
      asyncStart: () => undefined,
      asyncEnd: note('end'),
      error: note('error'),
    };
    channel.subscribe(subscribers);
    onTestFinished(() => {
      channel.unsubscribe(subscribers);
    });
  }
  return { order, messages };
}

/** A window that is used up, and ends in a minute of virtual time. */
const usedUp = {
  'x-ratelimit-limit': '100',
  'x-ratelimit-remaining': '0',
  'x-ratelimit-reset': String(Date.UTC(2026, 0, 1) / 1000 + 60),
};

describe('the tracing channels', () => {
  it('tell of a call and its attempts, in their order', async () => {
    useVirtualTime();
    fixJitter(0);
    const { order, messages } = subscribe();
    const api = inProcessApi(() => (api.requests.length === 1 ? errorResponse(500, usedUp) : Response.json(user)));

    await settled(clientOf(api).users.get('user_123'));

    expect(order).toEqual([
      'call start 0',
      'attempt start 1',
      'attempt end 1',
      'attempt start 2',
      'attempt end 2',
      'call end 2',
    ]);
    const target = { callId: messages[0]?.['callId'], method: 'GET', path: '/users/user_123', route: '/users/{id}' };
    const url = `${api.url}/users/user_123`;
    expect(messages).toMatchObject([
      { ...target, outcome: 'success', status: 200, attempts: 2, waited: 60_000, error: undefined },
      { ...target, url, status: 500, error: { name: 'InternalServerError' } },
      { ...target, url, status: 200, error: undefined },
    ]);
  });

  it('tell of a call that fails, with its error', async () => {
    const { order, messages } = subscribe();

    const error = await rejection(clientOf(inProcessApi(() => errorResponse(404))).users.get('user_123'));

    expect(order).toEqual(['call start 0', 'attempt start 1', 'attempt end 1', 'call error 1', 'call end 1']);
    expect(messages[0]).toMatchObject({ outcome: 'failure', error });
  });

  it('tell of a call that is never sent', async () => {
    const { order } = subscribe();

    await rejection(clientOf(inProcessApi(() => Response.json(user))).users.get(''));

    expect(order).toEqual(['call start 0', 'call error 0', 'call end 0']);
  });

  it('may bind a store, which all that an operation does then runs within', async () => {
    const storage = new AsyncLocalStorage<string>();
    const { start } = tracingChannel<string, Message>('@example/sdk:attempt');
    start.bindStore(storage, ({ attempt }) => `attempt ${String(attempt)}`);
    onTestFinished(() => {
      start.unbindStore(storage);
    });
    fixJitter(0);
    const seen: unknown[] = [];
    const api = inProcessApi(() => {
      seen.push(storage.getStore());
      return errorResponse(500);
    });

    await rejection(clientOf(api).users.get('user_123'));

    expect(seen).toEqual(['attempt 1', 'attempt 2', 'attempt 3']);
    expect(storage.getStore()).toBeUndefined();
  });

  it('may add headers to an attempt', async () => {
    const { start } = tracingChannel<unknown, { headers: Record<string, string> }>('@example/sdk:attempt');
    const add = (message: unknown) => Object.assign((message as { headers: object }).headers, { traceparent: '00-1' });
    start.subscribe(add);
    onTestFinished(() => {
      start.unsubscribe(add);
    });
    const api = inProcessApi(() => Response.json(user));

    await clientOf(api).users.get('user_123');

    expect(api.requests[0]?.init.headers['traceparent']).toBe('00-1');
  });
});
