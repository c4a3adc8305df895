import { type Context, Hono } from 'hono';
import type { Attempt, DeliveryRecord, EndpointRecord } from '../../storage/record-types.ts';
import { answerOf, subjectOf } from '../../state/reasons.ts';
import { hasFailed, stateOf } from '../../webhooks/health.ts';
import { found } from '../../http/failure.ts';
import type { Services } from '../../state/services.ts';
import { untilAborted } from '../../utils/abort.ts';
import type { RecordedRequest } from '../../state/recorded-request.ts';
import { Pill, Row, Time, Action, Card, Code, Fold, PageHead } from '../parts/components.tsx';
import type { Dashboard } from '../dashboard.tsx';
import { Address } from '../parts/address.tsx';
import { Body } from '../parts/json.tsx';
import { latencyText } from '../parts/numbers.ts';
import { toneOf } from '../requests/request-row.tsx';

interface DeliveryProps {
  delivery: DeliveryRecord;
  /** What caused it; `undefined` if no request did, or if the log no longer has it. */
  request: RecordedRequest | undefined;
  endpoint: EndpointRecord;
}

interface SignatureProps {
  attempt: Attempt;
  delivery: DeliveryRecord;
}

/** A delivery: why it failed, its attempts, its body, and how it was signed. */
function Delivery({ delivery, request, endpoint }: DeliveryProps) {
  const attempts = delivery.attempts.toReversed();
  const [latest] = attempts;
  const cause = request && <a href={`/dashboard/requests/${request.id}`}>{`${request.method} ${request.target}`}</a>;
  const origin = delivery.request === undefined ? 'Triggered' : ['Caused by ', cause ?? delivery.request];
  const to = `/dashboard/deliveries/${delivery.id}`;
  const button = delivery.status === 'pending' ? 'Retry now' : 'Redeliver';
  const again = <Action to={to} action="redeliver" button={button} tone="main" />;
  return (
    <>
      <nav class="crumbs" aria-label="Breadcrumb">
        <a href="/dashboard/webhooks">Webhooks</a> ›{' '}
        <a href={`/dashboard/webhooks/${delivery.endpoint}`}>
          <Address of={endpoint.url} />
        </a>
      </nav>
      <PageHead
        title={[delivery.event, subjectOf(delivery)].filter(Boolean).join(': ')}
        lead={[
          <State delivery={delivery} endpoint={endpoint} />,
          ' ',
          origin,
          ' at ',
          <Time at={delivery.created_at} show="both" />,
        ]}
      >
        {hasFailed(delivery) && latest !== undefined && (
          <div class="banner bad">
            <p>
              <strong>{statusOf(latest)}</strong> {causeOf(delivery)}
              <Due delivery={delivery} endpoint={endpoint} after=", " />
            </p>
            {again}
          </div>
        )}
        {!hasFailed(delivery) && again}
      </PageHead>
      <div class="columns">
        <Card title="Attempts">
          {attempts.length === 0 && <Due delivery={delivery} endpoint={endpoint} after="No attempts yet: " />}
          {attempts.map((attempt, index) => (
            <AttemptFold attempt={attempt} number={attempts.length - index} open={index === 0} />
          ))}
        </Card>
        <div>
          <Card title="Body">
            <Body of={delivery.body} label="the body" />
          </Card>
          {latest && <Signature attempt={latest} delivery={delivery} />}
        </div>
      </div>
    </>
  );
}

/** How the signature of an attempt was made, so that a failing verification can be understood. */
function Signature({ attempt: { requestHeaders }, delivery: { message, body } }: SignatureProps) {
  return (
    <Card title="How it was signed">
      <p class="hint">
        For the last attempt. The signature is HMAC-SHA256 over the id, the timestamp and the body exactly as sent,
        joined with dots. The key is what follows <code>whsec_</code>, decoded from base64.
      </p>
      <h3>Signed content</h3>
      <Code label="the signed content" text={`${message}.${requestHeaders['webhook-timestamp']}.${body}`} />
      <h3>Signature</h3>
      <Code label="the signature" text={String(requestHeaders['webhook-signature'])} />
    </Card>
  );
}

