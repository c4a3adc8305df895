import { Hono } from 'hono';
import { TrieRouter } from 'hono/router/trie-router';
import openapi from '../openapi.json';
import { faultInjection } from './api/fault-injection.ts';
import { authentication, commonHeaders, type Env, rateLimiting, shareWithPages } from './api/middleware.ts';
import { recording } from './api/recording.ts';
import { projectRoutes, userRoutes } from './api/routes.ts';
import { controlRoutes } from './control/routes.ts';
import { Dashboard } from './dashboard/dashboard.tsx';
import { dashboardRoutes } from './dashboard/routes.tsx';
import { BrokenConnection } from './http/broken-connection.ts';
import { Failure, responseFailure } from './http/failure.ts';
import type { Services } from './state/services.ts';

/** The documented API as a function from a request to a response, over any transport. */
export function createApp(services: Services): Hono<Env> {
  // hono's own choice compiles all routes for the first request, which a test with its own sandbox waits for.
  const app = new Hono<Env>({ router: new TrieRouter() });

  // These are not part of the documented API: they need no token, use no budget and are not logged.
  app.route('/__sandbox', controlRoutes(services));
  app.route('/', dashboardRoutes(new Dashboard(services)));
  app.get('/openapi.json', shareWithPages, (context) =>
    context.json({ ...openapi, servers: [{ url: new URL('/v1', context.req.url).href }] }),
  );
  app.get('/', (context) => context.redirect('/dashboard'));

  app.use(recording(services), commonHeaders(services), shareWithPages);
  app.use('/v1/*', authentication(services), rateLimiting(services), faultInjection(services));
  app.route('/v1/users', userRoutes(services));
  app.route('/v1/projects', projectRoutes(services));

  app.notFound(() => {
    throw new Failure(404, 'unknown_path', 'The API has no such path.');
  });
  app.onError((error) => {
    // No response can express it, so the transport breaks the connection.
    if (error instanceof BrokenConnection) throw error;
    return responseFailure(error).response;
  });

  return app;
}
