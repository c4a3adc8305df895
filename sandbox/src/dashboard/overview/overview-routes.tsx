import { type Context, Hono } from 'hono';
import type { Dashboard } from '../dashboard.tsx';
import { field, unknownAction } from '../parts/form.ts';
import { durationText } from '../parts/numbers.ts';
import { Overview, overviewData } from './overview.tsx';

/** Seconds that a button advances the clock by. */
const step = /^\d{1,6}(\.\d+)?$/;

export function overviewRoutes(dashboard: Dashboard): Hono {
  const { services } = dashboard;
  const { clock } = services;
  const routes = new Hono();

  const show = (context: Context) => {
    const data = overviewData(services, new URL(context.req.url).origin);
    return dashboard.page(context, 'Overview', <Overview data={data} />);
  };
  dashboard.serve(routes, '/', show, {
    advance: (form) => {
      const seconds = field(form, 'seconds');
      if (!step.test(seconds)) throw unknownAction();
      clock.advance(Number(seconds) * 1000);
      return { text: `Clock ${durationText(clock.offset)} ahead` };
    },
    reset: () => {
      services.reset();
      return { text: 'Initial state restored' };
    },
  });

  return routes;
}
