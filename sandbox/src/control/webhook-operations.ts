import * as z from 'zod/mini';
import { found } from '../http/failure.ts';
import { strictFields } from '../utils/schemas.ts';
import { lineStream } from '../utils/text-stream.ts';
import { changesSchema, endpointSchema, eventSchema } from '../webhooks/endpoint-params.ts';
import { forwardedResponseSchema, type ForwardingEvent } from '../webhooks/forwarding.ts';
import { operation } from './operation.ts';

const filterSchema = strictFields({
  webhook: z.optional(z.string()),
  event: z.optional(z.string()),
  status: z.optional(z.enum(['pending', 'delivered', 'failed'], 'Must be pending, delivered or failed.')),
});

/** Operations on webhooks and their deliveries. */
export const webhookOperations = [
  operation('GET /webhooks', { handle: ({ webhooks }) => ({ data: webhooks.endpoints }) }),
  operation('POST /webhooks', {
    body: endpointSchema,
    status: 201,
    handle: ({ webhooks, body }) => webhooks.register(body),
  }),
  operation('GET /webhooks/:id', { handle: ({ store, id }) => found(store.endpoints.get(id), 'webhook', id) }),
  operation('PATCH /webhooks/:id', {
    body: changesSchema,
    handle: ({ webhooks, id, body }) => webhooks.update(id, body),
  }),
  operation('DELETE /webhooks/:id', {
    status: 204,
    handle: ({ webhooks, id }) => found(webhooks.remove(id) || undefined, 'webhook', id),
  }),
  operation('POST /webhooks/:id/rotate-secret', { handle: ({ webhooks, id }) => webhooks.rotateSecret(id) }),
  operation('POST /webhooks/:id/test', {
    body: z.partial(eventSchema),
    status: 201,
    handle: ({ webhooks, id, body }) => webhooks.sendTest(id, body.event, body.data),
  }),
  operation('POST /webhooks/:id/resend-failed', {
    handle: ({ webhooks, id }) => ({ data: webhooks.resendFailed(id) }),
  }),
  operation('POST /events', {
    body: eventSchema,
    status: 201,
    handle: ({ webhooks, body }) => ({ data: webhooks.publish(body.event, body.data) }),
  }),
  operation('GET /deliveries', {
    query: filterSchema,
    handle: ({ webhooks, query }) => ({
      data: webhooks.deliveries.filter(
        ({ endpoint, event, status }) =>
          (query.webhook === undefined || endpoint === query.webhook) &&
          (query.event === undefined || event === query.event) &&
          (query.status === undefined || status === query.status),
      ),
    }),
  }),
  operation('GET /deliveries/:id', { handle: ({ store, id }) => found(store.deliveries.get(id), 'delivery', id) }),
  operation('POST /deliveries/:id/redeliver', { handle: ({ webhooks, id }) => webhooks.redeliver(id) }),
  operation('POST /flush', { status: 204, handle: ({ webhooks }) => webhooks.flush() }),
  operation('GET /streams/attempts', {
    handle: ({ webhooks }) =>
      lineStream(({ send }) => webhooks.subscribe((delivery, attempt) => send({ delivery, attempt }))),
  }),
  // The client makes the requests of a webhook, and answers each with the operation below.
  operation('POST /forwarding', {
    body: endpointSchema,
    handle: ({ webhooks, body }) =>
      lineStream<ForwardingEvent>(({ send, end }) => {
        const { endpoint, disconnect } = webhooks.forward(body, {
          forward: (request) => send({ type: 'request', request }),
          end,
        });
        send({ type: 'webhook', webhook: endpoint });
        return disconnect;
      }),
  }),
  operation('POST /forwarding/:id', {
    body: forwardedResponseSchema,
    status: 204,
    handle: ({ webhooks, id, body }) => found(webhooks.answer(id, body) || undefined, 'forwarded request', id),
  }),
];
