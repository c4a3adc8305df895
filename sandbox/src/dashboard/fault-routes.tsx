import { Hono } from 'hono';
import type { Services } from '../services.ts';
import { Faults, faultOf } from './faults.tsx';
import { complaints, readForm } from './form.ts';
import { page } from './page.tsx';

export function faultRoutes({ faults }: Services): Hono {
  const routes = new Hono();

  routes.get('/', (context) => page(context, 'Faults', <Faults faults={faults.list} form={new URLSearchParams()} />));
  routes.post('/', async (context) => {
    const form = await readForm(context.req.raw);
    const errors = await complaints(() => faults.arm(faultOf(form)));
    if (errors === undefined) return context.redirect('/dashboard/faults', 303);
    return page(context, 'Faults', <Faults faults={faults.list} form={form} errors={errors} />, 422);
  });
  routes.post('/:id/delete', (context) => {
    faults.remove(context.req.param('id'));
    return context.redirect('/dashboard/faults', 303);
  });

  return routes;
}
