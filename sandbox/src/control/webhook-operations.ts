import * as z from 'zod/mini';
import { found } from '../http/failure.ts';
import { strictFields } from '../utils/strict-fields.ts';
import { lineStream } from '../utils/text-stream.ts';
import { changesSchema, endpointSchema, eventSchema } from '../webhooks/endpoint-params.ts';
import type { ForwardedRequest } from '../webhooks/forwarding.ts';
import { operation } from './operation.ts';
import {
  attemptEventSchema,
  deliverySchema,
  forwardedResponseSchema,
  forwardingEventSchema,
  listOf,
  untilClosed,
  webhookSchema,
} from './schemas.ts';

const filterSchema = strictFields({
  webhook: z.optional(z.string().check(z.describe('Only deliveries to the webhook with this id.'))),
  event: z.optional(z.string().check(z.describe('Only deliveries of the event with this name.'))),
  status: z.optional(
    z
      .enum(['pending', 'delivered', 'failed'], 'Must be pending, delivered or failed.')
      .check(z.describe('Only deliveries with this status.')),
  ),
});

/** Operations on webhooks and their deliveries. */
export const webhookOperations = [
  operation('listWebhooks', 'GET /webhooks', 'Lists all webhooks, oldest first', {
    response: { status: 200, description: 'The webhooks.', schema: listOf(webhookSchema) },
    handle: ({ webhooks }) => ({ data: webhooks.endpoints }),
  }),
  operation('registerWebhook', 'POST /webhooks', 'Registers a webhook', {
    description: 'Without `events` it gets all events. Without `secret` it gets a random one.',
    body: endpointSchema,
    response: { status: 201, description: 'The new webhook.', schema: webhookSchema },
    handle: ({ webhooks, body }) => webhooks.register(body),
  }),
  operation('getWebhook', 'GET /webhooks/{id}', 'Gets a webhook', {
    response: { status: 200, description: 'The webhook.', schema: webhookSchema },
    handle: ({ store, id }) => found(store.endpoints.get(id), 'webhook', id),
  }),
  operation('updateWebhook', 'PATCH /webhooks/{id}', 'Changes, disables or enables a webhook', {
    description: 'The deliveries of a disabled webhook wait until it is enabled.',
    body: changesSchema,
    response: { status: 200, description: 'The changed webhook.', schema: webhookSchema },
    handle: ({ webhooks, id, body }) => webhooks.update(id, body),
  }),
  operation('deleteWebhook', 'DELETE /webhooks/{id}', 'Deletes a webhook and its deliveries', {
    response: { status: 204, description: 'The webhook is deleted.' },
    handle: ({ webhooks, id }) => found(webhooks.remove(id) || undefined, 'webhook', id),
  }),
  operation('rotateWebhookSecret', 'POST /webhooks/{id}/rotate-secret', 'Gives a webhook a new secret', {
    description: 'For one day, deliveries are also signed with the previous secret.',
    response: { status: 200, description: 'The webhook with its new secret.', schema: webhookSchema },
    handle: ({ webhooks, id }) => webhooks.rotateSecret(id),
  }),
  operation(
    'sendTestEvent',
    'POST /webhooks/{id}/test',
    'Sends an event to one webhook, even if it is not registered for the event',
    {
      description: 'By default an example of `user.created`.',
      body: z.partial(eventSchema),
      response: { status: 201, description: 'The delivery.', schema: deliverySchema },
      handle: ({ webhooks, id, body }) => webhooks.sendTest(id, body.event, body.data),
    },
  ),
  operation(
    'resendFailedDeliveries',
    'POST /webhooks/{id}/resend-failed',
    'Sends all failed deliveries of a webhook again',
    {
      response: { status: 200, description: 'The deliveries, which are pending now.', schema: listOf(deliverySchema) },
      handle: ({ webhooks, id }) => ({ data: webhooks.resendFailed(id) }),
    },
  ),
  operation('publishEvent', 'POST /events', 'Sends an event to every webhook that is registered for it', {
    body: eventSchema,
    response: { status: 201, description: 'One delivery for each webhook.', schema: listOf(deliverySchema) },
    handle: ({ webhooks, body }) => ({ data: webhooks.publish(body.event, body.data) }),
  }),
  operation(
    'listDeliveries',
    'GET /deliveries',
    'Lists all pending deliveries and the last 1000 others, oldest first',
    {
      query: filterSchema,
      response: { status: 200, description: 'The deliveries.', schema: listOf(deliverySchema) },
      handle: ({ webhooks, query }) => ({
        data: webhooks.deliveries.filter(
          ({ endpoint, event, status }) =>
            (query.webhook === undefined || endpoint === query.webhook) &&
            (query.event === undefined || event === query.event) &&
            (query.status === undefined || status === query.status),
        ),
      }),
    },
  ),
  operation('getDelivery', 'GET /deliveries/{id}', 'Gets a delivery with its attempts', {
    response: { status: 200, description: 'The delivery.', schema: deliverySchema },
    handle: ({ store, id }) => found(store.deliveries.get(id), 'delivery', id),
  }),
  operation('redeliver', 'POST /deliveries/{id}/redeliver', 'Sends a delivery again, with the same `webhook-id`', {
    response: { status: 200, description: 'The delivery, which is pending now.', schema: deliverySchema },
    handle: ({ webhooks, id }) => webhooks.redeliver(id),
  }),
  operation('flushDeliveries', 'POST /flush', 'Attempts all deliveries that are due, and waits for the responses', {
    description: 'To skip the delay before a retry, advance the clock first.',
    response: { status: 204, description: 'No delivery is due.' },
    handle: ({ webhooks }) => webhooks.flush(),
  }),
  operation(
    'streamAttempts',
    'GET /streams/attempts',
    'Sends each attempt to deliver an event as soon as it has ended',
    {
      description: untilClosed,
      response: { status: 200, description: 'The attempts.', line: attemptEventSchema },
      handle: ({ webhooks }) =>
        lineStream(({ send }) => webhooks.subscribe((delivery, attempt) => send({ delivery, attempt }))),
    },
  ),
  operation(
    'forwardDeliveries',
    'POST /forwarding',
    'Lets the client make the requests of a webhook, as `example-sandbox listen` does',
    {
      description:
        'Registers a webhook, or takes over the one with this URL. The first value is the webhook, and each other one a ' +
        'request that the client makes and answers with `POST /forwarding/{id}`. When the client disconnects, the webhook ' +
        `is disabled, so that its deliveries wait. ${untilClosed}`,
      body: endpointSchema,
      response: { status: 200, description: 'The webhook, and the requests to make.', line: forwardingEventSchema },
      conflicts: true,
      handle: ({ webhooks, body }) =>
        lineStream(({ send, end }) => {
          const forward = (request: ForwardedRequest) => send({ type: 'request', request });
          const { endpoint, disconnect } = webhooks.forward(body, { forward, end });
          send({ type: 'webhook', webhook: endpoint });
          return disconnect;
        }),
    },
  ),
  operation(
    'answerForwardedRequest',
    'POST /forwarding/{id}',
    'Tells the response to a forwarded request, or why there was none',
    {
      body: forwardedResponseSchema,
      response: { status: 204, description: 'The attempt has this result.' },
      handle: ({ webhooks, id, body }) => found(webhooks.answer(id, body) || undefined, 'forwarded request', id),
    },
  ),
];
