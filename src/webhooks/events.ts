/** A user was created. */
export interface UserCreatedEvent {
  /** Name of the event. */
  event: 'user.created';
  /** The new user. */
  data: {
    /** Unique identifier, such as `user_123`. */
    id: string;
    /** Full name. */
    name: string;
    /** Email address. */
    email: string;
  };
  /** When the event happened: ISO 8601, UTC. */
  timestamp: string;
}

/** The documented events by name. */
export interface WebhookEventMap {
  /** A user was created. */
  'user.created': UserCreatedEvent;
}

/** The name of a documented event. */
export type WebhookEventName = keyof WebhookEventMap;

declare const unlisted: unique symbol;

/**
 * The name of an event that this version of the SDK does not list. It is any string, with a type of its own so that
 * `event.event === 'user.created'` narrows the event. To compare it with an unlisted name, assign it to a `string`
 * first.
 */
// oxlint-disable-next-line typescript/no-unnecessary-template-expression -- comparing would not narrow
export type UnknownEventName = `${string & { readonly [unlisted]: true }}`;

/** An event that this version of the SDK does not list. */
export interface UnknownWebhookEvent {
  /** Name of the event. */
  event: UnknownEventName;
  /** Content of the event. Check it before you use it. */
  data: unknown;
  /** When the event happened: ISO 8601, UTC. */
  timestamp: string;
}

/** Any event. Compare `event` with a name to narrow `data`. */
export type WebhookEvent = WebhookEventMap[WebhookEventName] | UnknownWebhookEvent;

/** The names of the documented events. */
export const webhookEventNames: readonly string[] = ['user.created'] satisfies WebhookEventName[];
