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
        const [route, times, share] = ['route', 'times', 'share'].map((name) => field(form, name) || undefined);
        const fault = faults.next({
          route,
          times: times === undefined ? undefined : Number(times),
          share: share === undefined ? undefined : Number(share),
          ...(jsonField(form, 'fault') as Fault),
        });
        return { text: `Added: ${effectOf(fault)}, ${scopeOf(fault)}` };
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
