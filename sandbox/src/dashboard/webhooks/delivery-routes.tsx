import { type Context, Hono } from 'hono';
import { found } from '../../http/failure.ts';
import type { Dashboard } from '../dashboard.tsx';
import { Delivery } from './delivery.tsx';
import { explainSignature } from './signature.ts';

export function deliveryRoutes(dashboard: Dashboard): Hono {
  const { webhooks, store, log } = dashboard.services;
  const routes = new Hono();

  const show = async (context: Context) => {
    const { id = '' } = context.req.param();
    const delivery = found(store.deliveries.get(id), 'delivery', id);
    const endpoint = found(store.endpoints.get(delivery.endpoint), 'webhook', delivery.endpoint);
    const attempt = delivery.attempts.at(-1);
    const signature = attempt && (await explainSignature(attempt, delivery));
    return dashboard.page(
      context,
      `Delivery of ${delivery.event}`,
      <Delivery
        delivery={delivery}
        request={log.get(String(delivery.request))}
        endpoint={endpoint}
        signature={signature}
      />,
    );
  };
  dashboard.serve(routes, '/deliveries/:id', show, {
    redeliver: (_, id) => {
      webhooks.redeliver(id);
      return { text: 'The delivery is sent again.' };
    },
  });

  return routes;
}
