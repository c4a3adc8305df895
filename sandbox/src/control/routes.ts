import { type Context, Hono } from 'hono';
import { allowOnly } from '../http/allowed-methods.ts';
import { Failure } from '../http/failure.ts';
import { parseFields } from '../http/parse-fields.ts';
import { readBytes, readJsonObject } from '../http/request-body.ts';
import { sameOriginOnly } from '../http/same-origin.ts';
import { resources } from '../resources/index.ts';
import type { Services } from '../state/services.ts';
import { strictFields } from '../utils/schemas.ts';
import { recordOperations, tokenOperations } from './data-operations.ts';
import type { Operation } from './operation.ts';
import { faultOperations, processOperations, requestOperations } from './sandbox-operations.ts';
import { webhookOperations } from './webhook-operations.ts';

/** Every operation of the control API. */
export const operations = [
  ...resources.flatMap(recordOperations),
  ...tokenOperations,
  ...webhookOperations,
  ...faultOperations,
  ...requestOperations,
  ...processOperations,
];

const noFields = strictFields({});

/**
 * The control API, which does what the dashboard does, for tests in any language. It needs no token. Pages of other sites
 * can't use it.
 */
export function controlRoutes(services: Services): Hono {
  const routes = new Hono();
  routes.use(sameOriginOnly);

  for (const operation of operations) {
    routes.on(operation.method, operation.path, (context) => respond(operation, services, context));
  }
  for (const [path, methods] of Map.groupBy(operations, ({ path }) => path)) {
    routes.all(path, allowOnly(...methods.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : method))));
  }

  routes.all('*', () => {
    throw new Failure(
      404,
      'not_found',
      'There is no such operation. The reference of the sandbox lists all operations.',
    );
  });
  return routes;
}

/** A request without a body has no fields. */
async function readBody(request: Request): Promise<Readonly<Record<string, unknown>>> {
  return (await readBytes(request)).length === 0 ? {} : readJsonObject(request);
}

async function respond(operation: Operation, services: Services, context: Context): Promise<Response> {
  const { req } = context;
  const { query, body, status = 200, handle } = operation;
  const result = await handle({
    ...services,
    id: req.param('id') ?? '',
    query: parseFields(query ?? noFields, req.query()),
    body: body && parseFields(body, await readBody(req.raw)),
  });
  if (status === 204) return context.body(null, status);
  return Response.json(result, { status });
}
