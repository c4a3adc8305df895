import type { ValidationIssue } from '../errors/index.ts';
import { findIssues } from '../utils/validation.ts';
import * as z from 'zod/mini';
import type { WebhookEvent, WebhookEventMap, WebhookEventName } from './events.ts';

export const eventSchemas: { readonly [Name in WebhookEventName]: z.ZodMiniType<WebhookEventMap[Name]> } = {
  'user.created': z.looseObject({
    event: z.literal('user.created'),
    data: z.looseObject({ id: z.string(), name: z.string(), email: z.string() }),
    timestamp: z.string(),
  }),
};

export const unknownEventSchema = z.looseObject({
  event: z.string(),
  data: z.unknown(),
  timestamp: z.string(),
});

/** Where an event differs from the documentation. Of one that is not documented, only the envelope can be checked. */
export function eventIssues(event: WebhookEvent): readonly ValidationIssue[] {
  const schema = Object.entries(eventSchemas).find(([known]) => known === event.event)?.[1] ?? unknownEventSchema;
  return findIssues(schema, event);
}
