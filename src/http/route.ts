import { InvalidRequestError } from '../errors/index.ts';
import { secretName } from '../utils/redaction.ts';
import { safeName, throwInvalid } from '../utils/arguments.ts';
import type { QueryValue } from './options.ts';

/** A route with its `{names}` filled in. */
interface ExpandedRoute {
  readonly path: string;
  /** The path with the values of secret parameters redacted. */
  readonly shownPath: string;
  readonly secretParams: readonly string[];
}

/**
 * Fills in a route's `{names}`. Each value becomes exactly one path segment, so no id can reach another route.
 *
 * @throws {InvalidRequestError} when the route is not a path, or a value is missing, unused or not one path segment.
 */
export function expandRoute(route: string, params: Readonly<Record<string, string>> = {}): ExpandedRoute {
  // `..` would leave the base URL. So would percent-encoded dots, and dots with control characters, which URLs drop.
  // oxlint-disable-next-line no-control-regex -- the point is to find control characters
  const isPath = typeof route === 'string' && /^\/(?!\/)[^?#\\\s\u0000-\u001f\u007f]*$/.test(route);
  if (!isPath || /\/(\.|%2e){1,2}(\/|$)/i.test(route))
    throwInvalid("relative to baseUrl, such as '/users', without '..' or a query (pass { query: … })", 'path', route);
  const secretParams: string[] = [];
  const path = route.replace(/\{([^{}]*)\}/g, (_, name: string) => encodeSegment(name, params));
  for (const name in params) {
    if (params[name] === undefined) continue;
    if (!route.includes(`{${name}}`))
      throw new InvalidRequestError(`params.${safeName(name)} is not used: path has no {${safeName(name)}}.`);
    if (secretName.test(name)) secretParams.push(params[name]);
  }
  const show = (_: string, name: string) => (secretName.test(name) ? '[redacted]' : encodeSegment(name, params));
  return { path, shownPath: secretParams.length === 0 ? path : route.replace(/\{([^{}]*)\}/g, show), secretParams };
}

function encodeSegment(name: string, params: Readonly<Record<string, string>>): string {
  if (!(name in params))
    throw new InvalidRequestError(`params.${safeName(name)} is missing: path has {${safeName(name)}}.`);
  const value = params[name];
  // oxlint-disable-next-line no-control-regex -- the point is to find control characters
  const isSegment = typeof value === 'string' && /^(?!\.{0,2}$)[^/\\\u0000-\u001f\u007f]*$/.test(value);
  // A lone surrogate can't be encoded. `isWellFormed` doesn't exist in every runtime.
  if (isSegment && !/\p{Surrogate}/u.test(value)) return encodeURIComponent(value);
  const expected = "a non-empty string without slashes or control characters, and not '.' or '..'";
  return throwInvalid(expected, safeName(name), value, false, safeName(name));
}

/**
 * Writes the query of a URL, such as `?page=2`; empty if there are no parameters. An array repeats its parameter, and
 * `undefined` leaves it out.
 *
 * @throws {InvalidRequestError} when a value can't be sent in a query.
 */
export function queryString(parameters: Readonly<Record<string, QueryValue | readonly QueryValue[]>>): string {
  const query = new URLSearchParams();
  for (const [name, given] of Object.entries(parameters)) {
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
