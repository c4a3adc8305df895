import { Hono, type MiddlewareHandler } from 'hono';
import { version } from '../../package.json';
import { sameOriginOnly } from '../http/access.ts';
import { Failure, responseFailure } from '../http/failure.ts';
import type { Services } from '../state/services.ts';
import { timestamp } from '../utils/clock.ts';
import script from './client/main.ts?bundled';
import { PageHead } from './parts/components.tsx';
import type { Dashboard } from './dashboard.tsx';
import { eventStream } from './events.ts';
import { faultRoutes } from './faults/faults.tsx';
import { favicon } from './parts/icons.tsx';
import { overviewRoutes } from './overview/overview.tsx';
import { resources } from '../resources/index.ts';
import { recordRoutes } from './records/records.tsx';
import { requestRoutes } from './requests/requests.tsx';
import style from './style/main.css?bundled';
import { tokenRoutes } from './tokens/tokens.tsx';
import { deliveryRoutes } from './webhooks/delivery.tsx';
import { webhookRoutes } from './webhooks/webhook-detail.tsx';

/** Allows only the dashboard's own resources, and no framing. */
const own = ['script-src', 'style-src', 'img-src', 'connect-src', 'form-action'].map((name) => `${name} 'self'`);
const contentSecurityPolicy = ["default-src 'none'", ...own, "base-uri 'none'", "frame-ancestors 'none'"].join('; ');

const pageHeaders: MiddlewareHandler = async (context, next) => {
  await next();
  const { headers } = context.res;
  headers.set('Content-Security-Policy', contentSecurityPolicy);
  headers.set('X-Content-Type-Options', 'nosniff');
  headers.set('Referrer-Policy', 'same-origin');
  headers.set('Cache-Control', 'no-store');
};

/** What a program asks before it starts: faults that are active on purpose don't make the sandbox unhealthy. */
function healthOf({ clock, faults, startedAt }: Services) {
  const now = clock.now();
  return {
    status: 'operational',
    version,
    now: new Date(now).toISOString(),
    started_at: timestamp(startedAt),
    faults: faults.list.length,
  };
}

/** The dashboard: rendered on the server, and kept up to date by one script. */
export function dashboardRoutes(dashboard: Dashboard): Hono {
  const routes = new Hono();
  routes.use('/dashboard/*', pageHeaders, sameOriginOnly);

  const file = (text: string, type: string) => () =>
    new Response(text, { headers: { 'Content-Type': `${type}; charset=utf-8` } });
  routes.get('/dashboard/style.css', file(style, 'text/css'));
  routes.get('/dashboard/script.js', file(script, 'text/javascript'));
  routes.get('/dashboard/icon.svg', file(favicon, 'image/svg+xml'));
  routes.get('/dashboard/events', (context) =>
    context.body(eventStream(dashboard.services.changes, dashboard.boot), 200, {
      'Content-Type': 'text/event-stream',
      'X-Accel-Buffering': 'no',
    }),
  );

  routes.get('/dashboard/', (context) => context.redirect('/dashboard'));
  routes.route('/dashboard', overviewRoutes(dashboard));
  routes.route('/dashboard', tokenRoutes(dashboard));
  routes.route('/dashboard', webhookRoutes(dashboard));
  routes.route('/dashboard', deliveryRoutes(dashboard));
  routes.route('/dashboard/requests', requestRoutes(dashboard));
  for (const resource of resources) routes.route(`/dashboard/${resource.name}`, recordRoutes(dashboard, resource));
  routes.route('/dashboard/faults', faultRoutes(dashboard));
  routes.get('/health', (context) => context.json(healthOf(dashboard.services)));

  routes.all('/dashboard/*', () => {
    throw new Failure(404, 'not_found', 'This page does not exist.');
  });
  routes.onError((error, context) => {
    const { status, message } = responseFailure(error);
    const title = status === 404 ? 'Not found' : 'That did not work';
    return dashboard.page(
      context,
      title,
      <PageHead title={title} lead={[message, ' ', <a href="/dashboard">Go to the overview</a>]} />,
      { status },
    );
  });
  return routes;
}
