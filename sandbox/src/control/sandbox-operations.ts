import * as z from 'zod/mini';
import { version } from '../../package.json';
import { integerParameter, wholeNumber } from '../utils/schemas.ts';
import { faultSchema } from '../faults/fault.ts';
import { found } from '../http/failure.ts';
import { requestFilterSchema } from '../state/request-filter.ts';
import { strictFields } from '../utils/strict-fields.ts';
import { operation } from './operation.ts';
import { armedFaultSchema, clockSchema, infoSchema, listOf, requestSchema } from './schemas.ts';

const faultOperations = [
  operation({
    operationId: 'listFaults',
    tag: 'Faults',
    method: 'GET',
    path: '/faults',
    summary: 'Lists the faults that still apply',
    response: { status: 200, description: 'The faults.', schema: listOf(armedFaultSchema) },
    handle: ({ faults }) => ({ data: faults.list }),
  }),
  operation({
    operationId: 'addFault',
    tag: 'Faults',
    method: 'POST',
    path: '/faults',
    summary: 'Makes the next request fail, or the requests that the fault describes',
    description: 'For tests that run in parallel, send the fault in the `Sandbox-Fault` header of a request instead.',
    body: faultSchema,
    response: { status: 201, description: 'The fault.', schema: armedFaultSchema },
    handle: ({ faults, body }) => faults.next(body),
  }),
  operation({
    operationId: 'removeFaults',
    tag: 'Faults',
    method: 'DELETE',
    path: '/faults',
    summary: 'Removes all faults',
    response: { status: 204, description: 'There are no faults.' },
    handle: ({ faults }) => faults.clear(),
  }),
  operation({
    operationId: 'getFault',
    tag: 'Faults',
    method: 'GET',
    path: '/faults/{id}',
    summary: 'Gets a fault that still applies',
    response: { status: 200, description: 'The fault.', schema: armedFaultSchema },
    failures: [404],
    handle: ({ faults, id }) =>
      found(
        faults.list.find((fault) => fault.id === id),
        'fault',
        id,
      ),
  }),
  operation({
    operationId: 'removeFault',
    tag: 'Faults',
    method: 'DELETE',
    path: '/faults/{id}',
    summary: 'Removes a fault',
    response: { status: 204, description: 'The fault is removed.' },
    failures: [404],
    handle: ({ faults, id }) => found(faults.remove(id) || undefined, 'fault', id),
  }),
];

const requestOperations = [
  operation({
    operationId: 'listRequests',
    tag: 'Requests',
    method: 'GET',
    path: '/requests',
    summary: 'Lists the latest requests with their responses, oldest first',
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
  operation({
    operationId: 'clearRequests',
    tag: 'Requests',
    method: 'DELETE',
    path: '/requests',
    summary: 'Clears the request log',
    response: { status: 204, description: 'The log is empty.' },
    handle: ({ log }) => log.clear(),
  }),
  operation({
    operationId: 'getRequest',
    tag: 'Requests',
    method: 'GET',
    path: '/requests/{id}',
    summary: 'Gets a request with its response',
    response: { status: 200, description: 'The request.', schema: requestSchema },
    failures: [404],
    handle: ({ log, id }) => found(log.get(id), 'request', id),
  }),
];

const advanceMessage = 'Must be a number of milliseconds of at least 0.';

const processOperations = [
  operation({
    operationId: 'getInfo',
    tag: 'Sandbox',
    method: 'GET',
    path: '/info',
    summary: 'Tells that this is a sandbox, and how it is configured',
    response: { status: 200, description: 'The sandbox.', schema: infoSchema },
    handle: ({ clock, windows }) => ({
      name: '@example/sandbox' as const,
      version,
      now: clock.now(),
      rate_limit: windows.rate,
    }),
  }),
  operation({
    operationId: 'getClock',
    tag: 'Sandbox',
    method: 'GET',
    path: '/clock',
    summary: "Gets the sandbox's time",
    response: { status: 200, description: 'The time.', schema: clockSchema },
    handle: ({ clock }) => ({ now: clock.now() }),
  }),
  operation({
    operationId: 'advanceClock',
    tag: 'Sandbox',
    method: 'POST',
    path: '/clock',
    summary: 'Advances the clock, which rate limits and deliveries follow',
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
  operation({
    operationId: 'reset',
    tag: 'Sandbox',
    method: 'POST',
    path: '/reset',
    summary: 'Restores the initial data, tokens, budgets, faults, requests, webhooks and clock',
    response: { status: 204, description: 'The state is the initial one.' },
    handle: ({ reset }) => reset(),
  }),
];

/** Operations on faults, the request log and the sandbox itself. */
export const sandboxOperations = [...faultOperations, ...requestOperations, ...processOperations];
