import type { Attempt, DeliveryRecord, EndpointRecord } from '../../storage/record-types.ts';
import { answerOf, subjectOf } from '../../state/reasons.ts';
import { hasFailed, stateOf } from '../../webhooks/health.ts';
import { Pill, Row, Time } from '../parts/components.tsx';

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
