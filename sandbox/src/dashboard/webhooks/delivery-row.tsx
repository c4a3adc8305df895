import type { Attempt, DeliveryRecord, EndpointRecord } from '../../storage/records.ts';
import { answerOf, subjectOf } from '../../state/reasons.ts';
import { Pill, Row, Time, type Tone } from '../parts/components.tsx';

interface DeliveryOf {
  delivery: DeliveryRecord;
  endpoint?: EndpointRecord | undefined;
}

/** A delivery in a list: what its receiver answered last, whom it is about, and why it failed. */
export function DeliveryRow({ delivery, endpoint }: DeliveryOf) {
  const { id, event, status, attempts, created_at, request } = delivery;
  const attempt = attempts.at(-1);
  return (
    <Row id={`delivery-${id}`} tone={toneOf(delivery)} href={`/dashboard/deliveries/${id}`}>
      <Answer of={delivery} />
      <span class="kind">{event}</span>
      <bdi class="subject">{subjectOf(delivery)}</bdi>
      <span class="reason">{status === 'delivered' ? '' : causeOf(delivery)}</span>
      <span class="extra">
        <State delivery={delivery} endpoint={endpoint} />
      </span>
      <span class="when">
        {request === undefined && 'triggered · '}
        {attempt !== undefined && `attempt ${attempts.length}, `}
        <Time at={attempt?.at ?? created_at} show="ago" />
      </span>
    </Row>
  );
}

const toneOf = ({ attempts, status }: DeliveryRecord): Tone =>
  attempts.length === 0 ? 'plain' : status === 'delivered' ? 'good' : 'bad';

/** What the receiver of a delivery answered last. */
export function Answer({ of: delivery }: { of: DeliveryRecord }) {
  return <Pill tone={toneOf(delivery)}>{delivery.attempts.slice(-1).map(statusOf).join('') || delivery.status}</Pill>;
}

/** The status of a response, or that there was none. */
export function statusOf({ status }: Attempt): string {
  return String(status ?? 'no answer');
}

/** Why the latest attempt failed: the message of the response, or its first line, which is quoted. */
export function causeOf({ attempts }: DeliveryRecord): string {
  const [attempt] = attempts.slice(-1);
  if (attempt === undefined) return '';
  const answer = answerOf(attempt);
  if (answer === '') return 'The response has no body.';
  return attempt.responseBody?.trim().startsWith(answer.replace(/…$/, '')) === true ? `“${answer}”` : answer;
}

/** The state of a delivery, and when it is attempted next. */
export function State({ delivery: { due, status, attempts }, endpoint }: DeliveryOf) {
  if (due === undefined) return <>{status}</>;
  if (endpoint?.disabled !== undefined) return <>pending until the webhook is enabled</>;
  return (
    <>
      {attempts.length === 0 ? 'first attempt' : 'retry'} <Time at={due} show="ago" />
    </>
  );
}

const tones: Readonly<Record<DeliveryRecord['status'], Tone>> = { delivered: 'good', pending: 'fair', failed: 'bad' };

export function DeliveryState({ delivery: { status } }: { delivery: DeliveryRecord }) {
  return <Pill tone={tones[status]}>{status}</Pill>;
}
