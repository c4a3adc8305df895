import * as z from 'zod/mini';
import { found } from '../http/failure.ts';
import { changesSchema, endpointSchema, eventSchema } from '../webhooks/endpoint-params.ts';
import { operation } from './operation.ts';

/** Operations on webhooks and their deliveries. */
export const webhookOperations = [
  operation('GET /webhooks', { handle: ({ webhooks }) => ({ data: webhooks.endpoints }) }),
  operation('POST /webhooks', {
    body: endpointSchema,
    status: 201,
    handle: ({ webhooks, body }) => webhooks.register(body),
  }),
  operation('PATCH /webhooks/:id', {
    body: changesSchema,
    handle: ({ webhooks, id, body }) => webhooks.update(id, body),
  }),
  operation('DELETE /webhooks/:id', {
    status: 204,
    handle: ({ webhooks, id }) => found(webhooks.remove(id) || undefined, 'webhook', id),
  }),
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
  operation('GET /deliveries', { handle: ({ webhooks }) => ({ data: webhooks.deliveries }) }),
  operation('GET /deliveries/:id', { handle: ({ store, id }) => found(store.deliveries.get(id), 'delivery', id) }),
  operation('POST /deliveries/:id/redeliver', { handle: ({ webhooks, id }) => webhooks.redeliver(id) }),
  operation('POST /flush', { status: 204, handle: ({ webhooks }) => webhooks.flush() }),
];
