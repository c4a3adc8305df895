import { Hono } from 'hono';
import type { Fault } from '../../faults/fault.ts';
import { invalidFields } from '../../http/failure.ts';
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
        const [scope, times] = [field(form, 'scope'), field(form, 'times') || undefined];
        const share = scope === 'share' ? Number(field(form, 'share')) / 100 : scope === 'every' ? 1 : undefined;
        if (share === 0 || !((share ?? 1) <= 1))
          throw invalidFields({ share: 'Must be more than 0, and at most 100.' });
        const fault = faults.next({
          route: field(form, 'route') || undefined,
          share,
          times: times === undefined || share !== undefined ? undefined : Number(times),
          ...(jsonField(form, 'fault') as Fault),
        });
        return { text: `Injected: ${effectOf(fault)}, for ${scopeOf(fault)}`, row: fault.id };
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
