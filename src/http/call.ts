import { secretName } from '../auth/redaction.ts';
import { InvalidRequestError, type RequestTarget } from '../errors/index.ts';
import { CallPriority, checkedPriority, type Priority } from '../rate-limit/priority.ts';
import {
  abortSignal,
  callable,
  headerValue,
  mergeHeaders,
  milliseconds,
  oneOf,
  wholeNumber,
} from '../utils/arguments.ts';
import { record } from '../utils/options.ts';
import type { StandardSchema } from '../utils/standard-schema.ts';
import type { ResolvedOptions } from './client-options.ts';
import { queryOf } from './query.ts';
import type { HttpMethod, InternalOptions } from './request-options.ts';
import { expandRoute } from './route.ts';

/** One call with its options resolved and checked: what each attempt sends, and its limits. */
export interface Call extends RequestTarget {
  /** Where it is sent. */
  readonly url: string;
  /** What is shown of it: the token is redacted if an id was the token by mistake. */
  path: string;
  route: string;
  /** Such as `?page=2`, or empty. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A JSON value; `undefined` if the request has no body. */
  readonly body: unknown;
  /** Values that must not appear in errors, events or log lines. */
  readonly secrets: readonly unknown[];
  /** Whether sending it twice has the same effect as once. */
  readonly repeatable: boolean;
  /** The documented body of a success. */
  readonly schema: InternalOptions<unknown>['schema'];
  /** Whether a body that differs from the schema can be used. */
  readonly isUsable: InternalOptions<unknown>['isUsable'];
  /** The caller's signal. */
  readonly signal: AbortSignal | undefined;
  readonly timeout: number;
  readonly totalTimeout: number;
  readonly maxRetries: number;
  /** Default: normal. */
  readonly priority: CallPriority | undefined;
}

const noSecrets: readonly never[] = [];

/** @throws {InvalidRequestError} when a parameter or an option is wrong. */
export function openCall(
  method: HttpMethod,
  route: string,
  options: InternalOptions<unknown>,
  client: ResolvedOptions,
): Call {
  const { timeout = client.timeout, totalTimeout = client.totalTimeout, maxRetries = client.maxRetries } = options;
  const { params = {}, query, signal, idempotencyKey, schema, priority = client.priority } = options;
  if (schema !== undefined) {
    const standard = (schema as Partial<StandardSchema> | null)?.['~standard'];
    callable('the validate function of schema', standard?.validate);
  }
  const path = expandRoute(route, record('params', params));
  const search = query === undefined ? '' : queryOf(record('query', query));
  const secrets: unknown[] = [];
  return {
    method: oneOf('method', method, ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
    url: client.baseUrl + path + search,
    path,
    route,
    query: search,
    headers: headersOf(options, client),
    body: 'body' in options ? snapshot(method, options.body, secrets) : undefined,
    secrets: secrets.length > 0 ? secrets : noSecrets,
    // Idempotent by RFC 9110, 9.2.2, or because the caller says so.
    repeatable:
      (method !== 'POST' && method !== 'PATCH') || (idempotencyKey !== undefined && client.apiSupportsIdempotencyKeys),
    schema,
    isUsable: options.isUsable,
    signal: signal === undefined ? undefined : abortSignal('signal', signal),
    timeout: milliseconds('timeout', timeout),
    totalTimeout: milliseconds('totalTimeout', totalTimeout),
    maxRetries: wholeNumber('maxRetries', maxRetries, 0),
    priority: priorityOf(priority, client),
  };
}

function priorityOf(priority: Priority | CallPriority, client: ResolvedOptions): CallPriority | undefined {
  // A page requested ahead rises no higher than the other calls of its client.
  if (priority instanceof CallPriority)
    return client.priority === 'background' ? new CallPriority('background') : priority;
  return checkedPriority(priority) === 'background' ? new CallPriority('background') : undefined;
}

function headersOf({ headers, idempotencyKey }: InternalOptions<unknown>, client: ResolvedOptions): Call['headers'] {
  const merged = headers === undefined ? client.headers : mergeHeaders(client.headers, 'headers', headers);
  if (idempotencyKey === undefined) return merged;
  return { ...merged, 'idempotency-key': checkedIdempotencyKey(idempotencyKey) };
}

function checkedIdempotencyKey(key: string): string {
  // HTTP drops the spaces around a header, so that it could be empty, or equal to another key.
  if (headerValue('idempotencyKey', key).trim() === key && key !== '') return key;
  throw new InvalidRequestError('idempotencyKey must not be empty, and must not begin or end with a space.');
}

/**
 * The JSON value of a body, copied, because the caller may change it while the call waits.
 *
 * @param secrets The values of its secret fields are added to it.
 */
function snapshot(method: HttpMethod, body: unknown, secrets: unknown[]): unknown {
  if (method === 'GET') throw new InvalidRequestError('A GET has no body: pass its parameters as query.');
  // A class from the runtime, such as FormData or Map, would lose its contents as JSON.
  if (!Array.isArray(body) && Object.prototype.toString.call(body) !== '[object Object]') {
    throw new InvalidRequestError('The body must be an object or an array that can be sent as JSON.');
  }
  try {
    return JSON.parse(JSON.stringify(body), (name, value: unknown) => {
      // The name of its own field is no secret, and errors need it.
      if (secretName.test(name) && value !== name) secrets.push(...leaves(value));
      return value;
    });
  } catch {
    throw new InvalidRequestError('The body must be serializable as JSON, without cycles or bigints.');
  }
}

function leaves(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [value];
}
