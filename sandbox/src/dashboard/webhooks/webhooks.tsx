import type { DeliveryRecord, EndpointRecord } from '../../storage/record-types.ts';
import type { EndpointHealth } from '../../webhooks/health.ts';
import { eventExamples } from '../../webhooks/event-examples.ts';
import { Address } from '../parts/address.tsx';
import { Action, Card, Dialog, Empty, PageHead, Pill, Rows, Time } from '../parts/components.tsx';
import { choices, Field } from '../parts/fields.tsx';
import type { InvalidForm } from '../parts/form.ts';
import { number } from '../parts/numbers.ts';
import { causeOf, statusOf } from './delivery.tsx';

const to = '/dashboard/webhooks';

export interface EndpointView {
  readonly endpoint: EndpointRecord;
  readonly health: EndpointHealth;
}

/** The webhooks, those that fail first, each with what failed. */
export function Webhooks({ endpoints, invalid }: { endpoints: EndpointView[]; invalid: InvalidForm | undefined }) {
  const events = choices('All events', [...eventExamples.keys()], '*');
  const create = (
    <Dialog id="create" title="Register webhook" to={to} action="register" open={invalid !== undefined}>
      <Field label="URL" name="url" invalid={invalid} placeholder="e.g. http://127.0.0.1:3000/webhooks" />
      <Field label="Events" name="events" invalid={invalid} options={events} />
    </Dialog>
  );
  return (
    <>
      <PageHead title="Webhooks" lead="Events are sent to the URLs that you register here.">
        {endpoints.length > 0 && create}
      </PageHead>
      <Card>
        {endpoints.length === 0 ? (
          <Empty title="No webhooks yet.">
            <p>Register the URL of your server, then create a user, or send a test event.</p>
            {create}
          </Empty>
        ) : (
          <WebhookRows endpoints={endpoints} />
        )}
      </Card>
    </>
  );
}

/** Webhooks in a list: what each gets, its deliveries, and each cause of its failures once. */
function WebhookRows({ endpoints }: { endpoints: readonly EndpointView[] }) {
  return (
    <Rows of="webhooks" label="Webhooks" heads={['State', 'Webhook', 'Events', 'Deliveries', '']}>
      {endpoints.map(({ endpoint, health }) => (
        <li class="row" id={endpoint.id}>
          <Pill tone={tones[health.status]}>{health.status}</Pill>
          <a href={`/dashboard/webhooks/${endpoint.id}`}>
            <Address of={endpoint.url} />
          </a>
          <span class="reason">{listOf(endpoint.events)}</span>
          <div class="why">
            <Counts endpoint={endpoint} health={health} />
            <Causes of={health} />
          </div>
          <Remedy endpoint={endpoint} health={health} />
        </li>
      ))}
    </Rows>
  );
}

/** Why deliveries fail, those that fail alike once: how many they are. It leads to the latest. */
export function Causes({ of: { failing } }: { of: EndpointHealth }) {
  const status = ({ attempts }: DeliveryRecord) => attempts.slice(-1).map(statusOf).join('');
  const alike = Map.groupBy(failing, (delivery) => `${status(delivery)} ${causeOf(delivery)}`);
  const causes = [...alike.values()].flatMap((all) => all.slice(-1).map((latest) => [latest, all.length] as const));
  return (
    <>
      {causes.map(([latest, times]) => (
        <a class="cause bad" href={`/dashboard/deliveries/${latest.id}`}>
          <strong>{times === 1 ? status(latest) : `${status(latest)} ×${times}`}</strong> {causeOf(latest)}
        </a>
      ))}
    </>
  );
}

/** What makes a webhook that fails work again. */
export function Remedy({ endpoint: { id, disabled }, health, tone }: EndpointView & { tone?: 'main' }) {
  const to = `/dashboard/webhooks/${id}`;
  if (disabled !== undefined) return <Action to={to} action="enable" button="Enable" tone={tone} />;
  return health.failing.length > 0 ? <Action to={to} action="retry" button="Retry now" tone={tone} /> : <></>;
}

const tones = { healthy: 'good', failing: 'bad', disabled: 'fair', idle: 'plain' } as const;

export function Health({ endpoint, health }: EndpointView) {
  return (
    <>
      <Pill tone={tones[health.status]}>{health.status}</Pill> {`${listOf(endpoint.events)}: `}
      <Counts endpoint={endpoint} health={health} />
    </>
  );
}

/** Such as `4 delivered, 1 retrying, next attempt in 5 s`. */
function Counts({ endpoint: { disabled }, health: { counts, next } }: EndpointView) {
  const texts = Object.entries(counts).flatMap(([state, many]) => (many > 0 ? `${number(many)} ${state}` : []));
  return (
    <>
      {texts.join(', ') || 'no deliveries yet'}
      {next < Infinity && [', next attempt ', disabled === undefined ? <Time at={next} show="ago" /> : 'once enabled']}
    </>
  );
}

function listOf(events: readonly string[]): string {
  return events.map((event) => (event === '*' ? 'all events' : event)).join(', ');
}
