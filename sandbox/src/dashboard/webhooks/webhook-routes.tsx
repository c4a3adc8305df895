import { type Context, Hono } from 'hono';
import { type Details, found } from '../../http/failure.ts';
import type { EndpointRecord } from '../../storage/records.ts';
import { exampleData } from '../../webhooks/webhooks.ts';
import type { Dashboard } from '../dashboard.tsx';
import { attempted, readForm, unknownAction } from '../parts/form.ts';
import { newest } from '../parts/lists.ts';
import { endpointForm, type FormState, webhookActions } from './webhook-actions.ts';
import { type TestForm, Webhook } from './webhook.tsx';
import { type EndpointForm, Webhooks } from './webhooks.tsx';

const firstTest: TestForm = { event: 'user.created', data: JSON.stringify(exampleData, null, 2) };

export function webhookRoutes(dashboard: Dashboard): Hono {
  const { webhooks, store, clock } = dashboard.services;
  const actions = webhookActions(dashboard.services);
  const routes = new Hono();

  const list = (context: Context, form?: EndpointForm, errors?: Details) => {
    const endpoints = webhooks.endpoints
      .map((endpoint) => ({
        endpoint,
        health: store.deliveryIndex.health(endpoint, clock.now()),
        failing: [...store.deliveryIndex.of(endpoint.id).failing.values()].at(-1),
      }))
      .sort((a, b) => Number(b.failing !== undefined) - Number(a.failing !== undefined));
    const page = <Webhooks endpoints={endpoints} form={form} errors={errors} />;
    return dashboard.page(context, 'Webhooks', page, { errors });
  };
  routes.get('/webhooks', (context) => list(context));
  routes.post('/webhooks', async (context) => {
    const { form, action } = await readForm(context.req.raw);
    if (action !== 'register') throw unknownAction();
    const settings = endpointForm(form);
    const registered = await attempted(() => webhooks.register(settings));
    if (registered.errors !== undefined) return list(context, settings, registered.errors);
    const { id, secret } = registered.value;
    return dashboard.done(context, `/dashboard/webhooks/${id}`, {
      text: 'The webhook is registered. This is its signing secret:',
      secret: { label: 'the signing secret', value: secret },
    });
  });

  const webhookPage = (context: Context, { settings, test = firstTest, errors }: FormState = {}) => {
    const endpoint = endpointOf(context);
    const { status = '' } = context.req.query();
    const deliveries = [...store.deliveryIndex.of(endpoint.id).all.values()].filter(
      (delivery) => status === '' || delivery.status === status,
    );
    const now = clock.now();
    const health = store.deliveryIndex.health(endpoint, now);
    const view = {
      endpoint,
      health,
      deliveries: newest(deliveries),
      total: deliveries.length,
      status,
      now,
      settings,
      test,
      errors,
    };
    return dashboard.page(context, endpoint.url, <Webhook view={view} />, { errors });
  };
  const endpointOf = (context: Context): EndpointRecord => {
    const { id = '' } = context.req.param();
    return found(store.endpoints.get(id), 'webhook', id);
  };

  routes.get('/webhooks/:id', (context) => webhookPage(context));
  routes.post('/webhooks/:id', async (context) => {
    const { id } = endpointOf(context);
    const { form, action } = await readForm(context.req.raw);
    const act = actions.get(action);
    if (act === undefined) throw unknownAction();
    const result = await act(id, form);
    if (!('notice' in result)) return webhookPage(context, result);
    return dashboard.done(context, result.path ?? `/dashboard/webhooks/${id}`, result.notice);
  });

  return routes;
}
