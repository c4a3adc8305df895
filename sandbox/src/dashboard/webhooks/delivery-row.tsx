import type { Attempt, DeliveryRecord, EndpointRecord } from '../../storage/records.ts';
import { answerOf, subjectOf } from '../../state/reasons.ts';
import { hasFailed } from '../../webhooks/health.ts';
import { Pill, Row, Time } from '../parts/components.tsx';

interface DeliveryOf {
  delivery: DeliveryRecord;
  endpoint?: EndpointRecord | undefined;
}

/** A delivery in a list: its state, whom it is about, and what its receiver answered last. */
export function DeliveryRow({ delivery, endpoint }: DeliveryOf) {
  const { id, event, status, attempts, request } = delivery;
  const attempt = attempts.at(-1);
  return (
    <Row id={`delivery-${id}`} tone={hasFailed(delivery) ? 'bad' : tones[status]} href={`/dashboard/deliveries/${id}`}>
      <DeliveryState delivery={delivery} />
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

const tones = { delivered: 'good', pending: 'fair', failed: 'bad' } as const;

export function DeliveryState({ delivery: { status } }: { delivery: DeliveryRecord }) {
  return <Pill tone={tones[status]}>{status}</Pill>;
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
  if (endpoint?.disabled !== undefined) return <>{`${after}once enabled`}</>;
  return (
    <>
      {`${after}${attempts.length === 0 ? 'first attempt' : 'retry'} `}
      <Time at={due} show="ago" />
    </>
  );
}
