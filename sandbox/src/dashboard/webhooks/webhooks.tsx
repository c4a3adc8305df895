import type { Details } from '../../http/failure.ts';
import type { EndpointRecord } from '../../storage/records.ts';
import type { EndpointHealth } from '../../webhooks/health.ts';
import { eventNames } from '../../webhooks/webhooks.ts';
import { Action, Card, Empty, PageHead, Pill, Rows, Time, type Tone } from '../parts/components.tsx';
import { type Choice, CreateForm, Field, Select } from '../parts/fields.tsx';
import type { InvalidForm } from '../parts/form.ts';
import { number } from '../parts/numbers.ts';
import { causeOf, DeliveryRow } from './delivery-row.tsx';

export interface EndpointView {
  readonly endpoint: EndpointRecord;
  readonly health: EndpointHealth;
}

/** The webhooks, those that fail first, each with what failed. */
export function Webhooks({
  endpoints,
  invalid,
}: {
  endpoints: readonly EndpointView[];
  invalid: InvalidForm | undefined;
}) {
  const errors: Details | undefined = invalid?.errors;
  const events = invalid?.form.get('events') ?? '*';
  const options = [...new Set(['*', ...eventNames, events])];
  return (
    <>
      <PageHead title="Webhooks" lead="Events are sent to the URLs that you register here." />
      <CreateForm
        to="/dashboard/webhooks"
        action="register"
        button="Register webhook"
        errors={errors}
        open={endpoints.length === 0}
      >
        <Field
          label="URL"
          name="url"
          type="url"
          value={invalid?.form.get('url') ?? ''}
          errors={errors}
          placeholder="http://127.0.0.1:3000/webhooks"
          required
        />
        <Field label="Events" name="events" errors={errors}>
          {(attributes) => (
            <Select {...attributes} value={events} options={options.map((each): Choice => [each, listOf([each])])} />
          )}
        </Field>
      </CreateForm>
      {endpoints.length === 0 && (
        <Empty title="No webhooks yet.">
          <p>Register the URL of your server. Then create a user, or send a test event, to receive an event.</p>
        </Empty>
      )}
      {endpoints.map(({ endpoint, health }) => (
        <EndpointCard endpoint={endpoint} health={health} />
      ))}
    </>
  );
}

/** A webhook in a list: how it does, and each cause of its failures once. */
export function EndpointCard({ endpoint, health }: EndpointView) {
  const { id, url } = endpoint;
  const causes = Map.groupBy(health.failing, (delivery) => `${delivery.attempts.at(-1)?.status} ${causeOf(delivery)}`);
  return (
    <Card
      flush
      title={<a href={`/dashboard/webhooks/${id}`}>{url}</a>}
      actions={health.failing.length > 0 && <RetryNow id={id} />}
    >
      <p class="inset">
        <Health endpoint={endpoint} health={health} />
      </p>
      {causes.size > 0 && (
        <Rows label={`What fails at ${url}`}>
          {[...causes.values()].map((deliveries) =>
            deliveries
              .slice(-1)
              .map((latest) => <DeliveryRow delivery={latest} endpoint={endpoint} times={deliveries.length} />),
          )}
        </Rows>
      )}
    </Card>
  );
}

export function RetryNow({ id }: { id: string }) {
  return <Action to={`/dashboard/webhooks/${id}`} action="retry" button="Retry now" tone="main" />;
}

const tones: Readonly<Record<EndpointHealth['status'], Tone>> = {
  healthy: 'good',
  failing: 'bad',
  disabled: 'bad',
  idle: 'plain',
};

/** The state of a webhook, and what it receives. */
export function Health({ endpoint, health }: EndpointView) {
  const { status, pending, failing, last } = health;
  const failed = failing.filter((delivery) => delivery.status === 'failed').length;
  const counts = [pending > 0 && `${number(pending)} pending`, failed > 0 && `${number(failed)} failed`];
  return (
    <>
      <Pill tone={tones[status]}>{status}</Pill>{' '}
      {[listOf(endpoint.events), ...counts, last === undefined && 'no attempt yet'].filter(Boolean).join(' · ')}
      {last !== undefined && (
        <>
          {' · latest attempt '}
          <Time at={last.at} show="ago" />
        </>
      )}
    </>
  );
}

function listOf(events: readonly string[]): string {
  return events.map((event) => (event === '*' ? 'all events' : event)).join(', ');
}
