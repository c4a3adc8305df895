import { EventEmitter } from 'eventemitter3';
import type { UnknownWebhookEvent, WebhookEvent, WebhookEventMap, WebhookEventName } from './events.ts';
import type { WebhookAttempt } from './verify-signature.ts';

/** What a handler is told beside the event. */
export interface WebhookContext extends WebhookAttempt {
  /**
   * Aborts if the event may have been given to another process meanwhile, because this one could not renew its claim in
   * the replay store. Pass it to what should then stop.
   */
  readonly signal: AbortSignal;
}

/** The event that comes under a name; `'*'` stands for all. */
export type WebhookEventNamed<Name extends string> = Name extends WebhookEventName
  ? WebhookEventMap[Name]
  : Name extends '*'
    ? WebhookEvent
    : UnknownWebhookEvent;

/**
 * Handles an event. It may be async and is awaited; when it throws or rejects, the API is told to send the event again,
 * and all handlers of it run again.
 */
export type WebhookHandler<Name extends string = '*'> = (
  event: WebhookEventNamed<Name>,
  context: WebhookContext,
) => unknown;

/** What is called for which event. */
export class Handlers {
  readonly #emitter = new EventEmitter<Record<string, WebhookHandler>>();

  add<Name extends string>(name: Name, handler: WebhookHandler<Name>): void {
    this.#emitter.on(name, handler as WebhookHandler); // called with events of this name alone
  }

  remove<Name extends string>(name: Name, handler: WebhookHandler<Name>): void {
    this.#emitter.off(name, handler as WebhookHandler);
  }

  has(name: string): boolean {
    return this.#of(name).length > 0;
  }

  /** Runs all handlers of the event at the same time, and waits for all, also when one fails. Gives what was thrown. */
  async run(event: WebhookEvent, context: WebhookContext): Promise<unknown[]> {
    // The emitter's own `emit` waits for nobody.
    const runs = this.#of(event.event).map((handler) => new Promise((resolve) => resolve(handler(event, context))));
    const outcomes = await Promise.allSettled(runs);
    return outcomes.flatMap((outcome): unknown[] => (outcome.status === 'rejected' ? [outcome.reason] : []));
  }

  #of(name: string): WebhookHandler[] {
    return [...new Set([name, '*'])].flatMap((key) => this.#emitter.listeners(key));
  }
}
