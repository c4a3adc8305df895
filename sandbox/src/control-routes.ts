import { Hono } from 'hono';
import * as z from 'zod/mini';
import type { Env } from './api/request-context.ts';
import { Failure } from './http/failure.ts';
import { parseFields } from './http/parse-fields.ts';
import { readJsonObject } from './http/request-body.ts';
import { sameOriginOnly } from './http/same-origin.ts';
import type { Services } from './state/services.ts';
import { strictFields } from './utils/strict-fields.ts';

const advanceSchema = strictFields({
  advance: z
    .number('Must be a number of milliseconds.')
    .check(z.minimum(0, 'Must be a number of milliseconds of at least 0.')),
});

/**
 * Controls for tests in other languages: `/__sandbox/faults`, `/__sandbox/requests`, `/__sandbox/clock` and
 * `/__sandbox/reset`. They need no token.
 */
export function controlRoutes(services: Services): Hono<Env> {
  const { faults, log, clock } = services;
  const routes = new Hono<Env>();
  routes.use(sameOriginOnly);

  routes.get('/faults', (context) => context.json({ data: faults.list }));
  routes.post('/faults', async (context) => {
    return context.json(faults.arm(await readJsonObject(context.req.raw)), 201);
  });
  routes.delete('/faults', (context) => {
    faults.clear();
    return context.body(null, 204);
  });
  routes.delete('/faults/:id', (context) => {
    if (!faults.remove(context.req.param('id'))) throw new Failure(404, 'not_found', 'There is no fault with this id.');
    return context.body(null, 204);
  });

  routes.get('/requests', (context) => context.json({ data: log.entries }));

  routes.post('/clock', async (context) => {
    clock.advance(parseFields(advanceSchema, await readJsonObject(context.req.raw)).advance);
    return context.json({ now: clock.now() });
  });

  routes.post('/reset', async (context) => {
    await services.reset();
    return context.body(null, 204);
  });

  routes.all('*', () => {
    throw new Failure(404, 'not_found', 'There is nothing at this path.');
  });
  return routes;
}
