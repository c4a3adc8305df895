import type { ValidationIssue } from '../errors/index.ts';
import type { RawBody } from './raw-body.ts';
import { WebhookVerificationError } from './verification-error.ts';

/** A user was created. */
export interface UserCreatedEvent {
  /** Its name. */
  event: 'user.created';
  /** The user. */
  data: {
    /** Unique identifier, such as `user_123`. */
    id: string;
    /** Full name. */
    name: string;
    /** Email address. */
    email: string;
  };
  /** When it happened: ISO 8601, UTC. */
  timestamp: string;
}

declare const unlisted: unique symbol;

/**
 * The name of an event that this version of the SDK does not list: any string. Its type is a special one, so that
 * `event.event === 'user.created'` tells listed and unlisted events apart; to compare it with an unlisted name, assign it
 * to a `string` first.
 */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-template-expression -- without the template, comparing does not tell them apart
export type UnknownEventName = `${string & { readonly [unlisted]: true }}`;

/** An event that this version of the SDK does not list. */
export interface UnknownWebhookEvent {
  /** Its name. */
  event: UnknownEventName;
  /** What it is about: check it before use. */
  data: unknown;
  /** When it happened: ISO 8601, UTC. */
  timestamp: string;
}

/** The documented events by name. */
export interface WebhookEventMap {
  /** A user was created. */
  'user.created': UserCreatedEvent;
}

/** The name of a documented event. */
export type WebhookEventName = keyof WebhookEventMap;

/** Any event: compare `event` with a name to know its `data`. */
export type WebhookEvent = WebhookEventMap[WebhookEventName] | UnknownWebhookEvent;

/** Told where an event differs from the documentation. If it throws, the event is refused with what it threw. */
export type ValidationIssueListener = (issue: ValidationIssue, event: WebhookEvent) => void;

/**
 * Reads an event from a body whose signature is right. Unknown names and fields are kept: an API that grows must not break
 * who listens to it.
 *
 * @throws {WebhookVerificationError} `invalid_payload` if the body is no event at all.
 */
export function parseEvent(body: RawBody): WebhookEvent {
  const event = parseJson(body);
  if (isEvent(event)) return event;
  throw invalidPayload(
    'it is no JSON object with a string `event`, as the API sends; does the secret sign other webhooks too?',
  );
}

/** Of the shape nothing more is required than what tells events apart; the rest is documented, but may change. */
function isEvent(value: unknown): value is WebhookEvent {
  return typeof value === 'object' && value !== null && 'event' in value && typeof value.event === 'string';
}

function parseJson(body: RawBody): unknown {
  try {
    return JSON.parse(typeof body === 'string' ? body : new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    // The parser's own message quotes the body.
    throw invalidPayload('it is not JSON in UTF-8');
  }
}

function invalidPayload(reason: string): WebhookVerificationError {
  return new WebhookVerificationError(
    'invalid_payload',
    `The signature is right, but the body is no event: ${reason}.`,
  );
}
