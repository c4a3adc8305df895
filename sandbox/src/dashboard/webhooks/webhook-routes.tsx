import { type Context, Hono } from 'hono';
import { found } from '../../http/failure.ts';
import type { DeliveryRecord } from '../../storage/record-types.ts';
import { healthOf } from '../../webhooks/health.ts';
import type { Dashboard } from '../dashboard.tsx';
import { field, type InvalidForm, jsonField } from '../parts/form.ts';
import { count } from '../parts/numbers.ts';
import { sent } from './delivery.tsx';
import { Webhook } from './webhook-detail.tsx';
import { Webhooks } from './webhooks.tsx';

/** When a delivery was last attempted, or else created. */
const lastOf = ({ attempts, created_at }: DeliveryRecord) => Date.parse(attempts.at(-1)?.at ?? created_at);

export function webhookRoutes(dashboard: Dashboard): Hono {
  const { webhooks, store } = dashboard.services;
  const routes = new Hono();

  const list = (context: Context, invalid?: InvalidForm) => {
    const endpoints = webhooks.endpoints
      .map((endpoint) => ({ endpoint, health: healthOf(endpoint, webhooks.deliveries) }))
      .sort((a, b) => Number(b.health.failing.length > 0) - Number(a.health.failing.length > 0));
    return dashboard.page(context, 'Webhooks', <Webhooks endpoints={endpoints} invalid={invalid} />, invalid);
  };
  dashboard.serve(routes, '/webhooks', list, {
    register: (form) => {
      const events = form.getAll('events').filter(Boolean);
      const { id, secret } = webhooks.register({ url: field(form, 'url'), events });
      return {
        text: 'Webhook registered. This is its signing secret:',
        secret: { name: '.env line', value: `EXAMPLE_WEBHOOK_SECRET=${secret}` },
        path: `/dashboard/webhooks/${id}`,
      };
    },
  });

  const webhook = (context: Context, invalid?: InvalidForm) => {
    const { id = '' } = context.req.param();
    const endpoint = found(store.endpoints.get(id), 'webhook', id);
    const query = context.req.query();
    const deliveries = webhooks.deliveries
      .filter((delivery) => delivery.endpoint === id)
      .toReversed()
      .sort((a, b) => lastOf(b) - lastOf(a));
    const view = { endpoint, health: healthOf(endpoint, webhooks.deliveries), deliveries, query, invalid };
    return dashboard.page(context, endpoint.url, <Webhook view={view} />, invalid);
  };
  dashboard.serve(routes, '/webhooks/:id', webhook, {
    test: async (form, id) => {
      const delivery = webhooks.sendTest(id, field(form, 'event'), jsonField(form, 'data'));
      const text = await sent('Test event', delivery, dashboard.services);
      return { text, path: `/dashboard/deliveries/${delivery.id}` };
    },
    retry: (_, id) => {
      const { length } = webhooks.resendFailed(id);
      return { text: count(length, 'delivery sent again', 'deliveries sent again') };
    },
    enable: (_, id) => {
      webhooks.update(id, { enabled: true });
      return { text: 'Webhook enabled. Its waiting deliveries are sent now' };
    },
    disable: (_, id) => {
      webhooks.update(id, { enabled: false });
      return { text: 'Webhook disabled. Its deliveries wait' };
    },
    delete: (_, id) => {
      webhooks.remove(id);
      return { text: 'Webhook deleted', path: '/dashboard/webhooks' };
    },
  });

  return routes;
}
