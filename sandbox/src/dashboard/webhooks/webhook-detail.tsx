import type { DeliveryRecord } from '../../storage/record-types.ts';
import { Url } from '../parts/address.tsx';
import { Action, Card, Code, Copy, Dialog, Empty, Menu, PageHead, Rest, Rows } from '../parts/components.tsx';
import { Field } from '../parts/fields.tsx';
import { exampleData } from '../../webhooks/webhooks.ts';
import type { InvalidForm } from '../parts/form.ts';
import { shownOf, step } from '../parts/lists.ts';
import { DeliveryRow } from './delivery-row.tsx';
import { Causes, type EndpointView, Health, Remedy } from './webhooks.tsx';

const example = JSON.stringify(exampleData, null, 2);

export interface WebhookView extends EndpointView {
  /** First what was attempted last. */
  readonly deliveries: readonly DeliveryRecord[];
  readonly query: Readonly<Record<string, string>>;
  readonly invalid: InvalidForm | undefined;
}

export function Webhook({ view }: { view: WebhookView }) {
  const { endpoint, health, deliveries, query, invalid } = view;
  const { id, url, secret, disabled } = endpoint;
  const shown = shownOf(deliveries, query['shown']);
  const next = health.next < Infinity ? 'Next attempt' : '';
  const line = `EXAMPLE_WEBHOOK_SECRET=${secret}\n`;
  const to = `/dashboard/webhooks/${id}`;
  const tone = health.failing.length > 0 || disabled !== undefined ? 'plain' : 'main'; // What mends it comes first.
  return (
    <>
      <nav class="crumbs" aria-label="Breadcrumb">
        <a href="/dashboard/webhooks">Webhooks</a>
      </nav>
      <PageHead title={<Url of={url} />} lead={<Health endpoint={endpoint} health={health} />}>
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
