import { type Context, Hono } from 'hono';
import { found } from '../../http/failure.ts';
import type { Dashboard } from '../dashboard.tsx';
import { field, type InvalidForm, jsonField } from '../parts/form.ts';
import { newest } from '../parts/lists.ts';
import { count } from '../parts/numbers.ts';
import { Webhook } from './webhook-detail.tsx';
import { endpointForm, Webhooks } from './webhooks.tsx';

export function webhookRoutes(dashboard: Dashboard): Hono {
  const { webhooks, store, clock } = dashboard.services;
  const routes = new Hono();

  const list = (context: Context, invalid?: InvalidForm) => {
    const endpoints = webhooks.endpoints
      .map((endpoint) => ({
        endpoint,
        health: store.deliveryIndex.health(endpoint, clock.now()),
        failing: [...store.deliveryIndex.of(endpoint.id).failing.values()].at(-1),
      }))
      .sort((a, b) => Number(b.failing !== undefined) - Number(a.failing !== undefined));
    return dashboard.page(context, 'Webhooks', <Webhooks endpoints={endpoints} invalid={invalid} />, invalid);
  };
  dashboard.serve(routes, '/webhooks', list, {
    register: (form) => {
      const { id, secret } = webhooks.register(endpointForm(form));
      return {
        text: 'The webhook is registered. This is its signing secret:',
        secret: { label: 'the signing secret', value: secret },
        path: `/dashboard/webhooks/${id}`,
      };
    },
  });

  const webhook = (context: Context, invalid?: InvalidForm) => {
    const { id = '' } = context.req.param();
    const endpoint = found(store.endpoints.get(id), 'webhook', id);
    const { status = '' } = context.req.query();
    const deliveries = [...store.deliveryIndex.of(endpoint.id).all.values()].filter(
      (delivery) => status === '' || delivery.status === status,
    );
    const now = clock.now();
    const view = {
      endpoint,
      health: store.deliveryIndex.health(endpoint, now),
      deliveries: newest(deliveries),
      total: deliveries.length,
      status,
      now,
      invalid,
    };
    return dashboard.page(context, endpoint.url, <Webhook view={view} />, invalid);
  };
  dashboard.serve(routes, '/webhooks/:id', webhook, {
    save: (form, id) => {
      webhooks.update(id, endpointForm(form));
      return { text: 'The settings are saved.' };
    },
    test: (form, id) => {
      const delivery = webhooks.sendTest(id, field(form, 'event'), jsonField(form, 'data'));
      return { text: 'The test event is sent.', path: `/dashboard/deliveries/${delivery.id}` };
    },
    resend: (_, id) => {
      const { length } = webhooks.resendFailed(id);
      return { text: count(length, 'delivery is sent again.', 'deliveries are sent again.') };
    },
    rotate: (_, id) => {
      const { secret } = webhooks.rotateSecret(id);
      return {
        text: 'This is the new signing secret. For one day, deliveries are signed with the old one, too.',
        secret: { label: 'the signing secret', value: secret },
      };
    },
    enable: (_, id) => {
      webhooks.update(id, { enabled: true });
      return { text: 'The webhook is enabled. Its pending deliveries are sent now.' };
    },
    disable: (_, id) => {
      webhooks.update(id, { enabled: false });
      return { text: 'The webhook is disabled. Its deliveries wait.' };
    },
    delete: (_, id) => {
      found(webhooks.remove(id) || undefined, 'webhook', id);
      return { text: 'The webhook is deleted.', path: '/dashboard/webhooks' };
    },
  });

  return routes;
}
