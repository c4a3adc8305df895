import { Redactor, type Redactable } from '../utils/redaction.ts';
import { InvalidRequestError, type RequestTarget } from '../errors/index.ts';
import { CallPriority, type LimitedCall } from '../rate-limit/limited-call.ts';
import type { Limiter } from '../rate-limit/limiter.ts';
import type { Outage } from '../rate-limit/outage.ts';
import {
  abortSignal,
  checkParameters,
  checkSchema,
  oneOf,
  plainObject,
  readOptions,
  throwInvalid,
} from '../utils/arguments.ts';
import { headerValue, mergeHeaders } from '../utils/headers.ts';
import { kindOf } from '../utils/values.ts';
import type { APIPromise } from './api-promise.ts';
import { expandRoute, queryString } from './route.ts';
import {
  endpointOptionNames,
  replaceOptions,
  requestOptionNames,
  type EndpointOptions,
  type HttpMethod,
  type RequestOptions,
  type ResolvedOptions,
} from './options.ts';

/** A request for a page ahead: how to cancel it, and how urgent it is, which can change while it waits. */
export interface PrefetchedRequest {
  readonly signal: AbortSignal;
  readonly priority: CallPriority;
}

/** The options of one call, including those that only the SDK sets. */
export interface InternalOptions<T> extends EndpointOptions<T> {
  prefetched?: PrefetchedRequest | undefined;
  /** True if the schema, or that of a list's items, is the caller's. */
  isSchemaOfCaller?: boolean | undefined;
  /** Returns true if a body can be used although it differs from the schema. Default: any object or array can. */
  acceptsBody?: ((body: unknown) => boolean) | undefined;
}

/** The interface that resources use to make calls. */
export interface Requester {
  /**
   * @param route The path as the API reference writes it, such as `/users/{id}`.
   * @param endpoint The options that the SDK sets. They take precedence over the caller's.
   * @param options The caller's options.
   */
  request<T>(method: HttpMethod, route: string, endpoint: InternalOptions<T>, options?: RequestOptions): APIPromise<T>;
}

/** A validated call: what each attempt sends, the options that apply, and what has happened so far. */
export interface Call extends Redactable, LimitedCall {
  readonly method: HttpMethod;
  /** The full URL. In `path` and `route`, secrets are redacted. */
  readonly url: string;
  /** True if sending it twice has the same effect as sending it once. */
  readonly isIdempotent: boolean;
  /** Schema of the body of a success. */
  readonly schema: InternalOptions<unknown>['schema'];
  /** Returns true if a body can be used although it differs from the schema. */
  readonly acceptsBody: InternalOptions<unknown>['acceptsBody'];
  readonly responseValidation: 'warn' | 'throw' | 'off';
  /** The caller's signal, and the signal that cancels a prefetched page. */
  readonly signals: readonly AbortSignal[];
  /** The client's options, overridden by those of the call. */
  readonly options: ResolvedOptions;
  /** The limiter of its token. */
  limiter: Limiter | undefined;
  /** The outage that counts this call as in progress. */
  outage: Outage | undefined;
  /** The attempt that was sent last; 0 if none was. */
  attempt: number;
  /** The response to that attempt, once its headers have arrived. */
  response: Response | undefined;
  /** When the attempt in flight was sent. */
  sentAt: number | undefined;
  wasSent: boolean;
  /** True if it is no GET, and an attempt was sent that no response has rejected. */
  mayHaveTakenEffect: boolean;
  /** True once the token function was asked for another token after a 401. */
  hasAskedForToken: boolean;
}

/** Shared, because a million calls may wait. */
const none: readonly string[] = [];

