import { Hono } from 'hono';
import { BrokenConnection } from './broken-connection.ts';
import { authentication } from './authentication.ts';
import { controlRoutes } from './control-routes.ts';
import { dashboardRoutes } from './dashboard/routes.tsx';
import { envelope } from './envelope.ts';
import type { Env } from './exchange.ts';
import { faultInjection } from './fault-injection.ts';
import { Failure } from './failure.ts';
import { openapi } from './openapi.ts';
import { preflight } from './preflight.ts';
import { projectRoutes } from './project-routes.ts';
import { rateLimiting } from './rate-limiting.ts';
import type { Services } from './services.ts';
import { userRoutes } from './user-routes.ts';

/** The documented API: a request in, a response out, whatever brings them. */
export function createApp(services: Services): Hono<Env> {
  const app = new Hono<Env>();

  // Not the documented API: no token, no budget, no line in the log.
  app.route('/__sandbox', controlRoutes(services));
  app.route('/dashboard', dashboardRoutes(services));
  app.get('/openapi.json', (context) => {
    context.header('Access-Control-Allow-Origin', '*');
    return context.json(openapi(new URL('/v1', context.req.url).href));
  });
  app.get('/', (context) => context.redirect('/dashboard'));

  app.use(envelope(services));
  app.use('/v1/*', preflight, authentication(services), rateLimiting(services), faultInjection(services));
  app.route('/v1/users', userRoutes(services));
  app.route('/v1/projects', projectRoutes(services));

  app.notFound(() => {
    throw new Failure(404, 'not_found', 'There is nothing at this path.');
  });
  app.onError((error) => {
    // Not an answer: it is for whoever carries the answers.
    if (error instanceof BrokenConnection) throw error;
    const failure = error instanceof Failure ? error : internalError();
    return Response.json(failure.body, { status: failure.status, headers: failure.headers });
  });

  return app;
}

function internalError(): Failure {
  return new Failure(500, 'internal_error', 'The local API failed. This is a bug in it.');
}
