import { headerValue, mergeHeaders, milliseconds, wholeNumber } from '../utils/arguments.ts';
import { InvalidRequestError, type RequestTarget } from '../errors/index.ts';
import type { ResolvedOptions } from './client-options.ts';
import type { InternalRequestOptions, RequestSpec } from './request-options.ts';
import { isRecord } from './response.ts';
import { expandRoute, queryString } from './route.ts';

/** One call, its options resolved and checked: what every attempt of it sends, and within which bounds. */
export interface Call extends RequestTarget {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Values that must not be handed out. */
  readonly secrets: readonly unknown[];
  /** Sending it twice has the same effect as once. */
  readonly repeatable: boolean;
  readonly timeout: number;
  readonly totalTimeout: number;
  readonly maxRetries: number;
}

/** @throws InvalidRequestError */
export function openCall(spec: RequestSpec<unknown>, options: InternalRequestOptions, client: ResolvedOptions): Call {
  const { method, route, params, query, body, secretFields = [] } = spec;
  const path = expandRoute(route, params);
  const { idempotencyKey, signal } = options;
  // Not instanceof: a signal may come from another realm.
  if (signal !== undefined && typeof (signal as AbortSignal | null)?.addEventListener !== 'function') {
    throw new InvalidRequestError('signal must be an AbortSignal.');
  }
  const headers: Record<string, string> = {
    ...(options.headers ? mergeHeaders(client.headers, 'headers', options.headers) : client.headers),
  };
  if (method === 'POST') headers['content-type'] = 'application/json';
  if (idempotencyKey !== undefined) headers['idempotency-key'] = checkedIdempotencyKey(idempotencyKey);

  return {
    method,
    path,
    url: client.baseUrl + path + queryString(query),
    headers,
    body: method === 'POST' ? encodeBody(body) : undefined,
    secrets: isRecord(body) ? secretFields.map((field) => body[field]) : [],
    repeatable: method === 'GET' || idempotencyKey !== undefined,
    timeout: milliseconds('timeout', options.timeout ?? client.timeout),
    totalTimeout: milliseconds('totalTimeout', options.totalTimeout ?? client.totalTimeout),
    maxRetries: wholeNumber('maxRetries', options.maxRetries ?? client.maxRetries, 0),
  };
}

function checkedIdempotencyKey(key: string): string {
  if (key !== '') return headerValue('idempotencyKey', key);
  throw new InvalidRequestError('idempotencyKey must not be empty.');
}

function encodeBody(body: unknown): string {
  if (!isRecord(body)) throw new InvalidRequestError('The parameters must be an object.');
  try {
    return JSON.stringify(body);
  } catch {
    throw new InvalidRequestError('The parameters must be values that JSON can hold, without cycles or bigints.');
  }
}