const methods: readonly HttpMethod[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * Validates a call, with all of its fields: an object that gets some later takes three times the memory.
 *
 * @param endpoint The options that the SDK sets. They take precedence over the caller's.
 * @param isGeneric True for `client.request`, whose options include the parameters.
 * @throws {InvalidRequestError} when a parameter or an option is wrong.
 */
export function resolveCall(
  method: HttpMethod,
  route: string,
  endpoint: InternalOptions<unknown>,
  client: ResolvedOptions,
  callerOptions: EndpointOptions | undefined,
  isGeneric = false,
): Call {
  const names = isGeneric ? endpointOptionNames : requestOptionNames;
  const read = readOptions('options', callerOptions, names);
  const given: InternalOptions<unknown> = { ...read, isSchemaOfCaller: read.schema !== undefined, ...endpoint };
  const { params, query, signal, prefetched, idempotencyKey, schema, acceptsBody } = given;
  if ('body' in endpoint) checkParameters(endpoint.body, names);
  const options = callerOptions === undefined ? client : replaceOptions(client, given);
  if (isGeneric) checkEndpoint(method, given);
  const { path, shownPath, secretParams } = expandRoute(route, params);
  const signals = [signal, prefetched?.signal].filter((each) => each !== undefined);
  for (const each of signals) abortSignal('signal', each);
  const hasSupportedKey = idempotencyKey !== undefined && options.apiSupportsIdempotencyKeys;
  const search = query === undefined ? '' : queryString(query);
  return {
    method,
    url: options.baseUrl + path + search,
    path: shownPath,
    route,
    secretParams,
    query: search,
    headers: headersOf(options, given),
    body: 'body' in given ? serialize(method, given.body) : undefined,
    // By RFC 9110, section 9.2.2, or with a key that the API supports.
    isIdempotent: hasSupportedKey || !['POST', 'PATCH'].includes(method),
    schema,
    acceptsBody,
    // The caller's own schema determines the type of the value, so a value of another type must not pass.
    responseValidation: options.responseValidation ?? (given.isSchemaOfCaller ? 'throw' : 'warn'),
    signals,
    // A background client prefetches in the background, too.
    priority: options.priority === 'background' ? new CallPriority('background') : prefetched?.priority,
    options,
    token: undefined,
    earlierTokens: none,
    limiter: undefined,
    maxWait: options.rateLimit ? options.rateLimit.maxWait : undefined,
    outageWait: options.outageWait,
    attempt: 0,
    response: undefined,
    sentAt: undefined,
    wasSent: false,
    mayHaveTakenEffect: false,
    hasAskedForToken: false,
    redactor: undefined,
    cancellation: undefined,
    endsAt: undefined,
    observer: undefined,
    onWait: undefined,
    waitingSince: undefined,
    restUntil: undefined,
    isCountedRetry: false,
    lastError: undefined,
    outage: undefined,
    position: undefined,
    refusals: undefined,
    failedInOutage: undefined,
    heldByOutage: undefined,
    heldBefore: undefined,
  };
}

/** Checks what `client.request` takes, and methods of a resource don't. */
function checkEndpoint(
  method: HttpMethod,
  { params, query, schema, isSchemaOfCaller }: InternalOptions<unknown>,
): void {
  oneOf('method', method, methods);
  if (params !== undefined) plainObject('params', params);
  if (query !== undefined) plainObject('query', query);
  if (isSchemaOfCaller) checkSchema(schema);
}

function headersOf(options: ResolvedOptions, { headers, idempotencyKey }: InternalOptions<unknown>): Call['headers'] {
  const merged = headers === undefined ? options.headers : mergeHeaders(options.headers, 'headers', headers);
  if (idempotencyKey === undefined) return merged;
  return { ...merged, 'idempotency-key': checkedIdempotencyKey(idempotencyKey) };
}

/** Gives a call the token of its next attempt, and remembers those before, so that nothing shows one. */
export function useToken(call: Call, token: string | undefined): void {
  if (token === undefined || token === call.token) return;
  if (call.token !== undefined) call.earlierTokens = [...call.earlierTokens, call.token];
  call.token = token;
  call.redactor = undefined;
  Object.assign(call, hideToken(call, token));
}

/** Hides a token in a path that is shown, in case it was passed as an id by mistake. */
export function hideToken({ method, path, route }: RequestTarget, token = ''): RequestTarget {
  if (token === '' || (!path.includes(token) && !path.includes(encodeURIComponent(token))))
    return { method, path, route };
  const redactor = new Redactor(() => [token]);
  return { method, path: redactor.redact(path), route: redactor.redact(route) };
}

function checkedIdempotencyKey(key: string): string {
  // HTTP drops spaces around a header value: the key could end up empty or equal to another one.
  if (headerValue('idempotencyKey', key).trim() === key && key !== '') return key;
  throw new InvalidRequestError('idempotencyKey must not be empty, and must not begin or end with a space.');
}

/** Serializes the body. Done at once, because the caller may change the object while the call waits. */
function serialize(method: HttpMethod, body: unknown): string {
  if (method === 'GET') throw new InvalidRequestError('A GET has no body: pass its parameters as query.');
  let json: string;
  try {
    json = JSON.stringify(body);
  } catch (cause) {
    const problem =
      cause instanceof RangeError ? 'nested less deeply' : 'serializable as JSON, without cycles or bigints';
    throw new InvalidRequestError(`The body must be ${problem}.`, { cause });
  }
  // Built-in classes such as FormData and Map serialize to `{}` and lose their contents.
  const hasContents = json !== '{}' || kindOf(body) === 'Object';
  // `json` is undefined if toJSON() returns undefined.
  if (!/^[[{]/.test(json) || !hasContents || ArrayBuffer.isView(body)) {
    throwInvalid('an object or an array, which is sent as JSON', 'The body', body, true);
  }
  return json;
}
