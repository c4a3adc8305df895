import * as z from 'zod/mini';
import { version } from '../../package.json';
import { integerParameter, wholeNumber } from '../utils/schemas.ts';
import { faultSchema } from '../faults/fault.ts';
import { found } from '../http/failure.ts';
import { requestFilterSchema, requestMatcher } from '../state/request-filter.ts';
import { strictFields } from '../utils/strict-fields.ts';
import { lineStream } from '../utils/text-stream.ts';
import { operation } from './operation.ts';
import { armedFaultSchema, clockSchema, infoSchema, listOf, requestSchema, untilClosed } from './schemas.ts';

export const faultOperations = [
  operation('listFaults', 'GET /faults', 'Lists the faults that still apply', {
    response: { status: 200, description: 'The faults.', schema: listOf(armedFaultSchema) },
    handle: ({ faults }) => ({ data: faults.list }),
  }),
  operation('addFault', 'POST /faults', 'Makes the next request fail, or the requests that the fault describes', {
    description: 'For tests that run in parallel, send the fault in the `Sandbox-Fault` header of a request instead.',
    body: faultSchema,
    response: { status: 201, description: 'The fault.', schema: armedFaultSchema },
    handle: ({ faults, body }) => faults.next(body),
  }),
  operation('removeFaults', 'DELETE /faults', 'Removes all faults', {
    response: { status: 204, description: 'There are no faults.' },
    handle: ({ faults }) => faults.clear(),
  }),
  operation('getFault', 'GET /faults/{id}', 'Gets a fault that still applies', {
    response: { status: 200, description: 'The fault.', schema: armedFaultSchema },
    handle: ({ faults, id }) => {
      const fault = faults.list.find((each) => each.id === id);
      return found(fault, 'fault', id);
    },
  }),
  operation('removeFault', 'DELETE /faults/{id}', 'Removes a fault', {
    response: { status: 204, description: 'The fault is removed.' },
    handle: ({ faults, id }) => found(faults.remove(id) || undefined, 'fault', id),
  }),
];

export const requestOperations = [
  operation('listRequests', 'GET /requests', 'Lists the latest requests with their responses, oldest first', {
    description: 'The log has at most 10 000 requests.',
    query: strictFields({
      ...requestFilterSchema.shape,
      limit: z._default(
        integerParameter(1, 10_000).check(z.describe('Maximum number of requests. Default: 1000.')),
        1000,
      ),
      before: z.optional(z.string().check(z.describe('Only requests before the one with this id.'))),
    }),
    response: {
      status: 200,
      description: 'The requests.',
      schema: z.extend(listOf(requestSchema), {
        older: wholeNumber(0).check(z.describe('Number of matching requests before these.')),
      }),
    },
    handle: ({ log, query: { limit, before, ...filter } }) => {
      const { requests, older } = log.page(filter, { before, limit });
      return { data: requests.toReversed(), older };
    },
  }),
  operation('clearRequests', 'DELETE /requests', 'Clears the request log', {
    response: { status: 204, description: 'The log is empty.' },
    handle: ({ log }) => log.clear(),
  }),
  operation('getRequest', 'GET /requests/{id}', 'Gets a request with its response', {
    response: { status: 200, description: 'The request.', schema: requestSchema },
    handle: ({ log, id }) => found(log.get(id), 'request', id),
  }),
  operation('streamRequests', 'GET /streams/requests', 'Sends each request of the API as soon as it has ended', {
    description: untilClosed,
    query: strictFields(requestFilterSchema.shape),
    response: { status: 200, description: 'The requests.', line: requestSchema },
    handle: ({ log, query }) => {
      const matches = requestMatcher(query);
      return lineStream(({ send }) =>
        log.ended.subscribe((request) => {
          if (matches(request)) send(request);
        }),
      );
    },
  }),
];

const advanceMessage = 'Must be a number of milliseconds of at least 0.';

export const processOperations = [
  operation('getInfo', 'GET /info', 'Tells that this is a sandbox, and how it is configured', {
    response: { status: 200, description: 'The sandbox.', schema: infoSchema },
    handle: ({ clock, windows }) => ({
      name: '@example/sandbox' as const,
      version,
      now: clock.now(),
      rate_limit: windows.rate,
    }),
  }),
  operation('getClock', 'GET /clock', "Gets the sandbox's time", {
    response: { status: 200, description: 'The time.', schema: clockSchema },
    handle: ({ clock }) => ({ now: clock.now() }),
  }),
  operation('advanceClock', 'POST /clock', 'Advances the clock, which rate limits and deliveries follow', {
    body: strictFields({
      advance: z
        .number(advanceMessage)
        .check(z.minimum(0, advanceMessage), z.describe('By how much, in milliseconds.')),
    }),
    response: { status: 200, description: 'The new time.', schema: clockSchema },
    handle: ({ clock, body }) => {
      clock.advance(body.advance);
      return { now: clock.now() };
    },
  }),
  operation(
    'reset',
    'POST /reset',
    'Restores the initial data, tokens, budgets, faults, requests, webhooks and clock',
    {
      response: { status: 204, description: 'The state is the initial one.' },
      handle: ({ reset }) => reset(),
    },
  ),
];
