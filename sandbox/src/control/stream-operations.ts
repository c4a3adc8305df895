import { found } from '../http/failure.ts';
import { requestFilterSchema, requestMatcher } from '../state/request-filter.ts';
import { strictFields } from '../utils/strict-fields.ts';
import { endpointSchema } from '../webhooks/endpoint-params.ts';
import { LineStream } from './line-stream.ts';
import { operation } from './operation.ts';
import { attemptEventSchema, forwardingEventSchema, forwardedResponseSchema, requestSchema } from './schemas.ts';

const untilClosed = 'Each line is a JSON value. Empty lines keep the connection open.';

/** Operations whose responses go on until the client disconnects. */
export const streamOperations = [
  operation({
    operationId: 'streamRequests',
    tag: 'Requests',
    method: 'GET',
    path: '/streams/requests',
    summary: 'Sends each request of the Example API as soon as it has ended',
    description: untilClosed,
    query: strictFields(requestFilterSchema.shape),
    response: { status: 200, description: 'The requests.', line: requestSchema },
    handle: ({ log, query }) => {
      const matches = requestMatcher(query);
      const lines = new LineStream();
      lines.onClose(
        log.subscribe((request) => {
          if (matches(request)) lines.send(request);
        }),
      );
      return lines.readable;
    },
  }),
  operation({
    operationId: 'streamAttempts',
    tag: 'Webhooks',
    method: 'GET',
    path: '/streams/attempts',
    summary: 'Sends each attempt to deliver an event as soon as it has ended',
    description: untilClosed,
    response: { status: 200, description: 'The attempts.', line: attemptEventSchema },
    handle: ({ webhooks }) => {
      const lines = new LineStream();
      lines.onClose(webhooks.subscribe((delivery, attempt) => lines.send({ delivery, attempt })));
      return lines.readable;
    },
  }),
  operation({
    operationId: 'forwardDeliveries',
    tag: 'Webhooks',
    method: 'POST',
    path: '/forwarding',
    summary: 'Lets the client make the requests of a webhook, as `example-sandbox listen` does',
    description:
      'Registers a webhook, or takes over the one with this URL. The first value is the webhook, and each other one a ' +
      'request that the client makes and answers with `POST /forwarding/{id}`. When the client disconnects, the webhook ' +
      `is disabled, so that its deliveries wait. ${untilClosed}`,
    body: endpointSchema,
    response: { status: 200, description: 'The webhook, and the requests to make.', line: forwardingEventSchema },
    failures: [409],
    handle: ({ webhooks, body }) => {
      const lines = new LineStream();
      const { endpoint, disconnect } = webhooks.forward(body, {
        forward: (request) => lines.send({ type: 'request', request }),
        end: () => lines.end(),
      });
      lines.onClose(disconnect);
      lines.send({ type: 'webhook', webhook: endpoint });
      return lines.readable;
    },
  }),
  operation({
    operationId: 'answerForwardedRequest',
    tag: 'Webhooks',
    method: 'POST',
    path: '/forwarding/{id}',
    summary: 'Tells the response to a forwarded request, or why there was none',
    body: forwardedResponseSchema,
    response: { status: 204, description: 'The attempt has this result.' },
    failures: [404],
    handle: ({ webhooks, id, body }) => found(webhooks.answer(id, body) || undefined, 'forwarded request', id),
  }),
];
