import type { ValidationIssue } from '../errors.ts';
import { findIssues } from '../http/validation.ts';
import { literal, looseObject, type Schema, text, unknown } from '../schema.ts';
import type { WebhookEvent, WebhookEventMap, WebhookEventName } from './events.ts';

const eventSchemas: { readonly [Name in WebhookEventName]: Schema<WebhookEventMap[Name]> } = {
  'user.created': /* @__PURE__ */ looseObject({
    event: /* @__PURE__ */ literal('user.created'),
    data: /* @__PURE__ */ looseObject({ id: text, name: text, email: text }),
    timestamp: text,
  }),
};

const unknownEventSchema = /* @__PURE__ */ looseObject({
  event: text,
  data: unknown,
  timestamp: text,
});

/** Where an event differs from the documentation. Of one that is not documented, only the envelope can be checked. */
export function eventIssues(event: WebhookEvent): readonly ValidationIssue[] {
  const schema = Object.entries(eventSchemas).find(([known]) => known === event.event)?.[1] ?? unknownEventSchema;
  return findIssues(schema, event);
}
