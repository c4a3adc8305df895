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
  readonly #fallback: readonly WebhookHandler[];

  /** @param fallback Handles the events that have no other handler. */
  constructor(fallback?: WebhookHandler) {
    this.#fallback = fallback ? [fallback] : [];
  }

  add<Name extends string>(name: Name, handler: WebhookHandler<Name>): void {
    const handlers = this.#byName.get(name) ?? new Set();
    this.#byName.set(name, handlers.add(handler as WebhookHandler)); // only called with events of this name
  }

  remove<Name extends string>(name: Name, handler: WebhookHandler<Name>): void {
    this.#byName.get(name)?.delete(handler as WebhookHandler); // only compared
  }

  has(name: string): boolean {
    return this.#of(name).length > 0;
  }

  /** Runs all handlers of the event concurrently, and waits for all of them. Resolves to their errors. */
  async run(event: WebhookEvent, context: WebhookContext): Promise<unknown[]> {
    const runs = this.#of(event.event).map(async (handler) => await handler(event, context));
    const outcomes = await Promise.allSettled(runs);
    return outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }): unknown => reason);
  }

  #of(name: string): readonly WebhookHandler[] {
    // A handler that was added both for this name and for all events runs once.
    const handlers = [...(this.#byName.get(name) ?? []), ...(this.#byName.get('*') ?? [])];
    return handlers.length > 0 ? [...new Set(handlers)] : this.#fallback;
  }
}
