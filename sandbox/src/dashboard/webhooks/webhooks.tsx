import type { Details } from '../../http/failure.ts';
import type { EndpointRecord } from '../../storage/records.ts';
import type { EndpointHealth } from '../../storage/delivery-index.ts';
import { eventNames } from '../../webhooks/webhooks.ts';
import { Card, Empty, PageHead, Pill, Table, Time, type Tone } from '../parts/components.tsx';
import { CreateForm, Field } from '../parts/fields.tsx';
import { number } from '../parts/numbers.ts';

/** The values of a form that had errors. */
export interface EndpointForm {
  readonly url: string;
  readonly events: readonly string[];
}

export interface EndpointView {
  readonly endpoint: EndpointRecord;
  readonly health: EndpointHealth;
}

export function Webhooks({
  endpoints,
  form = { url: '', events: eventNames },
  errors,
}: {
  endpoints: readonly EndpointView[];
  form?: EndpointForm | undefined;
  errors?: Details | undefined;
}) {
  return (
    <>
      <PageHead title="Webhooks" lead="Events are sent to the URLs that you register here." />
      <CreateForm to="/dashboard/webhooks" action="register" button="Register webhook">
        <EndpointFields form={form} errors={errors} />
      </CreateForm>
      {endpoints.length === 0 ? (
        <Empty title="No webhooks yet.">
          <p>Register the URL of your server above. Then create a user, or send a test event, to receive an event.</p>
        </Empty>
      ) : (
        <Card flush>
          <Table caption="Webhooks" columns={['URL', 'Events', 'Health', 'Latest attempt', 'Deliveries']}>
            {endpoints.map(({ endpoint, health }) => (
              <tr>
                <td class="wide">
                  <a href={`/dashboard/webhooks/${endpoint.id}`}>{endpoint.url}</a>
                </td>
                <td>{listOf(endpoint.events)}</td>
                <td>
                  <Health health={health} />
                </td>
                <td>{health.last === undefined ? 'none yet' : <Time at={health.last.at} show="ago" />}</td>
                <td class="number">{`${number(health.pending)} pending, ${number(health.failed)} failed`}</td>
              </tr>
            ))}
          </Table>
        </Card>
      )}
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

/** The state of a webhook, and for how long its deliveries have been waiting. */
export function Health({ health: { status, dueSince } }: { health: EndpointHealth }) {
  return (
    <>
      <Pill tone={tones[status]}>{status}</Pill>
      {status === 'backed up' && (
        <span class="hint">
          {' oldest due '}
          <Time at={dueSince} show="ago" />
        </span>
      )}
    </>
  );
}

export function EndpointFields({ form, errors }: { form: EndpointForm; errors: Details | undefined }) {
  const problem = errors?.['events'];
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
      <fieldset aria-describedby={problem === undefined ? undefined : 'events-error'}>
        <legend>Events</legend>
        {[...eventNames, '*'].map((event) => (
          <label class="choice">
            <input type="checkbox" name="events" value={event} checked={form.events.includes(event)} />
            {event === '*' ? 'all events, including future ones' : event}
          </label>
        ))}
        {problem !== undefined && (
          <p class="error" id="events-error">
            {problem}
          </p>
        )}
      </fieldset>
    </>
  );
}

export function listOf(events: readonly string[]): string {
  return events.map((event) => (event === '*' ? 'all events' : event)).join(', ');
}
