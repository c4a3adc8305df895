import { type Context, Hono } from 'hono';
import type { Details } from '../http/failure.ts';
import type { Services } from '../state/services.ts';
import { field, fieldErrors, readForm } from './form.ts';
import { page, requireFound } from './page.tsx';
import { Delivery, type EndpointForm, Webhook, Webhooks } from './webhooks.tsx';

/** Number of deliveries on a webhook's page. */
const shownDeliveries = 50;

export function webhookRoutes({ webhooks, store, clock }: Services): Hono {
  const routes = new Hono();
  const endpointOf = (context: Context) => requireFound(store.endpoints.get(context.req.param('id') ?? ''));

  const webhookPage = (context: Context, form?: EndpointForm, errors?: Details) => {
    const endpoint = endpointOf(context);
    const deliveries = webhooks.deliveries.filter((delivery) => delivery.endpoint === endpoint.id);
    return page(
      context,
      endpoint.url,
      <Webhook
        endpoint={endpoint}
        deliveries={deliveries.slice(-shownDeliveries).reverse()}
        now={clock.now()}
        form={form}
        errors={errors}
      />,
      errors === undefined ? 200 : 422,
    );
  };

  routes.get('/webhooks', (context) => page(context, 'Webhooks', <Webhooks endpoints={webhooks.endpoints} />));
  routes.post('/webhooks', async (context) => {
    const form = endpointForm(await readForm(context.req.raw));
    let id = '';
    const errors = await fieldErrors(() => ({ id } = webhooks.add(form)));
    if (errors === undefined) return context.redirect(`/dashboard/webhooks/${id}`, 303);
    return page(context, 'Webhooks', <Webhooks endpoints={webhooks.endpoints} form={form} errors={errors} />, 422);
  });

  routes.get('/webhooks/:id', (context) => webhookPage(context));
  routes.post('/webhooks/:id', async (context) => {
    const { id } = endpointOf(context);
    const form = endpointForm(await readForm(context.req.raw));
    const errors = await fieldErrors(() => webhooks.change(id, form));
    if (errors === undefined) return context.redirect(`/dashboard/webhooks/${id}`, 303);
    return webhookPage(context, form, errors);
  });
  routes.post('/webhooks/:id/test', async (context) => {
    const { id } = endpointOf(context);
    const event = field(await readForm(context.req.raw), 'event');
    if (!/^[\w.-]{1,100}$/.test(event)) {
      return webhookPage(context, undefined, { event: 'Must be letters, digits, dots, hyphens or underscores.' });
    }
    const { id: delivery } = webhooks.sendTest(id, event);
    return context.redirect(`/dashboard/deliveries/${delivery}`, 303);
  });
  routes.post('/webhooks/:id/:change{rotate|enable|disable|delete}', (context) => {
    const { id } = endpointOf(context);
    const change = context.req.param('change');
    if (change === 'rotate') webhooks.rotateSecret(id);
    else if (change === 'delete') webhooks.remove(id);
    else webhooks.change(id, { enabled: change === 'enable' });
    return context.redirect(change === 'delete' ? '/dashboard/webhooks' : `/dashboard/webhooks/${id}`, 303);
  });

  routes.get('/deliveries/:id', (context) => {
    const delivery = requireFound(store.deliveries.get(context.req.param('id')));
    const endpoint = store.endpoints.get(delivery.endpoint);
    return page(context, `Delivery of ${delivery.event}`, <Delivery delivery={delivery} endpoint={endpoint} />);
  });
  routes.post('/deliveries/:id/redeliver', (context) => {
    const { id } = webhooks.redeliver(requireFound(store.deliveries.get(context.req.param('id'))).id);
    return context.redirect(`/dashboard/deliveries/${id}`, 303);
  });

  return routes;
}

function endpointForm(form: URLSearchParams): EndpointForm {
  return { url: field(form, 'url'), events: form.getAll('events') };
}
