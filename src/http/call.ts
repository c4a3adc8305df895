import { InvalidRequestError, type RequestTarget } from '../errors/index.ts';
import { CallPriority, checkedPriority, type Priority } from '../rate-limit/priority.ts';
import { headerValue, mergeHeaders, milliseconds, wholeNumber } from '../utils/arguments.ts';
import { isRecord } from '../utils/json.ts';
import type { ResolvedOptions } from './client-options.ts';
import type { InternalRequestOptions, RequestSpec } from './request-options.ts';
import { expandRoute } from './route.ts';

/** One call with its options resolved and checked: what each attempt sends, and its limits. */
export interface Call extends RequestTarget {
  readonly baseUrl: string;
  readonly query: Readonly<Record<string, string | number | undefined>> | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** A JSON value. */
  readonly body: unknown;
  /** Values that must not appear in errors, events or log lines. */
  readonly secrets: readonly unknown[];
  /** Whether sending it twice has the same effect as once. */
  readonly repeatable: boolean;
  readonly timeout: number;
  readonly totalTimeout: number;
  readonly maxRetries: number;
  /** Default: normal. */
  readonly priority: CallPriority | undefined;
}

/** @throws {InvalidRequestError} when a parameter or an option is wrong. */
export function openCall(spec: RequestSpec<unknown>, options: InternalRequestOptions, client: ResolvedOptions): Call {
  const { method, route, params, query, body, secretFields = [] } = spec;
  const path = expandRoute(route, params);
  const { signal } = options;
  // Not instanceof: a signal may come from another realm.
  if (signal !== undefined && typeof (signal as AbortSignal | null)?.addEventListener !== 'function') {
    throw new InvalidRequestError('signal must be an AbortSignal.');
  }
  return {
    method,
    path,
    route,
    baseUrl: client.baseUrl,
    query,
    headers: headersOf(options, client),
    body: method === 'POST' ? snapshot(body) : undefined,
    secrets: isRecord(body) ? secretFields.map((field) => body[field]) : [],
    repeatable: method === 'GET' || options.idempotencyKey !== undefined,
    timeout: milliseconds('timeout', options.timeout ?? client.timeout),
    totalTimeout: milliseconds('totalTimeout', options.totalTimeout ?? client.totalTimeout),
    maxRetries: wholeNumber('maxRetries', options.maxRetries ?? client.maxRetries, 0),
    priority: priorityOf(options.priority ?? client.priority, client),
  };
}

function priorityOf(priority: Priority | CallPriority, client: ResolvedOptions): CallPriority | undefined {
  // A page requested ahead rises no higher than the other calls of its client.
  if (priority instanceof CallPriority)
    return client.priority === 'background' ? new CallPriority('background') : priority;
  return checkedPriority(priority) === 'background' ? new CallPriority('background') : undefined;
}

function headersOf({ headers, idempotencyKey }: InternalRequestOptions, client: ResolvedOptions): Call['headers'] {
  const merged = headers ? mergeHeaders(client.headers, 'headers', headers) : client.headers;
  if (idempotencyKey === undefined) return merged;
  return { ...merged, 'idempotency-key': checkedIdempotencyKey(idempotencyKey) };
}

function checkedIdempotencyKey(key: string): string {
  if (key !== '') return headerValue('idempotencyKey', key);
  throw new InvalidRequestError('idempotencyKey must not be empty.');
}

/** The JSON value of the parameters, copied, because the caller may change them while the call waits. */
function snapshot(params: unknown): unknown {
  if (!isRecord(params)) throw new InvalidRequestError('The parameters must be an object.');
  try {
    return JSON.parse(JSON.stringify(params));
  } catch {
    throw new InvalidRequestError('The parameters must be serializable as JSON, without cycles or bigints.');
  }
}
