import * as z from 'zod/mini';
import { errorBodySchema, wholeNumber } from '../utils/schemas.ts';
import { faultSchema, headerFaultSchema } from '../faults/fault.ts';
import { strictFields } from '../utils/strict-fields.ts';
import { byResource, resources } from '../resources/index.ts';
import { capitalized, someFieldsSchema } from '../resources/resource.ts';
import { newTokenSchema } from '../state/tokens.ts';
import { changesSchema, endpointSchema, eventSchema } from '../webhooks/endpoint-params.ts';

const text = (description: string) => z.string().check(z.describe(description));
const count = (description: string) => wholeNumber(0).check(z.describe(description));
const optionalText = (description: string) => z.optional(text(description));

const created_at = text('ISO 8601, UTC.');
const headers = (description: string) => z.record(z.string(), z.string()).check(z.describe(description));

/** Records as the control API returns them. */
export const recordSchemas = byResource(({ prefix, fields }) =>
  z.object({
    id: text(`Unique identifier, such as \`${prefix}_123\`.`),
    ...Object.fromEntries(Object.entries(fields).map(([name, { description }]) => [name, text(description)])),
    created_at,
  }),
);

/** The fields of a record that a request may set, each optional. */
export const fieldsSchemas = byResource(someFieldsSchema);

const tokenFields = {
  id: text('Identifies the token.'),
  name: text('Name that it was given at its creation.'),
  hint: text("The token's last characters."),
  created_at,
};

export const rateLimitSchema = z.object({
  limit: count('Requests allowed in a window.'),
  remaining: count('Requests left in the current window.'),
  reset: z.number().check(z.describe('When the window ends, in epoch milliseconds.')),
});

export const tokenSchema = z.object({ ...tokenFields, rate_limit: rateLimitSchema });

export const createdTokenSchema = z.object({
  ...tokenFields,
  token: text('The token to send as `Authorization: Bearer …`. It is returned only once.'),
});

export const webhookSchema = z.object({
  id: text('Unique identifier, such as `we_123`.'),
  url: text('URL that receives the events.'),
  events: z.readonly(z.array(z.string())).check(z.describe('Names of the events to send; `*` for all.')),
  secret: text('Signing secret, `whsec_…`.'),
  previous: z.optional(
    z
      .object({
        secret: text('Signing secret, `whsec_…`.'),
        until: z.number().check(z.describe('When it expires, in epoch milliseconds.')),
      })
      .check(z.describe('The previous secret, while deliveries are signed with both.')),
  ),
  disabled: optionalText('Why the webhook is disabled; its deliveries wait until it is enabled.'),
  created_at,
});

export const attemptSchema = z.object({
  at: text('ISO 8601, UTC.'),
  duration: z.number().check(z.describe('Milliseconds until the response was read.')),
  requestHeaders: headers('Request headers, including the signature.'),
  status: z.optional(z.int().check(z.describe('Status of the response; missing if there was none.'))),
  responseHeaders: z.optional(headers('Response headers.')),
  responseBody: optionalText('Start of the response body.'),
  error: optionalText('Why there was no response.'),
});

export const deliverySchema = z.object({
  id: text('Unique identifier, such as `del_123`.'),
  message: text('Value of the `webhook-id` header, the same for every attempt.'),
  endpoint: text('Id of the webhook.'),
  request: optionalText('Id of the request that caused the event; missing if none did.'),
  event: text('Name of the event.'),
  body: text('Request body, byte for byte.'),
  created_at,
  status: z
    .enum(['pending', 'delivered', 'failed'])
    .check(z.describe('`failed` if the last attempt of the schedule failed.')),
  due: z.optional(z.number().check(z.describe('When the next attempt is due, in epoch milliseconds.'))),
  tries: count('Number of attempts made in the current schedule.'),
  attempts: z.readonly(z.array(attemptSchema)).check(z.describe('The latest attempts, oldest first.')),
});

export const attemptEventSchema = z.object({ delivery: deliverySchema, attempt: attemptSchema });

export const forwardingEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('webhook'), webhook: webhookSchema }),
  z.object({
    type: z.literal('request'),
    request: z.object({
      id: text('Identifies the request for `POST /forwarding/{id}`.'),
      url: text('URL to send the request to, with POST.'),
      headers: headers('Headers to send, including the signature.'),
      body: text('Body to send, byte for byte.'),
    }),
  }),
]);

