import { Hono } from 'hono';
import type { Fault } from '../../faults/fault.ts';
import type { Dashboard } from '../dashboard.tsx';
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
        faults.next({ ...(jsonField(form, 'fault') as Fault), ...more });
        return { text: 'The fault is active.' };
      },
      remove: (form) => ({
        text: faults.remove(field(form, 'id')) ? 'The fault is removed.' : 'The fault has ended already.',
      }),
      clear: () => {
        faults.clear();
        return { text: 'All faults are removed.' };
      },
    },
  );

  return routes;
}
