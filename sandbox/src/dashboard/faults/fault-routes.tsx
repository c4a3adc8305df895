import { type Context, Hono } from 'hono';
import type { Fault } from '../../faults/fault.ts';
import type { Details } from '../../http/failure.ts';
import type { Dashboard } from '../dashboard.tsx';
import { attempted, field, jsonField, readForm, unknownAction } from '../parts/form.ts';
import { Faults } from './faults.tsx';

export function faultRoutes(dashboard: Dashboard): Hono {
  const { faults } = dashboard.services;
  const routes = new Hono();

  const list = (context: Context, form?: string, errors?: Details) =>
    dashboard.page(context, 'Faults', <Faults faults={faults.list} form={form} errors={errors} />, { errors });

  routes.get('/', (context) => list(context));
  routes.post('/', async (context) => {
    const { form, action } = await readForm(context.req.raw);
    const done = (text: string) => dashboard.done(context, '/dashboard/faults', { text });
    switch (action) {
      case 'add': {
        // It is checked as one of a test is.
        const armed = await attempted(() => faults.next(jsonField(form, 'fault') as Fault));
        if (armed.errors !== undefined) return list(context, field(form, 'fault'), armed.errors);
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
