import type { Details } from '../http/failure.ts';
import type { DeliveryRecord, EndpointRecord } from '../storage/records.ts';
import { timestamp } from '../utils/clock.ts';
import { eventNames } from '../webhooks/webhooks.ts';
import { Action, Code, Confirm, Empty, Field, Headers, Pill, Table, Time, toneOf } from './components.tsx';

/** The values of a form that had errors. */
export interface EndpointForm {
  readonly url: string;
  readonly events: readonly string[];
}

export function Webhooks({
  endpoints,
  form = { url: '', events: eventNames },
  errors,
}: {
  endpoints: readonly EndpointRecord[];
  form?: EndpointForm | undefined;
  errors?: Details | undefined;
}) {
  return (
    <>
      {endpoints.length === 0 ? (
        <Empty>No webhooks yet. Register your server's URL, then create a user to receive an event.</Empty>
      ) : (
        <Table caption="Webhooks" columns={['URL', 'Events', 'State', 'Registered']}>
          {endpoints.map((endpoint) => (
            <tr>
              <td data-label="URL" class="wide">
                <a href={`/dashboard/webhooks/${endpoint.id}`}>{endpoint.url}</a>
              </td>
              <td data-label="Events">{listOf(endpoint.events)}</td>
              <td data-label="State">
                <Pill tone={endpoint.disabled === undefined ? 'good' : 'bad'}>
                  {endpoint.disabled === undefined ? 'enabled' : 'disabled'}
                </Pill>
              </td>
              <td data-label="Registered">
                <Time at={endpoint.created_at} />
              </td>
            </tr>
          ))}
        </Table>
      )}
      <section>
        <h2>New webhook</h2>
        <form method="post" action="/dashboard/webhooks">
          <EndpointFields form={form} errors={errors} />
          <button class="main">Register webhook</button>
        </form>
      </section>
    </>
  );
}

function EndpointFields({ form, errors }: { form: EndpointForm; errors: Details | undefined }) {
  const error = errors?.['events'];
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
      <fieldset aria-describedby={error === undefined ? undefined : 'events-error'}>
        <legend>Events</legend>
        {[...eventNames, '*'].map((event) => (
          <label class="choice">
            <input type="checkbox" name="events" value={event} checked={form.events.includes(event)} />
            {event === '*' ? 'all events, including future ones' : event}
          </label>
        ))}
        {error !== undefined && (
          <p class="error" id="events-error">
            {error}
          </p>
        )}
      </fieldset>
    </>
  );
}

export function Webhook({
  endpoint,
  deliveries,
  now,
  form = endpoint,
  errors,
}: {
  endpoint: EndpointRecord;
  deliveries: readonly DeliveryRecord[];
  now: number;
  form?: EndpointForm | undefined;
  errors?: Details | undefined;
}) {
  const to = `/dashboard/webhooks/${endpoint.id}`;
  const { previous, disabled } = endpoint;
  return (
    <>
      {disabled !== undefined && (
        <section class="notice bad" role="status">
          <p>{`Disabled: ${disabled} Its deliveries wait until you enable it.`}</p>
          <Action to={`${to}/enable`} button="Enable" tone="main" />
        </section>
      )}
      <section data-refresh>
        <h2>Deliveries</h2>
        {deliveries.length === 0 ? (
          <Empty>None yet.</Empty>
        ) : (
          <Table caption="Deliveries, newest first" columns={['Created', 'Event', 'State', 'Attempts', 'Next attempt']}>
            {deliveries.map((delivery) => (
              <tr>
                <td data-label="Created">
                  <a href={`/dashboard/deliveries/${delivery.id}`}>
                    <Time at={delivery.created_at} />
                  </a>
                </td>
                <td data-label="Event" class="wide">
                  {delivery.event}
                </td>
                <td data-label="State">
                  <DeliveryState delivery={delivery} />
                </td>
                <td data-label="Attempts" class="number">
                  {delivery.attempts.length}
                </td>
                <td data-label="Next attempt">
                  {delivery.due === undefined ? 'none' : <Time at={timestamp(delivery.due)} />}
                </td>
              </tr>
            ))}
          </Table>
        )}
      </section>
      <section>
        <h2>Send a test event</h2>
        <form method="post" action={`${to}/test`}>
          <Field
            label="Event"
            name="event"
            value="user.created"
            hint="Also try an event that your code does not handle."
            errors={errors}
            required
            maxlength={100}
          />
          <button class="main">Send test event</button>
        </form>
      </section>
      <section>
        <h2>Signing secret</h2>
        <details>
          <summary>Show the secret</summary>
          <p>
            <code id="secret" class="secret">
              {endpoint.secret}
            </code>
          </p>
        </details>
        {previous !== undefined && now < previous.until && (
          <p>
            Until <Time at={timestamp(previous.until)} /> deliveries are also signed with the previous secret.
          </p>
        )}
        <Confirm
          to={`${to}/rotate`}
          button="Rotate secret"
          question="For one day, deliveries are signed with both the old and the new secret."
        />
      </section>
      <section>
        <h2>Settings</h2>
        <form method="post" action={to}>
          <EndpointFields form={form} errors={errors} />
          <button class="main">Save</button>
        </form>
        {disabled === undefined && <Action to={`${to}/disable`} button="Disable" />}
        <Confirm to={`${to}/delete`} button="Delete webhook" question="This also deletes its deliveries." />
      </section>
    </>
  );
}

