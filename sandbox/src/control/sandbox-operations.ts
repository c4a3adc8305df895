import * as z from 'zod/mini';
import { version } from '../../package.json';
import { integerParameter, strictFields } from '../utils/schemas.ts';
import { faultSchema } from '../faults/fault.ts';
import { found } from '../http/failure.ts';
import { requestFilterSchema } from '../state/request-filter.ts';
import { maxAdvance } from '../utils/clock.ts';
import { operation } from './operation.ts';

export const faultOperations = [
  operation('GET /faults', { handle: ({ faults }) => ({ data: faults.list }) }),
  operation('POST /faults', { body: faultSchema, status: 201, handle: ({ faults, body }) => faults.next(body) }),
  operation('DELETE /faults', { status: 204, handle: ({ faults }) => faults.clear() }),
  operation('DELETE /faults/:id', {
    status: 204,
    handle: ({ faults, id }) => found(faults.remove(id) || undefined, 'fault', id),
  }),
];

export const requestOperations = [
  operation('GET /requests', {
    query: strictFields({
      ...requestFilterSchema.shape,
      limit: z._default(integerParameter(1, 10_000), 1000),
      before: z.optional(z.string()),
    }),
    handle: ({ log, query: { limit, before, ...filter } }) => {
      const all = log.matching(filter);
      const rest = all.slice(all.findIndex(({ id }) => id === before) + 1);
      return { data: rest.slice(0, limit).toReversed(), older: Math.max(rest.length - limit, 0) };
    },
  }),
  operation('DELETE /requests', { status: 204, handle: ({ log }) => log.clear() }),
  operation('GET /requests/:id', { handle: ({ log, id }) => found(log.get(id), 'request', id) }),
];

const advanceMessage = `Must be a number of milliseconds from 0 to ${maxAdvance}.`;

export const processOperations = [
  operation('GET /info', {
    handle: ({ clock, windows }) => ({ name: '@example/sandbox', version, now: clock.now(), rate_limit: windows.rate }),
  }),
  operation('GET /clock', { handle: ({ clock }) => ({ now: clock.now() }) }),
  operation('POST /clock', {
    body: strictFields({
      advance: z.number(advanceMessage).check(z.minimum(0, advanceMessage), z.maximum(maxAdvance, advanceMessage)),
    }),
    handle: ({ clock, body }) => {
      clock.advance(body.advance);
      return { now: clock.now() };
    },
  }),
  operation('POST /reset', { status: 204, handle: ({ reset }) => reset() }),
];
