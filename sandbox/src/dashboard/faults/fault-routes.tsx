import { type Context, Hono } from 'hono';
import type { Details } from '../../http/failure.ts';
import type { Dashboard } from '../dashboard.tsx';
import { faultOf, Faults } from './faults.tsx';
import { attempted, field, readForm, unknownAction } from '../parts/form.ts';

export function faultRoutes(dashboard: Dashboard): Hono {
  const { faults } = dashboard.services;
  const routes = new Hono();

  const list = (context: Context, form = new URLSearchParams(), errors?: Details) =>
    dashboard.page(context, 'Faults', <Faults faults={faults.list} form={form} errors={errors} />, { errors });

  routes.get('/', (context) => list(context));
  routes.post('/', async (context) => {
    const { form, action } = await readForm(context.req.raw);
    const done = (text: string) => dashboard.done(context, '/dashboard/faults', { text });
    switch (action) {
      case 'add': {
        const armed = await attempted(() => faults.next(faultOf(form)));
        if (armed.errors !== undefined) return list(context, form, armed.errors);
        return done('The fault is active.');
      }
      case 'remove':
        return done(faults.remove(field(form, 'id')) ? 'The fault is removed.' : 'The fault has ended already.');
      case 'clear':
        faults.clear();
        return done('All faults are removed.');
      default:
        throw unknownAction();
    }
  });

  return routes;
}
