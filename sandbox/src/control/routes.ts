import { type Context, Hono } from 'hono';
import { allowOnly } from '../http/allowed-methods.ts';
import { Failure, failureOf } from '../http/failure.ts';
import { parseFields } from '../http/parse-fields.ts';
import { readBytes, readJsonObject } from '../http/request-body.ts';
import { sameOriginOnly } from '../http/same-origin.ts';
import type { Services } from '../state/services.ts';
import { strictFields } from '../utils/strict-fields.ts';
import { controlOpenapi } from './openapi.ts';
import type { Operation } from './operation.ts';
import { operations } from './operations.ts';

const noFields = strictFields({});

/**
 * The control API, which does what the dashboard does, for tests in any language. It needs no token. Pages of other sites
 * can't use it.
 */
export function controlRoutes(services: Services): Hono {
  const routes = new Hono();
  routes.use(sameOriginOnly);

  routes.get('/openapi.json', (context) => context.json(controlOpenapi(new URL('/__sandbox', context.req.url).href)));
  for (const operation of operations) {
    routes.on(operation.method, hono(operation.path), (context) => respond(operation, services, context));
  }
  for (const [path, methods] of Map.groupBy(operations, ({ path }) => path)) {
    routes.all(
      hono(path),
      allowOnly(...methods.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : method))),
    );
  }

  routes.all('*', () => {
    throw new Failure(404, 'not_found', 'There is no such operation. /__sandbox/openapi.json lists all operations.');
  });
  routes.onError((error) => {
    throw failureOf(error) ?? error;
  });
  return routes;
}

/** A request without a body has no fields. */
async function readBody(request: Request): Promise<Readonly<Record<string, unknown>>> {
  return (await readBytes(request)).length === 0 ? {} : readJsonObject(request);
}

/** hono writes parameters as `:id`. */
function hono(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

async function respond(operation: Operation, services: Services, context: Context): Promise<Response> {
  const { req } = context;
  const { response } = operation;
  const result = await operation.handle({
    ...services,
    id: req.param('id') ?? '',
    query: parseFields(operation.query ?? noFields, req.query()),
    body: operation.body && parseFields(operation.body, await readBody(req.raw)),
  });
  if (response.status === 204) return context.body(null, 204);
  if ('schema' in response) return Response.json(result, { status: response.status });
  // An operation with lines returns a stream of them.
  return context.body(result as ReadableStream, 200, { 'Content-Type': 'application/x-ndjson' });
}
