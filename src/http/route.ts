import { InvalidRequestError } from '../errors/index.ts';

/**
 * Fills in a route's `{names}`. Each value becomes exactly one path segment, so that no id can reach another route.
 *
 * @throws {InvalidRequestError} when a value cannot be one path segment.
 */
export function expandRoute(route: string, params: Readonly<Record<string, string>> = {}): string {
  let path = route;
  for (const [name, value] of Object.entries(params)) path = path.replace(`{${name}}`, encodeSegment(name, value));
  return path;
}

function encodeSegment(name: string, value: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (typeof value !== 'string' || !/^(?!\.{0,2}$)[^/\\\u0000-\u001f\u007f]*$/.test(value) || !value.isWellFormed()) {
    throw new InvalidRequestError(
      `${name} must be a non-empty string without slashes or control characters, and not '.' or '..'.`,
    );
  }
  return encodeURIComponent(value);
}
