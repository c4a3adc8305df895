import { vi } from 'vitest';
import { Webhooks, type WebhookHandler, type WebhooksOptions } from '@example/sdk/webhooks';
import { secret, signed } from './signed-request.ts';

export const post = (init: RequestInit) => new Request('https://shop.example/webhooks', { method: 'POST', ...init });

export function receiver(options: WebhooksOptions = {}) {
  const line = () => vi.fn<(message: string, fields?: object) => void>();
  const logger = { debug: line(), info: line(), warn: line(), error: line() };
  const webhooks = new Webhooks({ secret, logger, logLevel: 'debug', ...options });
  const handle = webhooks.handler();
  /** Sends a signed event, by default `user.created` with a new id. Resolves to the status. */
  const send = async (event?: unknown, id?: string) => (await handle(post(await signed(event, { id })))).status;
  return { webhooks, logger, handle, send };
}

/** A receiver whose handler and `onError` record their arguments. */
export function handling(options: WebhooksOptions = {}, run: WebhookHandler = () => undefined) {
  const [handler, onError] = [vi.fn(run), vi.fn()];
  const all = receiver({ onError, ...options });
  all.webhooks.on('user.created', handler);
  return { ...all, handler, onError };
}

/** A handler that runs until the test ends it. */
export function workingHandler() {
  const started = Promise.withResolvers<undefined>();
  const work = Promise.withResolvers<undefined>();
  const handler = vi.fn(() => {
    started.resolve(undefined);
    return work.promise;
  });
  return { handler, started: started.promise, finish: () => work.resolve(undefined), fail: work.reject };
}
