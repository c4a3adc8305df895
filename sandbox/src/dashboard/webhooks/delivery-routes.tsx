import { Hono } from 'hono';
import { found } from '../../http/failure.ts';
import type { Dashboard } from '../dashboard.tsx';
import { readForm, unknownAction } from '../parts/form.ts';
import { Delivery } from './delivery.tsx';
import { explainSignature } from './signature.ts';

export function deliveryRoutes(dashboard: Dashboard): Hono {
  const { webhooks, store, log } = dashboard.services;
  const routes = new Hono();

  const deliveryOf = (id: string) => found(store.deliveries.get(id), 'delivery', id);
  routes.get('/deliveries/:id', async (context) => {
    const delivery = deliveryOf(context.req.param('id'));
    const endpoint = store.endpoints.get(delivery.endpoint);
    const attempt = delivery.attempts.at(-1);
    const signature = attempt && (await explainSignature(attempt, delivery));
    return dashboard.page(
      context,
      `Delivery of ${delivery.event}`,
      <Delivery
        delivery={delivery}
        request={log.get(delivery.request ?? '')}
        endpoint={endpoint}
        signature={signature}
      />,
    );
  });
  routes.post('/deliveries/:id', async (context) => {
    const { id } = deliveryOf(context.req.param('id'));
    const { action } = await readForm(context.req.raw);
    if (action !== 'redeliver') throw unknownAction();
    webhooks.redeliver(id);
    return dashboard.done(context, `/dashboard/deliveries/${id}`, { text: 'The delivery is sent again.' });
  });

  return routes;
}
