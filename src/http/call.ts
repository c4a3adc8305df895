import { secretName, type SecretFields } from '../auth/redaction.ts';
import { InvalidRequestError, type RequestTarget } from '../errors/index.ts';
import { CallPriority } from '../rate-limit/priority.ts';
import { abortSignal, checkSchema, kindOf, oneOf, plainObject, throwInvalid } from '../utils/arguments.ts';
import { headerValue, mergeHeaders } from '../utils/headers.ts';
import { isRecord } from '../utils/json.ts';
import { replaceOptions, type ResolvedOptions } from './client-options.ts';
import type { HttpMethod, InternalOptions } from './request-options.ts';
import { expandRoute, queryOf } from './url.ts';

/** One call, checked: what each attempt sends, and its limits. */
export interface Call extends RequestTarget, SecretFields {
  /** Where it is sent. `path` is shown, so it lacks the values of secret parameters. */
  readonly url: string;
  /** Whether sending it twice has the same effect as once. */
  readonly isIdempotent: boolean;
  /** The documented body of a success. */
  readonly schema: InternalOptions<unknown>['schema'];
  /** Whether a body that differs from the schema can be used. */
  readonly isUsable: InternalOptions<unknown>['isUsable'];
  readonly responseValidation: 'warn' | 'throw' | 'off';
  /** The caller's signal, and the signal that cancels a page which is requested ahead. */
  readonly signals: readonly AbortSignal[];
  /** Default: normal. */
  readonly priority: CallPriority | undefined;
  /** The client's options, with those of the call in their place. */
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
    path: secretNames.length === 0 ? path : expandRoute(route, params, secretNames),
    route,
    secretParams: secretNames.flatMap((name) => params[name] ?? []),
    query: search,
    headers:
      idempotencyKey === undefined ? merged : { ...merged, 'idempotency-key': checkedIdempotencyKey(idempotencyKey) },
    body: 'body' in given ? jsonOf(method, given.body) : undefined,
    // Idempotent by RFC 9110, 9.2.2, or because the caller says so.
    isIdempotent:
      (method !== 'POST' && method !== 'PATCH') || (idempotencyKey !== undefined && options.apiSupportsIdempotencyKeys),
    schema,
    isUsable,
    // With a schema of the caller's, the value must have the type that the schema promises.
    responseValidation: options.responseValidation ?? (given.isSchemaOfCaller ? 'throw' : 'warn'),
    signals,
    // A page that is requested ahead stays in the background if its client does.
    priority: options.priority === 'background' ? new CallPriority('background') : given.prefetchPriority,
    options,
  };
}

function checkedIdempotencyKey(key: string): string {
  // HTTP drops the spaces around a header: the key could be empty, or equal to another one.
  if (headerValue('idempotencyKey', key).trim() === key && key !== '') return key;
  throw new InvalidRequestError('idempotencyKey must not be empty, and must not begin or end with a space.');
}

/** The body as JSON, written now because the caller may change it while the call waits. */
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
  // A class from the runtime, such as FormData or Map, would lose its contents.
  const hasContents = json !== '{}' || kindOf(body) === 'Object' || (isRecord(body) && 'toJSON' in body);
  // If toJSON returns nothing, `json` is undefined.
  if (!/^[[{]/.test(json) || !hasContents || ArrayBuffer.isView(body)) {
    throwInvalid('an object or an array, which is sent as JSON', 'The body', body, true);
  }
  return json;
}
