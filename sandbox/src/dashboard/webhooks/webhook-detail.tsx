import type { EndpointHealth } from '../../storage/delivery-index.ts';
import type { DeliveryRecord, EndpointRecord } from '../../storage/records.ts';
import { Action, Card, Confirm, Copyable, Empty, More, PageHead, Rows, Time } from '../parts/components.tsx';
import { choices, Field, Select } from '../parts/fields.tsx';
import { Icon } from '../parts/icons.tsx';
import { number } from '../parts/numbers.ts';
import { exampleData } from '../../webhooks/webhooks.ts';
import type { InvalidForm } from '../parts/form.ts';
import { DeliveryRow } from './delivery-row.tsx';
import { endpointForm, EndpointFields, Health } from './webhooks.tsx';

const firstTest = new URLSearchParams({ event: 'user.created', data: JSON.stringify(exampleData, null, 2) });

export interface WebhookView {
  readonly endpoint: EndpointRecord;
  readonly health: EndpointHealth;
  readonly deliveries: readonly DeliveryRecord[];
  readonly status: string;
  /** Number of deliveries that match. */
  readonly total: number;
  readonly now: number;
  readonly invalid: InvalidForm | undefined;
}

/** A webhook: its deliveries, and what can be done with it. */
export function Webhook({ view }: { view: WebhookView }) {
  const { endpoint, health, invalid } = view;
  const to = `/dashboard/webhooks/${endpoint.id}`;
  const sent = (action: string) => (invalid?.form.get('action') === action ? invalid.form : undefined);
  const [settings, test = firstTest] = [sent('save'), sent('test')];
  const errors = invalid?.errors;
  return (
    <>
      <PageHead title={endpoint.url} lead={<Health endpoint={endpoint} health={health} />} />
      {endpoint.disabled !== undefined && (
        <section class="banner bad" role="status">
          <Icon name="warning" />
          <div>
            <p>
              <strong>Disabled.</strong> {endpoint.disabled} Its deliveries wait until you enable it.
            </p>
          </div>
          <Action to={to} action="enable" button="Enable" tone="main" />
        </section>
      )}
      <Deliveries view={view} to={to} />
      <div class="columns even">
        <Card title="Send a test event">
          <form method="post" action={to}>
            <Field
              label="Event"
              name="event"
              value={test.get('event') ?? ''}
              errors={errors}
              required
              maxlength={100}
            />
            <Field label="Data, as JSON" name="data" errors={errors}>
              {(attributes) => (
                <textarea {...attributes} rows={6} spellcheck={false} class="mono">
                  {test.get('data')}
                </textarea>
              )}
            </Field>
            <button class="main" name="action" value="test">
              Send test event
            </button>
          </form>
        </Card>
        <div>
          <Secret view={view} to={to} />
          <Card title="Settings">
            <form method="post" action={to}>
              <EndpointFields form={settings ? endpointForm(settings) : endpoint} errors={errors} />
              <button name="action" value="save">
                Save
              </button>
            </form>
            <div class="actions below">
              {endpoint.disabled === undefined && <Action to={to} action="disable" button="Disable" />}
              <Confirm to={to} action="delete" button="Delete webhook" question="This also deletes its deliveries." />
            </div>
          </Card>
        </div>
      </div>
    </>
  );
}

function Deliveries({ view, to }: { view: WebhookView; to: string }) {
  const { deliveries, health, status, total, endpoint } = view;
  return (
    <Card
      title="Deliveries"
      flush
      actions={
        <div class="actions">
          {health.failed > 0 && (
            <Action to={to} action="resend" button={`Resend all failed (${number(health.failed)})`} tone="main" />
          )}
          <form method="get" action={to} class="actions" data-visit="true">
            <Select
              name="status"
              aria-label="State of the deliveries"
              value={status}
              options={choices('Any state', ['pending', 'delivered', 'failed'])}
            />
            <button class="unscripted">Filter</button>
          </form>
        </div>
      }
    >
      <Rows label="Deliveries, newest first">
        {deliveries.map((delivery) => (
          <DeliveryRow delivery={delivery} endpoint={endpoint} />
        ))}
      </Rows>
      {deliveries.length === 0 && (
        <Empty title={status === '' ? 'No deliveries yet.' : `No delivery is ${status}.`}>
          <p>
            {status === '' ? 'Create a user with the API, or send a test event.' : <a href={to}>Show all deliveries</a>}
          </p>
        </Empty>
      )}
      <More shown={deliveries.length} of={total} />
    </Card>
  );
}

function Secret({ view: { endpoint, now }, to }: { view: WebhookView; to: string }) {
  const { previous, secret } = endpoint;
  return (
    <Card title="Signing secret">
      <details class="fold">
        <summary>Show the secret</summary>
        <p id="secret">
          <Copyable text={secret} label="the signing secret" />
        </p>
      </details>
      {previous !== undefined && now < previous.until && (
        <p class="hint">
          Deliveries are also signed with the previous secret until <Time at={previous.until} show="both" />.
        </p>
      )}
      <Confirm
        to={to}
        action="rotate"
        button="Rotate secret"
        question="For one day, deliveries are signed with both the old and the new secret."
      />
    </Card>
  );
}
