import { type Context, Hono } from 'hono';
import { found } from '../../http/failure.ts';
import type { Services } from '../../state/services.ts';
import type { DeliveryRecord } from '../../storage/record-types.ts';
import { untilAborted } from '../../utils/abort.ts';
import type { Dashboard } from '../dashboard.tsx';
import { Delivery } from './delivery.tsx';
import { statusOf } from './delivery-row.tsx';
import { explainSignature } from './signature.ts';

/** Says what a delivery that is being sent was answered, if that takes less than a second. */
export async function sent(what: string, { id, attempts }: DeliveryRecord, { webhooks, store }: Services) {
  await untilAborted(AbortSignal.timeout(1000), webhooks.flush()).catch(() => undefined);
  const latest = store.deliveries.get(id)?.attempts.at(-1);
  return latest === undefined || latest === attempts.at(-1) ? `${what} pending` : `${what} sent: ${statusOf(latest)}`;
}

export function deliveryRoutes(dashboard: Dashboard): Hono {
  const { webhooks, store, log } = dashboard.services;
  const routes = new Hono();

  const show = (context: Context) => {
    const { id = '' } = context.req.param();
    const delivery = found(store.deliveries.get(id), 'delivery', id);
    const endpoint = found(store.endpoints.get(delivery.endpoint), 'webhook', delivery.endpoint);
    const attempt = delivery.attempts.at(-1);
    const signature = attempt && explainSignature(attempt, delivery);
    const request = log.get(String(delivery.request));
    const page = <Delivery delivery={delivery} request={request} endpoint={endpoint} signature={signature} />;
    return dashboard.page(context, `Delivery of ${delivery.event}`, page);
  };
  dashboard.serve(routes, '/deliveries/:id', show, {
    redeliver: async (_, id) => ({ text: await sent('Delivery', webhooks.redeliver(id), dashboard.services) }),
  });

  return routes;
}
