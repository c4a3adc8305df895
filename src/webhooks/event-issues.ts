import type { ValidationIssue } from '../errors.ts';
import { findIssues } from '../http/validation.ts';
import { literal, looseObject, type Schema, string, unknown } from '../schema.ts';
import type { WebhookEvent, WebhookEventMap, WebhookEventName } from './events.ts';

export const eventSchemas: { readonly [Name in WebhookEventName]: Schema<WebhookEventMap[Name]> } = {
  'user.created': looseObject({
    event: literal('user.created'),
    data: looseObject({ id: string, name: string, email: string }),
    timestamp: string,
  }),
};

export const unknownEventSchema = looseObject({
  event: string,
  data: unknown,
  timestamp: string,
});

/** Where an event differs from the documentation. Of one that is not documented, only the envelope can be checked. */
export function eventIssues(event: WebhookEvent): readonly ValidationIssue[] {
  const schema = Object.entries(eventSchemas).find(([known]) => known === event.event)?.[1] ?? unknownEventSchema;
  return findIssues(schema, event);
}
