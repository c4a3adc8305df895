import { type Context, Hono } from 'hono';
import { type Details, found } from '../../http/failure.ts';
import type { EndpointRecord } from '../../storage/records.ts';
import { exampleData } from '../../webhooks/webhooks.ts';
import type { Dashboard } from '../dashboard.tsx';
import { Delivery } from './delivery.tsx';
import { attempted, field, jsonField, readForm, unknownAction } from '../parts/form.ts';
import { newest } from '../parts/lists.ts';
import { count } from '../parts/numbers.ts';
import { explainSignature } from './signature.ts';
import { type TestForm, Webhook } from './webhook.tsx';
import { type EndpointForm, Webhooks } from './webhooks.tsx';

const firstTest: TestForm = { event: 'user.created', data: JSON.stringify(exampleData, null, 2) };

interface FormState {
  readonly settings?: EndpointForm;
  readonly test?: TestForm;
  readonly errors?: Details | undefined;
}

export function webhookRoutes(dashboard: Dashboard): Hono {
  const { webhooks, store, clock, log } = dashboard.services;
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
    const here = `/dashboard/webhooks/${id}`;
    const { form, action } = await readForm(context.req.raw);
    switch (action) {
      case 'save': {
        const settings = endpointForm(form);
        const { errors } = await attempted(() => webhooks.update(id, settings));
        if (errors !== undefined) return webhookPage(context, { settings, errors });
        return dashboard.done(context, here, { text: 'The settings are saved.' });
      }
      case 'test': {
        const test = { event: field(form, 'event'), data: field(form, 'data') };
        const sent = await attempted(() => webhooks.sendTest(id, test.event, jsonField(form, 'data')));
        if (sent.errors !== undefined) return webhookPage(context, { test, errors: sent.errors });
        return dashboard.done(context, `/dashboard/deliveries/${sent.value.id}`, { text: 'The test event is sent.' });
      }
      case 'resend': {
        const { length } = webhooks.resendFailed(id);
        return dashboard.done(context, here, {
          text: count(length, 'delivery is sent again.', 'deliveries are sent again.'),
        });
      }
      case 'rotate': {
        const { secret } = webhooks.rotateSecret(id);
        return dashboard.done(context, here, {
          text: 'This is the new signing secret. For one day, deliveries are signed with the old one, too.',
          secret: { label: 'the signing secret', value: secret },
        });
      }
      case 'enable':
        webhooks.update(id, { enabled: true });
        return dashboard.done(context, here, { text: 'The webhook is enabled. Its pending deliveries are sent now.' });
      case 'disable':
        webhooks.update(id, { enabled: false });
        return dashboard.done(context, here, { text: 'The webhook is disabled. Its deliveries wait.' });
      case 'delete':
        webhooks.remove(id);
        return dashboard.done(context, '/dashboard/webhooks', { text: 'The webhook is deleted.' });
      default:
        throw unknownAction();
    }
  });

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

function endpointForm(form: URLSearchParams): EndpointForm {
  return { url: field(form, 'url'), events: field(form, 'events').split(', ').filter(Boolean) };
}
