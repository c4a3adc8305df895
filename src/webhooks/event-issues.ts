import * as z from 'zod/mini';
import type { ValidationIssue } from '../errors.ts';
import { findIssues, type Schema } from '../http/validation.ts';
import type { WebhookEvent, WebhookEventMap, WebhookEventName } from './events.ts';

const text = /* @__PURE__ */ z.string();

const eventSchemas: { readonly [Name in WebhookEventName]: Schema<WebhookEventMap[Name]> } = {
  'user.created': /* @__PURE__ */ z.looseObject({
    event: /* @__PURE__ */ z.literal('user.created'),
    data: /* @__PURE__ */ z.looseObject({ id: text, name: text, email: text }),
    timestamp: text,
  }),
};

const unknownEventSchema = /* @__PURE__ */ z.looseObject({
  event: text,
  data: /* @__PURE__ */ z.unknown(),
  timestamp: text,
});

/** Where an event differs from the documentation. Of one that is not documented, only the envelope can be checked. */
export function eventIssues(event: WebhookEvent): readonly ValidationIssue[] {
  const schema = Object.entries(eventSchemas).find(([known]) => known === event.event)?.[1] ?? unknownEventSchema;
  return findIssues(schema, event);
}
