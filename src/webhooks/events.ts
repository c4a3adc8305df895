import * as z from 'zod/mini';
import type { ValidationIssue } from '../errors/index.ts';
import { describeIssues } from '../utils/standard-schema.ts';

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

const eventSchemas: { readonly [Name in WebhookEventName]: z.ZodMiniType<WebhookEventMap[Name]> } = {
  'user.created': z.looseObject({
    event: z.literal('user.created'),
    data: z.looseObject({ id: z.string(), name: z.string(), email: z.string() }),
    timestamp: z.string(),
  }),
};

const unknownEventSchema = z.looseObject({ event: z.string(), data: z.unknown(), timestamp: z.string() });

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

/** Returns where an event differs from the documentation. For an unlisted event, only the envelope is checked. */
export function eventIssues(event: WebhookEvent): readonly ValidationIssue[] {
  const schemas: Readonly<Record<string, z.ZodMiniType>> = eventSchemas;
  const schema = Object.hasOwn(schemas, event.event) ? schemas[event.event] : undefined;
  const { error } = (schema ?? unknownEventSchema).safeParse(event);
  return error ? describeIssues(error.issues, event) : [];
}

/** The names of the documented events. */
export const webhookEventNames: readonly string[] = /* @__PURE__ */ Object.keys(eventSchemas);
