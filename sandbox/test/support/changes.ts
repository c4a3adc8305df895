import type { Context, MiddlewareHandler } from 'hono';

/** One thing that a server does differently. */
export type Change = MiddlewareHandler;

/** JSON that a change may alter. */
export type Json = Record<string, any>; // oxlint-disable-line typescript/no-explicit-any -- of any server

export const createUser = 'POST /users';
export const getUser = 'GET /users/{id}';
export const listProjects = 'GET /projects';

/** The documented route of a request. */
export function routeOf({ req }: Context): string {
  const path = req.path.replace(/^\/v1/, '').replace(/^\/users\/.+$/, '/users/{id}');
  return `${req.method} ${path}`;
}

/** Whether a response is of a route: a documented one, `*` for all. */
const concerns = (context: Context, route: string) => route === '*' || routeOf(context) === route;

/** Replaces a response. Headers that are not given stay. */
export function replace(context: Context, body: BodyInit | null, init: { status?: number; type?: string | null } = {}) {
  const { status = context.res.status, type } = init;
  const headers = new Headers(context.res.headers);
  if (type === null) headers.delete('Content-Type');
  else if (type !== undefined) headers.set('Content-Type', type);
  // hono would merge the headers of both.
  context.res = undefined;
  context.res = new Response(body, { status, headers });
  // A response without a body has no type of its own, and one with a text gets one.
  if (type === null) context.res.headers.delete('Content-Type');
}

/** Changes what a response is, when `applies`. */
export function after(
  applies: (context: Context) => boolean,
  change: (context: Context) => void | Promise<void>,
): Change {
  return async (context, next) => {
    await next();
    if (applies(context)) await change(context);
  };
}

/** Changes the JSON of successful responses of a route. */
export function json(route: string, change: (body: Json, context: Context) => unknown): Change {
  return after(
    (context) => concerns(context, route) && context.res.ok && context.res.status !== 204,
    async (context) => replace(context, JSON.stringify(await change((await context.res.json()) as Json, context))),
  );
}

/** Changes the JSON of error responses with a status, or of all. */
export function errors(status: number | '*', change: (body: Json, context: Context) => unknown): Change {
  return after(
    ({ res }) => (status === '*' ? res.status >= 400 : res.status === status),
    async (context) => replace(context, JSON.stringify(await change((await context.res.json()) as Json, context))),
  );
}

/** Sets or removes a field of an object in the JSON: `data.0.id`. */
export function field(path: string, value: unknown) {
  return (body: Json): Json => {
    const names = path.split('.');
    const last = names.pop() ?? '';
    const owner = names.reduce<Json>((object, name) => object[name] as Json, body);
    if (value === undefined)
      delete owner[last]; // oxlint-disable-line typescript/no-dynamic-delete
    else owner[last] = typeof value === 'function' ? (value as (old: unknown) => unknown)(owner[last]) : value;
    return body;
  };
}

/** Changes a field of each project in a list. */
export function eachProject(name: string, value: unknown) {
  return (body: Json): Json => {
    for (const project of body['data'] as Json[]) field(name, value)(project);
    return body;
  };
}

/** Responds with another status to a route where the response is of class `from`. */
export function status(route: string, from: (status: number) => boolean, to: number): Change {
  return after(
    (context) => concerns(context, route) && from(context.res.status),
    async (context) => {
      const bodiless = [204, 304].includes(to);
      replace(context, bodiless ? null : await context.res.text(), { status: to });
    },
  );
}

/** Sets or removes a header of responses. */
export function header(name: string, value: string | null | ((old: string) => string), route = '*'): Change {
  return after(
    (context) => concerns(context, route),
    ({ res }) => {
      const old = res.headers.get(name);
      if (value === null || old === null) res.headers.delete(name);
      else res.headers.set(name, typeof value === 'string' ? value : value(old));
    },
  );
}

/** Forwards another request than the one that was received. */
export function rewritten(applies: (context: Context) => boolean, rewrite: (request: Request) => Request): Change {
  return async (context, next) => {
    if (applies(context)) context.req.raw = rewrite(context.req.raw);
    await next();
  };
}

/** Changes the query of `GET /projects`. */
export function query(change: (query: URLSearchParams) => void): Change {
  return rewritten(
    (context) => routeOf(context) === listProjects,
    (request) => {
      const url = new URL(request.url);
      change(url.searchParams);
      return new Request(url, request);
    },
  );
}

/** Changes, or removes, a header of requests. */
export function requestHeader(route: string, name: string, value: string | null): Change {
  return rewritten(
    (context) => concerns(context, route),
    (request) => {
      const changed = new Request(request);
      if (value === null) changed.headers.delete(name);
      else changed.headers.set(name, value);
      return changed;
    },
  );
}
