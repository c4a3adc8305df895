import { vi, type Mock } from 'vitest';
import { Webhooks, type Logger, type WebhookHandler, type WebhooksOptions } from '@example/sdk/webhooks';
import { secret, signed } from './signed-request.ts';

export interface Receiver {
  readonly webhooks: Webhooks;
  /** Records every log line. */
  readonly logger: Record<keyof Logger, Mock<(message: string, fields?: object) => void>>;
  readonly handle: (request: Request) => Promise<Response>;
  /** Sends a signed event to `handle`, by default `user.created` with a new id. Resolves to the status. */
  readonly send: (event?: unknown, id?: string) => Promise<number>;
}

export const post = (init: RequestInit) => new Request('https://shop.example/webhooks', { method: 'POST', ...init });

export function receiver(options: WebhooksOptions = {}): Receiver {
  const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const webhooks = new Webhooks({ secret, logger, logLevel: 'debug', ...options });
  const handle = webhooks.handler();
  const send = async (event?: unknown, id?: string) => (await handle(post(await signed(event, { id })))).status;
  return { webhooks, logger, handle, send };
}

/** A receiver whose handler and `onError` record what they get. */
export function handling(options: WebhooksOptions = {}, run: WebhookHandler = () => undefined) {
  const [handler, onError] = [vi.fn(run), vi.fn()];
  const all = receiver({ onError, ...options });
  all.webhooks.on('user.created', handler);
  return { ...all, handler, onError };
}

/** A handler that works until the test ends it. */
export function workingHandler() {
  const started = Promise.withResolvers<undefined>();
  const work = Promise.withResolvers<undefined>();
  const handler = vi.fn(() => {
    started.resolve(undefined);
    return work.promise;
  });
  return { handler, started: started.promise, finish: () => work.resolve(undefined), fail: work.reject };
}
