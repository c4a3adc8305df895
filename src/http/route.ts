import { InvalidRequestError } from '../errors/index.ts';
import { shown } from '../utils/options.ts';

/**
 * Fills in a route's `{names}`. Each value becomes exactly one path segment, so that no id can reach another route.
 *
 * @throws {InvalidRequestError} when the route is no path or lacks a name that has a value, or a value cannot be one path
 *   segment.
 */
export function expandRoute(route: string, params: Readonly<Record<string, string>> = {}): string {
  // `..`, whose dots may be percent-encoded, would leave the base URL.
  if (typeof route !== 'string' || !/^\/(?!\/)[^?#\\\s]*$/.test(route) || /\/(\.|%2e){1,2}(\/|$)/i.test(route)) {
    throw new InvalidRequestError(
      "path must start with one '/', without '.' or '..' as a segment. Pass its query as query.",
    );
  }
  const path = route.replace(/\{([^}]*)\}/g, (_, name: string) => encodeSegment(name, params[name]));
  for (const name in params) {
    if (params[name] !== undefined && !route.includes(`{${name}}`))
      throw new InvalidRequestError(`params.${shown(name)} is not used: path has no {${shown(name)}}.`);
  }
  return path;
}

function encodeSegment(name: string, value: string | undefined): string {
  // eslint-disable-next-line no-control-regex -- the point is to find control characters
  if (typeof value === 'string' && /^(?!\.{0,2}$)[^/\\\u0000-\u001f\u007f]*$/.test(value) && value.isWellFormed()) {
    return encodeURIComponent(value);
  }
  throw new InvalidRequestError(
    `${name} must be a non-empty string without slashes or control characters, and not '.' or '..'.`,
  );
}
