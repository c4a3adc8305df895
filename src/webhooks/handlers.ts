import type { UnknownWebhookEvent, WebhookEvent, WebhookEventMap, WebhookEventName } from './events.ts';
import type { WebhookAttempt } from './signature.ts';

/** What a handler receives in addition to the event. */
export interface WebhookContext extends WebhookAttempt {
  /** Aborts if this process could not renew its claim in the store, so that another process may handle the event. */
  readonly signal: AbortSignal;
}

/** The type of the events of a name; `'*'` stands for all events. */
export type WebhookEventNamed<Name extends string> = Name extends WebhookEventName
  ? WebhookEventMap[Name]
  : Name extends '*'
    ? WebhookEvent
    : UnknownWebhookEvent;

/** Handles an event, and is awaited. If it fails, the response asks for a retry, and all handlers run again. */
export type WebhookHandler<Name extends string = '*'> = (
  event: WebhookEventNamed<Name>,
  context: WebhookContext,
) => unknown;

export class Handlers {
  readonly #byName = new Map<string, Set<WebhookHandler>>();

  add<Name extends string>(name: Name, handler: WebhookHandler<Name>): void {
    const handlers = this.#byName.get(name) ?? new Set();
    this.#byName.set(name, handlers.add(handler as WebhookHandler)); // only called with events of this name
  }

  has(name: string): boolean {
    return this.#of(name).size > 0;
  }

  /** Runs all handlers of the event concurrently, and waits for all of them. Resolves to their errors. */
  async run(event: WebhookEvent, context: WebhookContext): Promise<unknown[]> {
    const runs = Array.from(this.#of(event.event), async (handler) => await handler(event, context));
    const outcomes = await Promise.allSettled(runs);
    return outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }): unknown => reason);
  }

  /** A handler that was added both for this name and for all events runs once. */
  #of(name: string): ReadonlySet<WebhookHandler> {
    return new Set([...(this.#byName.get(name) ?? []), ...(this.#byName.get('*') ?? [])]);
  }
}
