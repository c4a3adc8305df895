import { type Context, Hono, type HonoRequest } from 'hono';
import * as z from 'zod/mini';
import { version } from '../../package.json';
import { faultSchema } from '../faults/fault.ts';
import { sameOriginOnly } from '../http/access.ts';
import { Failure, found } from '../http/failure.ts';
import { parseFields } from '../http/parse-fields.ts';
import { readBytes, readJsonObject } from '../http/request-body.ts';
import { fieldsSchemas, resources } from '../resources/index.ts';
import type { StoredRecord } from '../resources/resource.ts';
import { requestFilterSchema } from '../state/request-filter.ts';
import { RecordState } from '../state/sandbox-state.ts';
import type { Services } from '../state/services.ts';
import { newTokenSchema } from '../state/tokens.ts';
import { maxAdvance } from '../utils/clock.ts';
import { numberBetween, strictFields } from '../utils/schemas.ts';
import { changesSchema, endpointSchema, eventSchema } from '../webhooks/endpoint-params.ts';

const requestsQuery = strictFields(requestFilterSchema.shape);
const advanceSchema = strictFields({ advance: numberBetween(0, maxAdvance) });

/**
 * The control API, which does what the dashboard does, for tests in any language. It needs no token. Pages of other
 * sites can't use it. `sandbox/docs/reference.md` lists its operations.
 */
export function controlRoutes(services: Services): Hono {
  const { clock, faults, log, store, tokens, webhooks, windows } = services;
  const routes = new Hono();
  routes.use(sameOriginOnly);

  for (const resource of resources) {
    const { name, singular } = resource;
    const records = new RecordState<StoredRecord>(services, resource);
    const schema = fieldsSchemas[name];
    routes.get(`/${name}`, (context) => context.json({ data: records.list() }));
    routes.post(`/${name}`, async (context) => context.json(records.create(await fields(context, schema)), 201));
    routes.get(`/${name}/:id`, (context) => context.json(found(records.get(id(context)), singular, id(context))));
    routes.patch(`/${name}/:id`, async (context) =>
      context.json(records.update(id(context), await fields(context, schema))),
    );
    routes.delete(`/${name}/:id`, (context) => deleted(context, records.delete(id(context)), singular));
  }

  routes.get('/tokens', (context) => {
    const now = clock.now();
    return context.json({
      data: tokens.list().map((token) => ({ ...token, rate_limit: windows.status(token.id, now) })),
    });
  });
  routes.post('/tokens', async (context) => {
    const { name, token } = await fields(context, newTokenSchema);
    return context.json(await tokens.create(name, token), 201);
  });
  routes.delete('/tokens/:id', (context) => deleted(context, tokens.revoke(id(context)), 'token'));

  routes.get('/webhooks', (context) => context.json({ data: webhooks.endpoints }));
  routes.post('/webhooks', async (context) =>
    context.json(webhooks.register(await fields(context, endpointSchema)), 201),
  );
  routes.patch('/webhooks/:id', async (context) =>
    context.json(webhooks.update(id(context), await fields(context, changesSchema))),
  );
  routes.delete('/webhooks/:id', (context) => deleted(context, webhooks.remove(id(context)), 'webhook'));
  routes.post('/events', async (context) => {
    const { event, data } = await fields(context, eventSchema);
    return context.json({ data: webhooks.publish(event, data) }, 201);
  });
  routes.get('/deliveries', (context) => context.json({ data: webhooks.deliveries }));
  routes.get('/deliveries/:id', (context) =>
    context.json(found(store.deliveries.get(id(context)), 'delivery', id(context))),
  );
  routes.post('/deliveries/:id/redeliver', (context) => context.json(webhooks.redeliver(id(context))));
  routes.post('/flush', async (context) => {
    await webhooks.flush();
    return context.body(null, 204);
  });

  routes.get('/faults', (context) => context.json({ data: faults.list }));
  routes.post('/faults', async (context) => context.json(faults.next(await fields(context, faultSchema)), 201));
  routes.delete('/faults', (context) => {
    faults.clear();
    return context.body(null, 204);
  });

  routes.get('/requests', (context) =>
    context.json({ data: log.matching(parseFields(requestsQuery, context.req.query())).toReversed() }),
  );
  routes.get('/requests/:id', (context) => context.json(found(log.get(id(context)), 'request', id(context))));

  routes.get('/info', (context) =>
    context.json({ name: '@example/sandbox', version, now: clock.now(), rate_limit: windows.rate }),
  );
  routes.get('/clock', (context) => context.json({ now: clock.now() }));
  routes.post('/clock', async (context) => {
    clock.advance((await fields(context, advanceSchema)).advance);
    return context.json({ now: clock.now() });
  });
  routes.post('/reset', (context) => {
    services.reset();
    return context.body(null, 204);
  });

  routes.all('*', () => {
    const message = 'There is no such operation. The package lists all operations in docs/reference.md.';
    throw new Failure(404, 'not_found', message);
  });
  return routes;
}

/** The id in the path. */
function id({ req }: Context): string {
  return req.param('id') ?? '';
}

/** The fields of the body. A request without a body has none. */
async function fields<T>({ req }: { readonly req: HonoRequest }, schema: z.ZodMiniType<T>): Promise<T> {
  const isEmpty = (await readBytes(req)).byteLength === 0;
  return parseFields(schema, isEmpty ? {} : await readJsonObject(req));
}

function deleted(context: Context, isDone: boolean, kind: string): Response {
  found(isDone || undefined, kind, id(context));
  return context.body(null, 204);
}
