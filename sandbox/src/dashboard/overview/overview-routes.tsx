import { type Context, Hono } from 'hono';
import * as z from 'zod/mini';
import type { Details } from '../../http/failure.ts';
import { parseFields } from '../../http/parse-fields.ts';
import { maxAdvance } from '../../utils/clock.ts';
import type { Dashboard } from '../dashboard.tsx';
import { attempted, field, readForm, unknownAction } from '../parts/form.ts';
import { durationText } from '../parts/numbers.ts';
import { Overview, overviewData } from './overview.tsx';

const most = maxAdvance / 1000;
const advanceMessage = `Must be a number of seconds from 0 to ${most}.`;
const advanceSchema = z.object({
  seconds: z.number(advanceMessage).check(z.minimum(0, advanceMessage), z.maximum(most, advanceMessage)),
});

export function overviewRoutes(dashboard: Dashboard): Hono {
  const { services } = dashboard;
  const routes = new Hono();

  const overview = (context: Context, errors?: Details) => {
    const data = overviewData(services, new URL(context.req.url).origin);
    return dashboard.page(context, 'Overview', <Overview data={data} errors={errors} />, { errors });
  };

  routes.get('/', (context) => overview(context));
  routes.post('/', async (context) => {
    const { form, action } = await readForm(context.req.raw);
    switch (action) {
      case 'advance': {
        const text = field(form, 'seconds');
        const seconds = text === '' ? undefined : Number(text);
        const { errors } = await attempted(() => {
          services.clock.advance(parseFields(advanceSchema, { seconds }).seconds * 1000);
        });
        if (errors !== undefined) return overview(context, errors);
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