const statusMessage = 'Must be a status from 200 to 599.';

export const forwardedResponseSchema = strictFields({
  status: z.optional(
    z
      .int(statusMessage)
      .check(
        z.minimum(200, statusMessage),
        z.maximum(599, statusMessage),
        z.describe('Status of the response; missing if there was none.'),
      ),
  ),
  headers: z.optional(
    z.record(z.string(), z.string(), 'Must be an object of strings.').check(z.describe('Headers of the response.')),
  ),
  body: z.optional(z.string('Must be a string.').check(z.describe('Start of the response body.'))),
  error: z.optional(z.string('Must be a string.').check(z.describe('Why there was no response.'))),
}).check(
  z.refine(({ status, error }) => (status === undefined) !== (error === undefined), {
    path: ['status'],
    message: 'Must have either status or error.',
  }),
);

export const armedFaultSchema = z.object({
  ...faultSchema.shape,
  id: text('Identifies the fault.'),
  met: count('Number of requests that it has applied to.'),
});

export const requestSchema = z.object({
  id: text("The response's `X-Request-Id`."),
  method: text('HTTP method, in upper case.'),
  target: text('Path and query as the client sent them.'),
  path: text('Path without the query.'),
  query: headers('Query parameters. A repeated parameter has its last value.'),
  headers: headers('Headers, with names in lower case. Secrets are `[redacted]`.'),
  body: z.optional(z.unknown()).check(z.describe('JSON body, or the text if it is not valid JSON.')),
  token: optionalText("Id of the request's token; missing if the token was missing or unknown."),
  received_at: text('When the request arrived: ISO 8601.'),
  state: z
    .enum(['pending', 'completed', 'aborted', 'reset', 'cut'])
    .check(z.describe('How far the request got. `reset` and `cut` are caused by faults.')),
  status: z.optional(z.int().check(z.describe('Status of the response.'))),
  duration: z.optional(z.number().check(z.describe('Milliseconds until the response.'))),
  remaining: z.optional(z.number().check(z.describe("Requests left in the token's window."))),
  fault: z.optional(armedFaultSchema),
  response: z.optional(
    z.object({
      headers: headers('Headers, with names in lower case.'),
      body: z.optional(z.unknown()).check(z.describe('JSON body, or the text if it is not valid JSON.')),
    }),
  ),
});

export const clockSchema = z.object({
  now: z.number().check(z.describe("The sandbox's time, in epoch milliseconds.")),
});

export const infoSchema = z.object({
  name: z.literal('@example/sandbox'),
  version: text('Version of the package.'),
  now: clockSchema.shape.now,
  rate_limit: z.object({
    limit: count('Requests that each token may make in a window.'),
    window: count('Length of a window, in milliseconds.'),
  }),
});

/** What the description of a stream says. */
export const untilClosed = 'Each line is a JSON value. Empty lines keep the connection open.';

/** A list of all records of a kind. */
export const listOf = <T extends z.ZodMiniType>(item: T) => z.object({ data: z.readonly(z.array(item)) });

/** The schemas that have a name in OpenAPI. */
export const namedSchemas = {
  ...Object.fromEntries(resources.map(({ name, singular }) => [capitalized(singular), recordSchemas[name]])),
  ...Object.fromEntries(resources.map(({ name, singular }) => [`${capitalized(singular)}Fields`, fieldsSchemas[name]])),
  Token: tokenSchema,
  TokenCreate: newTokenSchema,
  CreatedToken: createdTokenSchema,
  Webhook: webhookSchema,
  WebhookCreate: endpointSchema,
  WebhookChanges: changesSchema,
  Delivery: deliverySchema,
  Attempt: attemptSchema,
  AttemptEvent: attemptEventSchema,
  ForwardingEvent: forwardingEventSchema,
  ForwardedResponse: forwardedResponseSchema,
  Event: eventSchema,
  Fault: faultSchema,
  HeaderFault: headerFaultSchema,
  ArmedFault: armedFaultSchema,
  Request: requestSchema,
  Clock: clockSchema,
  Info: infoSchema,
  Error: errorBodySchema,
} satisfies Record<string, z.ZodMiniType>;
