import { type Context, Hono } from 'hono';
import { found } from '../../http/failure.ts';
import type { DeliveryRecord } from '../../storage/record-types.ts';
import { eventExamples } from '../../webhooks/event-examples.ts';
import { healthOf } from '../../webhooks/health.ts';
import type { Dashboard } from '../dashboard.tsx';
import { field, type InvalidForm, jsonField } from '../parts/form.ts';
import { count } from '../parts/numbers.ts';
import { Address } from '../parts/address.tsx';
import { Action, Card, Code, Copy, Dialog, Empty, Menu, PageHead, Rest, Rows } from '../parts/components.tsx';
import { Field } from '../parts/fields.tsx';
import { step } from '../parts/lists.ts';
import { DeliveryRow, sent } from './delivery.tsx';
import { Causes, type EndpointView, Health, Remedy, Webhooks } from './webhooks.tsx';

const example = JSON.stringify(eventExamples.get('user.created'), null, 2);

interface WebhookView extends EndpointView {
  /** First what was attempted last. */
  readonly deliveries: readonly DeliveryRecord[];
  readonly query: Readonly<Record<string, string>>;
  readonly invalid: InvalidForm | undefined;
}

function Webhook({ view }: { view: WebhookView }) {
  const { endpoint, health, deliveries, query, invalid } = view;
  const { id, url, secret, disabled } = endpoint;
  const shown = deliveries.slice(0, Number(query['shown']) || step);
  const next = health.next < Infinity ? 'Next attempt' : '';
  const line = `EXAMPLE_WEBHOOK_SECRET=${secret}\n`;
  const to = `/dashboard/webhooks/${id}`;
  const tone = health.failing.length > 0 || disabled !== undefined ? 'plain' : 'main'; // What mends it comes first.
  return (
    <>
      <nav class="crumbs" aria-label="Breadcrumb">
        <a href="/dashboard/webhooks">Webhooks</a>
      </nav>
      <PageHead title={<Address of={url} />} lead={<Health endpoint={endpoint} health={health} />}>
        <Dialog id="create" title="Send test event" to={to} action="test" tone={tone} open={invalid !== undefined}>
          <Field label="Event" name="event" invalid={invalid} value="user.created" />
          <Field label="Data, as JSON" name="data" invalid={invalid} value={example} lines={6} />
        </Dialog>
        <Menu of="the webhook" id="more">
          {disabled === undefined && <Action to={to} action="disable" button="Disable" />}
          <Dialog id="delete" title={`Delete webhook ${url}?`} to={to} action="delete" button="Delete" tone="danger">
            <p>Its deliveries are deleted too.</p>
          </Dialog>
        </Menu>
        {(disabled !== undefined || health.failing.length > 0) && (
          <section class={disabled === undefined ? 'banner bad' : 'banner fair'} role="status">
            <div>
              {disabled !== undefined && (
                <p>
                  <strong>Disabled.</strong> {disabled} Its deliveries wait until you enable it.
                </p>
              )}
              <Causes of={health} />
            </div>
            <Remedy endpoint={endpoint} health={health} tone="main" />
          </section>
        )}
      </PageHead>
      <Card title="Deliveries">
        <Rows
          of="deliveries"
          label="Deliveries, latest attempt first"
          heads={['State', 'Event', 'About', 'Answer', next, 'Last attempt']}
        >
          {shown.map((delivery) => (
            <DeliveryRow delivery={delivery} endpoint={endpoint} />
          ))}
        </Rows>
        {deliveries.length === 0 && (
          <Empty title="No deliveries yet.">
            <p>Create a user with the API, or send a test event.</p>
          </Empty>
        )}
        <Rest shown={shown.length} more={Math.min(step, deliveries.length - shown.length)} query={query} />
      </Card>
      <Card title="Signing secret" actions={<Copy text={line} label="the line for .env" />}>
        <details class="fold">
          <summary class="hint mono">EXAMPLE_WEBHOOK_SECRET=whsec_••••••••</summary>
          <Code label="the line for .env" text={line} />
        </details>
      </Card>
    </>
  );
}

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
