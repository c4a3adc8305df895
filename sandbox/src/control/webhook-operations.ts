import * as z from 'zod/mini';
import { found } from '../http/failure.ts';
import { strictFields } from '../utils/strict-fields.ts';
import { changesSchema, endpointSchema, eventSchema } from '../webhooks/endpoint-params.ts';
import { operation } from './operation.ts';
import { deliverySchema, listOf, webhookSchema } from './schemas.ts';

const endpointOperations = [
  operation({
    operationId: 'listWebhooks',
    tag: 'Webhooks',
    method: 'GET',
    path: '/webhooks',
    summary: 'Lists all webhooks, oldest first',
    response: { status: 200, description: 'The webhooks.', schema: listOf(webhookSchema) },
    handle: ({ webhooks }) => ({ data: webhooks.endpoints }),
  }),
  operation({
    operationId: 'registerWebhook',
    tag: 'Webhooks',
    method: 'POST',
    path: '/webhooks',
    summary: 'Registers a webhook',
    description: 'Without `events` it gets all events. Without `secret` it gets a random one.',
    body: endpointSchema,
    response: { status: 201, description: 'The new webhook.', schema: webhookSchema },
    handle: ({ webhooks, body }) => webhooks.register(body),
  }),
  operation({
    operationId: 'getWebhook',
    tag: 'Webhooks',
    method: 'GET',
    path: '/webhooks/{id}',
    summary: 'Gets a webhook',
    response: { status: 200, description: 'The webhook.', schema: webhookSchema },
    failures: [404],
    handle: ({ store, id }) => found(store.endpoints.get(id), 'webhook', id),
  }),
  operation({
    operationId: 'updateWebhook',
    tag: 'Webhooks',
    method: 'PATCH',
    path: '/webhooks/{id}',
    summary: 'Changes, disables or enables a webhook',
    description: 'The deliveries of a disabled webhook wait until it is enabled.',
    body: changesSchema,
    response: { status: 200, description: 'The changed webhook.', schema: webhookSchema },
    failures: [404],
    handle: ({ webhooks, id, body }) => webhooks.update(id, body),
  }),
  operation({
    operationId: 'deleteWebhook',
    tag: 'Webhooks',
    method: 'DELETE',
    path: '/webhooks/{id}',
    summary: 'Deletes a webhook and its deliveries',
    response: { status: 204, description: 'The webhook is deleted.' },
    failures: [404],
    handle: ({ webhooks, id }) => found(webhooks.remove(id) || undefined, 'webhook', id),
  }),
  operation({
    operationId: 'rotateWebhookSecret',
    tag: 'Webhooks',
    method: 'POST',
    path: '/webhooks/{id}/rotate-secret',
    summary: 'Gives a webhook a new secret',
    description: 'For one day, deliveries are also signed with the previous secret.',
    response: { status: 200, description: 'The webhook with its new secret.', schema: webhookSchema },
    failures: [404],
    handle: ({ webhooks, id }) => webhooks.rotateSecret(id),
  }),
  operation({
    operationId: 'sendTestEvent',
    tag: 'Webhooks',
    method: 'POST',
    path: '/webhooks/{id}/test',
    summary: 'Sends an event to one webhook, even if it is not registered for the event',
    description: 'By default an example of `user.created`.',
    body: z.partial(eventSchema),
    response: { status: 201, description: 'The delivery.', schema: deliverySchema },
    failures: [404],
    handle: ({ webhooks, id, body }) => webhooks.sendTest(id, body.event, body.data),
  }),
  operation({
    operationId: 'resendFailedDeliveries',
    tag: 'Webhooks',
    method: 'POST',
    path: '/webhooks/{id}/resend-failed',
    summary: 'Sends all failed deliveries of a webhook again',
    response: { status: 200, description: 'The deliveries, which are pending now.', schema: listOf(deliverySchema) },
    failures: [404],
    handle: ({ webhooks, id }) => ({ data: webhooks.resendFailed(id) }),
  }),
];

const filterSchema = strictFields({
  webhook: z.optional(z.string().check(z.describe('Only deliveries to the webhook with this id.'))),
  event: z.optional(z.string().check(z.describe('Only deliveries of the event with this name.'))),
  status: z.optional(
    z
      .enum(['pending', 'delivered', 'failed'], 'Must be pending, delivered or failed.')
      .check(z.describe('Only deliveries with this status.')),
  ),
});

const deliveryOperations = [
  operation({
    operationId: 'publishEvent',
    tag: 'Webhooks',
    method: 'POST',
    path: '/events',
    summary: 'Sends an event to every webhook that is registered for it',
    body: eventSchema,
    response: { status: 201, description: 'One delivery for each webhook.', schema: listOf(deliverySchema) },
    handle: ({ webhooks, body }) => ({ data: webhooks.publish(body.event, body.data) }),
  }),
  operation({
    operationId: 'listDeliveries',
    tag: 'Webhooks',
    method: 'GET',
    path: '/deliveries',
    summary: 'Lists all pending deliveries and the last 1000 others, oldest first',
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
  }),
  operation({
    operationId: 'getDelivery',
    tag: 'Webhooks',
    method: 'GET',
    path: '/deliveries/{id}',
    summary: 'Gets a delivery with its attempts',
    response: { status: 200, description: 'The delivery.', schema: deliverySchema },
    failures: [404],
    handle: ({ store, id }) => found(store.deliveries.get(id), 'delivery', id),
  }),
  operation({
    operationId: 'redeliver',
    tag: 'Webhooks',
    method: 'POST',
    path: '/deliveries/{id}/redeliver',
    summary: 'Sends a delivery again, with the same `webhook-id`',
    response: { status: 200, description: 'The delivery, which is pending now.', schema: deliverySchema },
    failures: [404],
    handle: ({ webhooks, id }) => webhooks.redeliver(id),
  }),
  operation({
    operationId: 'flushDeliveries',
    tag: 'Webhooks',
    method: 'POST',
    path: '/flush',
    summary: 'Attempts all deliveries that are due, and waits for the responses',
    description: 'To skip the delay before a retry, advance the clock first.',
    response: { status: 204, description: 'No delivery is due.' },
    handle: ({ webhooks }) => webhooks.flush(),
  }),
];

/** Operations on webhooks and their deliveries. */
export const webhookOperations = [...endpointOperations, ...deliveryOperations];
