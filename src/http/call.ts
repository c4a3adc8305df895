import { secretName, type SecretFields } from '../auth/redaction.ts';
import { InvalidRequestError, type RequestTarget } from '../errors/index.ts';
import { CallPriority } from '../rate-limit/priority.ts';
import { abortSignal, checkSchema, kindOf, oneOf, plainObject, throwInvalid } from '../utils/arguments.ts';
import { headerValue, mergeHeaders } from '../utils/headers.ts';
import { isRecord } from '../utils/json.ts';
import { replaceOptions, type ResolvedOptions } from './client-options.ts';
import type { HttpMethod, InternalOptions } from './request-options.ts';
import { expandRoute, queryOf, redactedPath } from './url.ts';

/** A validated call: what each attempt sends, and the options that apply. */
export interface Call extends RequestTarget, SecretFields {
  /** The full URL. `path`, in contrast, is safe to show: secret parameters are redacted. */
  readonly url: string;
  /** True if sending it twice has the same effect as sending it once. */
  readonly isIdempotent: boolean;
  /** Schema of the body of a success. */
  readonly schema: InternalOptions<unknown>['schema'];
  /** Returns true if a body can be used although it differs from the schema. */
  readonly isUsable: InternalOptions<unknown>['isUsable'];
  readonly responseValidation: 'warn' | 'throw' | 'off';
  /** The caller's signal, and the signal that cancels a prefetched page. */
  readonly signals: readonly AbortSignal[];
  /** Default: normal. */
  readonly priority: CallPriority | undefined;
  /** The client's options, overridden by those of the call. */
  readonly options: ResolvedOptions;
}

const methods: readonly HttpMethod[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** @throws {InvalidRequestError} when a parameter or an option is wrong. */
export function resolveCall(
  method: HttpMethod,
  route: string,
  given: InternalOptions<unknown>,
  client: ResolvedOptions,
): Call {
  const { params = {}, query, signal, prefetchSignal, headers, idempotencyKey, schema, isUsable } = given;
  const options = replaceOptions(client, given);
  if (given.isSchemaOfCaller) checkSchema(schema);
  oneOf('method', method, methods);
  const path = expandRoute(route, plainObject('params', params));
  const secretNames = Object.keys(params).filter((name) => secretName.test(name));
  const search = query === undefined ? '' : queryOf(plainObject('query', query));
  const signals = [signal, prefetchSignal].filter((each) => each !== undefined);
  for (const each of signals) abortSignal('signal', each);
  const merged = headers === undefined ? options.headers : mergeHeaders(options.headers, 'headers', headers);
  return {
    method,
    url: options.baseUrl + path + search,
    path: secretNames.length === 0 ? path : redactedPath(route, params),
    route,
    secretParams: secretNames.flatMap((name) => params[name] ?? []),
    query: search,
    headers:
      idempotencyKey === undefined ? merged : { ...merged, 'idempotency-key': checkedIdempotencyKey(idempotencyKey) },
    body: 'body' in given ? jsonOf(method, given.body) : undefined,
    // By RFC 9110, section 9.2.2, or with a key that the API supports.
    isIdempotent:
      (method !== 'POST' && method !== 'PATCH') || (idempotencyKey !== undefined && options.apiSupportsIdempotencyKeys),
    schema,
    isUsable,
    // The caller's own schema determines the type of the value, so a value of another type must not pass.
    responseValidation: options.responseValidation ?? (given.isSchemaOfCaller ? 'throw' : 'warn'),
    signals,
    // A background client prefetches in the background, too.
    priority: options.priority === 'background' ? new CallPriority('background') : given.prefetchPriority,
    options,
  };
}

function checkedIdempotencyKey(key: string): string {
  // HTTP drops spaces around a header value: the key could end up empty or equal to another one.
  if (headerValue('idempotencyKey', key).trim() === key && key !== '') return key;
  throw new InvalidRequestError('idempotencyKey must not be empty, and must not begin or end with a space.');
}

/** Serializes the body. Done at once, because the caller may change the object while the call waits. */
function jsonOf(method: HttpMethod, body: unknown): string {
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
  const hasContents = json !== '{}' || kindOf(body) === 'Object' || (isRecord(body) && 'toJSON' in body);
  // `json` is undefined if toJSON() returns undefined.
  if (!/^[[{]/.test(json) || !hasContents || ArrayBuffer.isView(body)) {
    throwInvalid('an object or an array, which is sent as JSON', 'The body', body, true);
  }
  return json;
}
