import { Hono } from 'hono';
import type { Dashboard } from '../dashboard.tsx';
import { field, readForm, unknownAction } from '../parts/form.ts';
import { durationText } from '../parts/numbers.ts';
import { Overview, overviewData } from './overview.tsx';

/** Seconds that a button advances the clock by. */
const step = /^\d{1,6}(\.\d+)?$/;

export function overviewRoutes(dashboard: Dashboard): Hono {
  const { services } = dashboard;
  const routes = new Hono();

  routes.get('/', (context) => {
    const data = overviewData(services, new URL(context.req.url).origin);
    return dashboard.page(context, 'Overview', <Overview data={data} />);
  });
  routes.post('/', async (context) => {
    const { form, action } = await readForm(context.req.raw);
    switch (action) {
      case 'advance': {
        const seconds = field(form, 'seconds');
        if (!step.test(seconds)) throw unknownAction();
        services.clock.advance(Number(seconds) * 1000);
        return dashboard.done(context, '/dashboard', {
          text: `The clock is ${durationText(services.clock.offset)} ahead.`,
        });
      }
      case 'reset':
        services.reset();
        return dashboard.done(context, '/dashboard', { text: 'The initial state is restored.' });
      default:
        throw unknownAction();
    }
  });

  return routes;
}