function AttemptFold({ attempt, number, open }: { attempt: Attempt; number: number; open: boolean }) {
  const { status, at, duration, requestHeaders, responseHeaders = {}, responseBody } = attempt;
  return (
    <details class="attempt" open={open} id={`attempt-${number}`}>
      <summary>
        <Pill tone={toneOf(status)}>{statusOf(attempt)}</Pill> <span>{`Attempt ${number} ·`}</span>{' '}
        <span class="hint">
          <Time at={at} show="ago" />
          {`, ${latencyText(duration)}`}
        </span>
      </summary>
      <h3>Response</h3>
      {status === undefined ? (
        <p class="error">{answerOf(attempt)}</p>
      ) : (
        <Body of={responseBody} label="the response body" />
      )}
      <Fold of={responseHeaders} name="response header" />
      <Fold of={requestHeaders} name="request header" />
    </details>
  );
}

/** Says what a delivery that is being sent was answered, if that takes less than a second. */
export async function sent(what: string, { id, attempts }: DeliveryRecord, { webhooks, store }: Services) {
  await untilAborted(AbortSignal.timeout(1000), webhooks.flush()).catch(() => undefined);
  const latest = store.deliveries.get(id)?.attempts.at(-1);
  return latest === undefined || latest === attempts.at(-1) ? `${what} pending` : `${what} sent: ${statusOf(latest)}`;
}

export function deliveryRoutes(dashboard: Dashboard): Hono {
  const { webhooks, store, log } = dashboard.services;
  const routes = new Hono();

  const show = (context: Context) => {
    const { id = '' } = context.req.param();
    const delivery = found(store.deliveries.get(id), 'delivery', id);
    const endpoint = found(store.endpoints.get(delivery.endpoint), 'webhook', delivery.endpoint);
    const request = log.get(String(delivery.request));
    const page = <Delivery delivery={delivery} request={request} endpoint={endpoint} />;
    return dashboard.page(context, `Delivery of ${delivery.event}`, page);
  };
  dashboard.serve(routes, '/deliveries/:id', show, {
    redeliver: async (_, id) => ({ text: await sent('Delivery', webhooks.redeliver(id), dashboard.services) }),
  });

  return routes;
}

interface DeliveryOf {
  delivery: DeliveryRecord;
  endpoint: EndpointRecord;
}

/** A delivery in a list: its state, whom it is about, and what its receiver answered last. */
export function DeliveryRow({ delivery, endpoint }: DeliveryOf) {
  const { id, event, status, attempts, request } = delivery;
  const attempt = attempts.at(-1);
  const tone = hasFailed(delivery) ? 'bad' : tones[stateOf(delivery, endpoint)];
  return (
    <Row id={`delivery-${id}`} tone={tone} href={`/dashboard/deliveries/${id}`}>
      <State delivery={delivery} endpoint={endpoint} />
      <span class="kind">{event}</span>
      <bdi class="subject">{subjectOf(delivery)}</bdi>
      <span class="reason">
        <strong>{attempt && statusOf(attempt)}</strong> {status !== 'delivered' && causeOf(delivery)}
      </span>
      <span class="extra">
        <Due delivery={delivery} endpoint={endpoint} />
      </span>
      <span class="when">
        {request === undefined && 'triggered · '}
        {attempt ? [`attempt ${attempts.length} · `, <Time at={attempt.at} show="ago" />] : 'not sent yet'}
      </span>
    </Row>
  );
}

const tones = { delivered: 'good', retrying: 'fair', waiting: 'plain', failed: 'bad' } as const;

export function State({ delivery, endpoint }: DeliveryOf) {
  const state = stateOf(delivery, endpoint);
  return <Pill tone={tones[state]}>{state}</Pill>;
}

/** The status of a response, or that there was none. */
export function statusOf({ status }: Attempt): string {
  return String(status ?? 'no response');
}

/** Why the latest attempt failed: the message of the response, or its first line, which is quoted. */
export function causeOf({ attempts }: DeliveryRecord): string {
  const [attempt] = attempts.slice(-1);
  if (attempt === undefined) return '';
  const answer = answerOf(attempt);
  if (answer === '') return 'The response has no body.';
  return attempt.responseBody?.trim().startsWith(answer.replace(/…$/, '')) === true ? `“${answer}”` : answer;
}

/** When a delivery is attempted next, if ever, after a text. */
export function Due({ delivery: { due, attempts }, endpoint, after = '' }: DeliveryOf & { after?: string }) {
  if (due === undefined) return <></>;
  if (endpoint.disabled !== undefined) return <>{`${after}once enabled`}</>;
  return (
    <>
      {`${after}${attempts.length === 0 ? 'first attempt' : 'retry'} `}
      <Time at={due} show="ago" />
    </>
  );
}
