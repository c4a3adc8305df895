import * as z from 'zod/mini';
import { parseFields } from '../http/parse-fields.ts';
import type { RecordedRequest } from './recorded-request.ts';

/** What a request may be filtered by besides its status. */
export const requestKinds = ['pending', 'aborted', 'reset', 'cut', 'injected', 'replayed'] as const;

const part = z.optional(z.string().check(z.maxLength(500, 'Must have at most 500 characters.')));

export const requestFilterSchema = z.object({
  /** A status (`404`), a class of statuses (`4xx`), or what happened to the request. */
  status: z.optional(
    z
      .string()
      .check(
        z.regex(
          new RegExp(`^([1-5]\\d\\d|[1-5]xx|${requestKinds.join('|')})$`),
          `Must be a status such as 404, a class such as 4xx, or one of ${requestKinds.join(', ')}.`,
        ),
      ),
  ),
  /** HTTP method, in any case. */
  method: part,
  /** Part of the path and query, in any case. */
  path: part,
  /** Id of a token, or `none` for requests without a valid token. */
  token: part,
  /** Id of a request, or a part of it. */
  id: part,
});

/** Which requests to show. A field that is missing does not restrict them. */
export type RequestFilter = Readonly<z.output<typeof requestFilterSchema>>;

/**
 * Reads a filter from query parameters. Empty parameters count as missing.
 *
 * @throws {Failure} 422 when a parameter is invalid.
 */
export function parseRequestFilter(query: Readonly<Record<string, string>>): RequestFilter {
  return parseFields(
    requestFilterSchema,
    Object.fromEntries(Object.entries(query).filter(([, value]) => value !== '')),
  );
}

/** Returns a function that tells whether a request matches the filter. */
export function requestMatcher(filter: RequestFilter): (request: RecordedRequest) => boolean {
  const status = filter.status === undefined ? undefined : statusMatcher(filter.status);
  const method = filter.method?.toUpperCase();
  const path = filter.path?.toLowerCase();
  const { token, id } = filter;
  return (request) =>
    (status === undefined || status(request)) &&
    (method === undefined || request.method === method) &&
    (path === undefined || request.target.toLowerCase().includes(path)) &&
    (token === undefined || (request.token ?? 'none') === token) &&
    (id === undefined || request.id.includes(id));
}

function statusMatcher(wanted: string): (request: RecordedRequest) => boolean {
  if (wanted === 'injected') return ({ fault }) => fault !== undefined;
  if (wanted === 'replayed') return isReplayed;
  if (wanted.endsWith('xx')) return ({ status }) => String(status).startsWith(wanted.charAt(0));
  return ({ state, status }) => state === wanted || status === Number(wanted);
}

/** Whether the response is that of an earlier request with the same `Idempotency-Key`. */
export function isReplayed({ response }: RecordedRequest): boolean {
  return response?.headers['idempotent-replayed'] === 'true';
}
