import type { Details } from '../../http/failure.ts';
import type { DeliveryRecord, EndpointRecord } from '../../storage/records.ts';
import type { EndpointHealth } from '../../storage/delivery-index.ts';
import { eventNames } from '../../webhooks/webhooks.ts';
import { Card, Empty, PageHead, Pill, Rows, Time, type Tone } from '../parts/components.tsx';
import { type Choice, CreateForm, Field, Select } from '../parts/fields.tsx';
import { field, type InvalidForm } from '../parts/form.ts';
import { number } from '../parts/numbers.ts';
import { DeliveryRow } from './delivery-row.tsx';

type EndpointForm = Pick<EndpointRecord, 'url' | 'events'>;

/** The settings of a webhook as a form has them. */
export function endpointForm(form: URLSearchParams): EndpointForm {
  return { url: field(form, 'url'), events: field(form, 'events').split(', ').filter(Boolean) };
}

export interface EndpointView {
  readonly endpoint: EndpointRecord;
  readonly health: EndpointHealth;
  /** The delivery that failed last; `undefined` if none does. */
  readonly failing: DeliveryRecord | undefined;
}

/** The webhooks, those that fail first, each with what failed last. */
export function Webhooks({
  endpoints,
  invalid,
}: {
  endpoints: readonly EndpointView[];
  invalid: InvalidForm | undefined;
}) {
  const form = invalid === undefined ? { url: '', events: ['*'] } : endpointForm(invalid.form);
  return (
    <>
      <PageHead title="Webhooks" lead="Events are sent to the URLs that you register here." />
      <CreateForm
        to="/dashboard/webhooks"
        action="register"
        button="Register webhook"
        errors={invalid?.errors}
        open={endpoints.length === 0}
      >
        <EndpointFields form={form} errors={invalid?.errors} />
      </CreateForm>
      {endpoints.length === 0 && (
        <Empty title="No webhooks yet.">
          <p>Register the URL of your server. Then create a user, or send a test event, to receive an event.</p>
        </Empty>
      )}
      {endpoints.map(({ endpoint, health, failing }) => (
        <Card flush title={<a href={`/dashboard/webhooks/${endpoint.id}`}>{endpoint.url}</a>}>
          <p class="inset">
            <Health endpoint={endpoint} health={health} />
          </p>
          {failing !== undefined && (
            <Rows label={`What failed last at ${endpoint.url}`}>
              <DeliveryRow delivery={failing} endpoint={endpoint} />
            </Rows>
          )}
        </Card>
      ))}
    </>
  );
}

const tones: Readonly<Record<EndpointHealth['status'], Tone>> = {
  healthy: 'good',
  retrying: 'fair',
  'backed up': 'fair',
  failing: 'bad',
  disabled: 'bad',
  idle: 'plain',
};

/** The state of a webhook, and what it receives. */
export function Health({ endpoint, health }: { endpoint: EndpointRecord; health: EndpointHealth }) {
  const { status, pending, failed, last } = health;
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

export function EndpointFields({ form, errors }: { form: EndpointForm; errors: Details | undefined }) {
  const events = form.events.join(', ');
  const options = [...new Set(['*', ...eventNames, events])];
  return (
    <>
      <Field
        label="URL"
        name="url"
        type="url"
        value={form.url}
        errors={errors}
        placeholder="http://127.0.0.1:3000/webhooks"
        required
      />
      <Field label="Events" name="events" errors={errors}>
        {(attributes) => (
          <Select {...attributes} value={events} options={options.map((each): Choice => [each, listOf([each])])} />
        )}
      </Field>
    </>
  );
}

function listOf(events: readonly string[]): string {
  return events.map((event) => (event === '*' ? 'all events' : event)).join(', ');
}
