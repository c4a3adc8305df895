import { raw } from 'hono/html';
import type { Details } from '../../http/failure.ts';
import type { EndpointRecord } from '../../storage/records.ts';
import type { EndpointHealth } from '../../storage/delivery-index.ts';
import { eventNames } from '../../webhooks/webhooks.ts';
import { Card, Empty, PageHead, Pill, Table, type Tone } from '../parts/components.tsx';
import { Field } from '../parts/fields.tsx';

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
      {endpoints.length === 0 ? (
        <Empty title="No webhooks yet.">
          <p>Register the URL of your server below. Then create a user, or send a test event, to receive an event.</p>
        </Empty>
      ) : (
        <Card flush>
          <Table caption="Webhooks" columns={['URL', 'Events', 'Health', 'Latest attempts', 'Deliveries']}>
            {endpoints.map(({ endpoint, health }) => (
              <tr>
                <td class="wide">
                  <a href={`/dashboard/webhooks/${endpoint.id}`}>{endpoint.url}</a>
                </td>
                <td>{listOf(endpoint.events)}</td>
                <td>
                  <HealthPill health={health} />
                </td>
                <td>
                  <AttemptStrip health={health} />
                </td>
                <td>{`${health.pending} pending, ${health.failed} failed`}</td>
              </tr>
            ))}
          </Table>
        </Card>
      )}
      <Card title="New webhook">
        <form method="post" action="/dashboard/webhooks" class="stacked">
          <EndpointFields form={form} errors={errors} />
          <button class="main" name="action" value="register">
            Register webhook
          </button>
        </form>
      </Card>
    </>
  );
}

const tones: Readonly<Record<EndpointHealth['status'], Tone>> = {
  healthy: 'good',
  failing: 'bad',
  disabled: 'bad',
  idle: 'plain',
};

export function HealthPill({ health: { status } }: { health: EndpointHealth }) {
  return <Pill tone={tones[status]}>{status}</Pill>;
}

const [goodBar, badBar] = ['<i class="good"></i>', '<i class="bad"></i>'];

/** The latest attempts as a strip, oldest first. */
export function AttemptStrip({ health: { attempts, successRate } }: { health: EndpointHealth }) {
  if (successRate === undefined) return <span class="hint">none yet</span>;
  const summary = `${Math.round(successRate * 100)} % of the last ${attempts.length} attempts succeeded`;
  return (
    <span class="strip" role="img" aria-label={summary} title={summary}>
      {/* As text: a page may show 1500 of them. */}
      {raw(attempts.map(({ succeeded }) => (succeeded ? goodBar : badBar)).join(''))}
    </span>
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
