import type { Details } from '../../http/failure.ts';
import type { DeliveryRecord, EndpointRecord } from '../../storage/records.ts';
import { type EndpointHealth, maxConcurrency } from '../../storage/delivery-index.ts';
import {
  Action,
  Card,
  Confirm,
  Copyable,
  Empty,
  PageHead,
  Pages,
  Pill,
  Stat,
  Table,
  Time,
} from '../parts/components.tsx';
import { choices, Field, Select } from '../parts/fields.tsx';
import { Icon } from '../parts/icons.tsx';
import { number } from '../parts/numbers.ts';
import { EndpointFields, type EndpointForm, Health, listOf } from './webhooks.tsx';

/** The values of the form that sends a test event. */
export interface TestForm {
  readonly event: string;
  readonly data: string;
}

export interface WebhookView {
  readonly endpoint: EndpointRecord;
  readonly health: EndpointHealth;
  readonly deliveries: readonly { readonly delivery: DeliveryRecord; readonly ahead: number | undefined }[];
  readonly status: string;
  readonly page: number;
  readonly pages: number;
  readonly now: number;
  readonly settings?: EndpointForm | undefined;
  readonly test: TestForm;
  readonly errors?: Details | undefined;
}

/** A webhook: its health, its deliveries, and what can be done with it. */
export function Webhook({ view }: { view: WebhookView }) {
  const { endpoint, health, errors } = view;
  const to = `/dashboard/webhooks/${endpoint.id}`;
  return (
    <>
      <PageHead
        title={endpoint.url}
        lead={
          <>
            <Health health={health} /> Receives {listOf(endpoint.events)}.
          </>
        }
      />
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
      <Figures health={health} endpoint={endpoint} />
      <div class="columns">
        <div>
          <Deliveries view={view} to={to} />
        </div>
        <div>
          <Card title="Send a test event">
            <form method="post" action={to} class="stacked">
              <Field
                label="Event"
                name="event"
                value={view.test.event}
                hint="Also try an event that your code does not handle."
                errors={errors}
                required
                maxlength={100}
              />
              <Field label="Data, as JSON" name="data" errors={errors}>
                {(attributes) => (
                  <textarea {...attributes} rows={6} spellcheck={false} class="mono">
                    {view.test.data}
                  </textarea>
                )}
              </Field>
              <button class="main" name="action" value="test">
                Send test event
              </button>
            </form>
          </Card>
          <Secret view={view} to={to} />
          <Card title="Settings">
            <form method="post" action={to} class="stacked">
              <EndpointFields form={view.settings ?? endpoint} errors={errors} />
              <button class="main" name="action" value="save">
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

function Figures({ health, endpoint }: { health: EndpointHealth; endpoint: EndpointRecord }) {
  const { last, pending, failed, dueSince } = health;
  return (
    <div class="stats">
      <Stat
        name="Latest attempt"
        value={last === undefined ? '–' : <Time at={last.at} show="ago" />}
        hint={last === undefined ? 'none yet' : last.succeeded ? 'succeeded' : 'failed'}
      />
      <Stat
        name="Pending"
        value={number(pending)}
        hint={
          dueSince < Infinity && (
            <>
              oldest due <Time at={dueSince} show="ago" />
            </>
          )
        }
        href={`/dashboard/webhooks/${endpoint.id}?status=pending`}
      />
      <Stat
        name="Failed"
        value={number(failed)}
        tone={failed > 0 ? 'bad' : 'plain'}
        hint="no attempt left"
        href={`/dashboard/webhooks/${endpoint.id}?status=failed`}
      />
    </div>
  );
}

function Deliveries({ view, to }: { view: WebhookView; to: string }) {
  const { deliveries, health, status, page, pages, endpoint } = view;
  return (
    <Card
      title="Deliveries"
      flush
      actions={
        <div class="actions">
          {health.failed > 0 && (
            <Action to={to} action="resend" button={`Resend all failed (${number(health.failed)})`} tone="main" />
          )}
          <form method="get" action={to} class="single" data-visit="true">
            <Select
              name="status"
              aria-label="State of the deliveries"
              value={status}
              options={choices('Any state', ['pending', 'delivered', 'failed'])}
            />
            <button class="plain unscripted">Filter</button>
          </form>
        </div>
      }
    >
      {deliveries.length === 0 ? (
        status === '' ? (
          <Empty title="No deliveries yet.">
            <p>Create a user with the API, or send a test event.</p>
          </Empty>
        ) : (
          <Empty title={`No delivery is ${status}.`}>
            <p>
              <a href={to}>Show all deliveries</a>
            </p>
          </Empty>
        )
      ) : (
        <Table caption="Deliveries, newest first" columns={['Event', 'State', 'Attempts', 'Created', 'Next attempt']}>
          {deliveries.map(({ delivery, ahead }) => (
            <tr id={`delivery-${delivery.id}`}>
              <td class="wide">
                <a href={`/dashboard/deliveries/${delivery.id}`}>{delivery.event}</a>
              </td>
              <td>
                <DeliveryState delivery={delivery} />
              </td>
              <td>
                {delivery.attempts.length}
                <span class="unit">{delivery.attempts.length === 1 ? ' attempt' : ' attempts'}</span>
              </td>
              <td>
                <Time at={delivery.created_at} show="ago" />
              </td>
              <td class="number">
                <NextAttempt due={delivery.due} ahead={ahead} endpoint={endpoint} />
              </td>
            </tr>
          ))}
        </Table>
      )}
      <Pages page={page} pages={pages} href={(number) => `${to}?status=${status}&page=${number}`} />
    </Card>
  );
}

/**
 * When a delivery is attempted next. A disabled webhook has no attempts until it is enabled.
 *
 * @param ahead Number of due deliveries before it; `undefined` if it is not due.
 */
export function NextAttempt({
  due,
  ahead,
  endpoint,
}: {
  due: number | undefined;
  ahead: number | undefined;
  endpoint: EndpointRecord | undefined;
}) {
  if (due === undefined) return <>–</>;
  if (endpoint?.disabled !== undefined) return <>when enabled</>;
  if (ahead === undefined) return <Time at={due} show="ago" />;
  return <>{ahead < maxConcurrency ? 'now' : `due, ${number(ahead)} ahead`}</>;
}

export function DeliveryState({ delivery }: { delivery: DeliveryRecord }) {
  const tone = { delivered: 'good', pending: 'fair', failed: 'bad' } as const;
  return <Pill tone={tone[delivery.status]}>{delivery.status}</Pill>;
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
        <>
          <p>
            Deliveries are also signed with the previous secret until <Time at={previous.until} show="both" />.
          </p>
          <details class="fold">
            <summary>Show the previous secret</summary>
            <p>
              <Copyable text={previous.secret} label="the previous secret" />
            </p>
          </details>
        </>
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
