import { apiRoutes } from '../resources/index.ts';

/** A path, with or without `/v1`, after a method or alone. */
const routePattern = /^(?:(?<method>[A-Z]+) )?(?:\/v1(?=\/))?(?<path>(?:\/(?:[\w.%-]+|\{\w+\}|\*))+)$/;

/**
 * Whether a request belongs to a route, such as `POST /users` or `/users/{id}`. A `*` at the end stands for any rest.
 *
 * @param path Path below the base URL, such as `/users/user_123`.
 */
export function isOfRoute(route: string, method: string, path: string): boolean {
  const { method: only, path: template } = routePattern.exec(route)?.groups ?? {};
  if (template === undefined || (only !== undefined && only !== method)) return false;
  const [parts, segments] = [template.split('/'), path.split('/')];
  const isRest = parts.at(-1) === '*';
  return (
    (isRest ? segments.length >= parts.length : segments.length === parts.length) &&
    parts.every((part, index) => isParameter(part) || isParameter(segments[index]) || part === segments[index])
  );
}

/** Whether a request of the documented API can belong to a route. */
export function isPossibleRoute(route: string): boolean {
  return apiRoutes.some(({ method, path }) =>
    [method, ...(method === 'GET' ? ['HEAD'] : [])].some((name) => isOfRoute(route, name, path)),
  );
}

/** A request's path has no braces, because URLs encode them, but a documented route's path has. */
function isParameter(segment: string | undefined): boolean {
  return segment === '*' || segment?.startsWith('{') === true;
}