function DeliveryState({ delivery }: { delivery: DeliveryRecord }) {
  const tone = { delivered: 'good', pending: 'fair', failed: 'bad' } as const;
  return <Pill tone={tone[delivery.status]}>{delivery.status}</Pill>;
}

export function Delivery({ delivery, endpoint }: { delivery: DeliveryRecord; endpoint: EndpointRecord | undefined }) {
  return (
    <>
      <Action to={`/dashboard/deliveries/${delivery.id}/redeliver`} button="Redeliver" tone="main" />
      <div data-refresh class="below">
        <dl class="facts">
          <div>
            <dt>State</dt>
            <dd>
              <DeliveryState delivery={delivery} />
            </dd>
          </div>
          <div>
            <dt>To</dt>
            <dd>
              <a href={`/dashboard/webhooks/${delivery.endpoint}`}>{endpoint?.url ?? delivery.endpoint}</a>
            </dd>
          </div>
          <div>
            <dt>webhook-id</dt>
            <dd>{delivery.message}</dd>
          </div>
          {delivery.due !== undefined && (
            <div>
              <dt>Next attempt</dt>
              <dd>
                <Time at={timestamp(delivery.due)} />
              </dd>
            </div>
          )}
        </dl>
        <section>
          <h2>Body</h2>
          <Code label="Body">{delivery.body}</Code>
        </section>
        <section>
          <h2>Attempts</h2>
          {delivery.attempts.length === 0 && <Empty>None yet.</Empty>}
          <ol class="cards">
            {delivery.attempts.toReversed().map((attempt) => (
              <li>
                <p>
                  <Pill tone={toneOf(attempt.status)}>{attempt.status ?? 'no response'}</Pill> <Time at={attempt.at} />
                  {`, ${attempt.duration} ms`}
                </p>
                {attempt.error !== undefined && <p class="error">{attempt.error}</p>}
                <h3>Request headers</h3>
                <Headers of={attempt.requestHeaders} />
                {attempt.responseHeaders !== undefined && (
                  <>
                    <h3>Response headers</h3>
                    <Headers of={attempt.responseHeaders} />
                  </>
                )}
                {attempt.responseBody !== undefined && attempt.responseBody !== '' && (
                  <>
                    <h3>Response body</h3>
                    <Code label="Response body">{attempt.responseBody}</Code>
                  </>
                )}
              </li>
            ))}
          </ol>
        </section>
      </div>
    </>
  );
}

function listOf(events: readonly string[]): string {
  return events.map((event) => (event === '*' ? 'all events' : event)).join(', ');
}
