import { Hono } from 'hono';
import { Failure } from '../http/failure.ts';
import { sameOriginOnly } from '../http/same-origin.ts';
import type { Services } from '../state/services.ts';
import { faultRoutes } from './fault-routes.tsx';
import { live } from './live.ts';
import { icon, page } from './page.tsx';
import { projectRoutes } from './project-routes.tsx';
import { requestRoutes } from './request-routes.tsx';
import { style } from './style.ts';
import { tokenRoutes } from './token-routes.tsx';
import { userRoutes } from './user-routes.tsx';
import { webhookRoutes } from './webhook-routes.tsx';

/** Allows only the dashboard's own resources, and no framing. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The dashboard: pages rendered on the server, and one small script that updates them. */
export function dashboardRoutes(services: Services): Hono {
  const routes = new Hono();

  routes.use(async (context, next) => {
    await next();
    const { headers } = context.res;
    headers.set('Content-Security-Policy', contentSecurityPolicy);
    headers.set('X-Content-Type-Options', 'nosniff');
    headers.set('Referrer-Policy', 'same-origin');
    headers.set('Cache-Control', 'no-store');
  });
  routes.use(sameOriginOnly);

  routes.get('/', (context) => context.redirect('/dashboard/requests'));
  routes.get('/style.css', (context) => context.body(style, 200, { 'Content-Type': 'text/css; charset=utf-8' }));
  routes.get('/live.js', (context) => context.body(live, 200, { 'Content-Type': 'text/javascript; charset=utf-8' }));
  routes.get('/icon.svg', (context) => context.body(icon, 200, { 'Content-Type': 'image/svg+xml' }));

  routes.route('/requests', requestRoutes(services));
  routes.route('/', tokenRoutes(services));
  routes.route('/', webhookRoutes(services));
  routes.route('/users', userRoutes(services));
  routes.route('/projects', projectRoutes(services));
  routes.route('/faults', faultRoutes(services));

  routes.all('*', () => {
    throw new Failure(404, 'not_found', 'This page does not exist.');
  });
  routes.onError((error, context) => {
    const { status, message } =
      error instanceof Failure ? error : { status: 500, message: 'This is a bug in the dashboard.' };
    return page(context, String(status), <p>{message}</p>, status);
  });
  return routes;
}
