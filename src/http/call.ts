import { secretName, type SecretFields } from '../auth/redaction.ts';
import { InvalidRequestError, type RequestTarget } from '../errors/index.ts';
import { CallPriority } from '../rate-limit/priority.ts';
import { abortSignal, checkSchema, kindOf, oneOf, plainObject, safeName, throwInvalid } from '../utils/arguments.ts';
import { headerValue, mergeHeaders } from '../utils/headers.ts';
import { isRecord } from '../utils/json.ts';
import { replaceOptions, type ResolvedOptions } from './client-options.ts';
import type { HttpMethod, InternalOptions, QueryValue } from './request-options.ts';

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

/** The path without the values of parameters whose names say that they are secret. */
export function redactedPath(route: string, params: Readonly<Record<string, string>> = {}): string {
  return expandRoute(
    route,
    params,
    Object.keys(params).filter((name) => secretName.test(name)),
  );
}

/**
 * Fills in a route's `{names}`. Each value becomes exactly one path segment: no id can reach another route.
 *
 * @param hidden Names whose values are not to be shown.
 * @throws {InvalidRequestError} when the route is no path or lacks a name that has a value, or a value cannot be one
 *   path segment.
 */
function expandRoute(route: string, params: Readonly<Record<string, string>>, hidden: readonly string[] = []): string {
  // `..` would leave the base URL, also with percent-encoded dots, and with control characters that URLs drop between
  // the dots.
  // oxlint-disable-next-line no-control-regex -- the point is to find control characters
  const isPath = typeof route === 'string' && /^\/(?!\/)[^?#\\\s\u0000-\u001f\u007f]*$/.test(route);
  if (!isPath || /\/(\.|%2e){1,2}(\/|$)/i.test(route)) throwWrongPath(route);
  const path = route.replace(/\{([^{}]*)\}/g, (_, name: string) =>
    hidden.includes(name) ? '[redacted]' : encodeSegment(name, params),
  );
  for (const name in params) {
    if (params[name] !== undefined && !route.includes(`{${name}}`))
      throw new InvalidRequestError(`params.${safeName(name)} is not used: path has no {${safeName(name)}}.`);
  }
  return path;
}

/** Says what to write. The message repeats the path without what may be a secret. */
function throwWrongPath(route: unknown): never {
  const [path = '', query] = typeof route === 'string' ? route.split(/\?([^]*)/) : [];
  const given = path.replace(/[^/]+/g, (segment) => (/^[\w:.{}-]{1,19}$/.test(segment) ? segment : '…'));
  const problem = (text: string) =>
    new InvalidRequestError(`${text}; got '${given}${query === undefined ? '' : '?…'}'.`);
  if (/^https?:\//.test(path)) throw problem("path must be what follows baseUrl, such as '/users'");
  if (query !== undefined) throw problem(`path must not have a query: pass it as { query: { ${nameIn(query)}: … } }`);
  return throwInvalid("relative to baseUrl, such as '/users', without '..' or a query", 'path', route);
}

/** The first name in a query. */
function nameIn(query: string): string {
  return safeName(query.split(/[=&]/, 1)[0] ?? '');
}

function encodeSegment(name: string, params: Readonly<Record<string, string>>): string {
  const shownName = safeName(name);
  if (!(name in params)) throw new InvalidRequestError(`params.${shownName} is missing: path has {${shownName}}.`);
  const value = params[name];
  // oxlint-disable-next-line no-control-regex -- the point is to find control characters
  const isSegment = typeof value === 'string' && /^(?!\.{0,2}$)[^/\\\u0000-\u001f\u007f]*$/.test(value);
  // Half a surrogate pair can't be encoded, and not every runtime has `isWellFormed`.
  if (isSegment && !/\p{Surrogate}/u.test(value)) return encodeURIComponent(value);
  const expected = "a non-empty string without slashes or control characters, and not '.' or '..'";
  return throwInvalid(expected, shownName, value, false, shownName);
}

/**
 * The query of a URL, such as `?page=2`; empty if there are no parameters. A list repeats its parameter, and
 * `undefined` leaves it out.
 *
 * @throws {InvalidRequestError} when a value is none that a query can hold.
 */
export function queryOf(parameters: Readonly<Record<string, QueryValue | readonly QueryValue[]>>): string {
  const query = new URLSearchParams();
  for (const [name, given] of Object.entries(parameters)) {
    // A list, or a list of one.
    for (const value of [given].flat()) {
      if (value === undefined) continue;
      if (typeof value !== 'string' && typeof value !== 'boolean' && !Number.isFinite(value)) {
        const shownName = safeName(name);
        const expected = 'a string, a number, a boolean or a list of these';
        throwInvalid(expected, `query.${shownName}`, value, false, shownName);
      }
      query.append(name, String(value));
    }
  }
  const text = query.toString();
  return text && `?${text}`;
}
