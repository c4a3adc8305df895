import { Hono } from 'hono';
import type { Fault } from '../../faults/fault.ts';
import type { Dashboard } from '../dashboard.tsx';
import { effectOf, scopeOf } from '../parts/fault-text.ts';
import { field, jsonField } from '../parts/form.ts';
import { Faults } from './faults.tsx';

export function faultRoutes(dashboard: Dashboard): Hono {
  const { faults } = dashboard.services;
  const routes = new Hono();

  dashboard.serve(
    routes,
    '/',
    (context, invalid) => dashboard.page(context, 'Faults', <Faults faults={faults.list} invalid={invalid} />, invalid),
    {
      add: (form) => {
        // It is checked as one of a test is.
        const [route, times] = [field(form, 'route'), field(form, 'times')];
        const more = { ...(route !== '' && { route }), ...(times !== '' && { times: Number(times) }) };
        const fault = faults.next({ ...(jsonField(form, 'fault') as Fault), ...more });
        return { text: `${effectOf(fault)}: ${scopeOf(fault)}` };
      },
      remove: (form) => {
        faults.remove(field(form, 'id'));
        return { text: 'Fault removed' };
      },
      clear: () => {
        faults.clear();
        return { text: 'All faults removed' };
      },
    },
  );

  return routes;
}
