import type { DeliveryRecord, EndpointRecord } from '../../storage/records.ts';
import { answerOf, subjectOf } from '../../state/reasons.ts';
import { Pill, Row, Time, type Tone } from '../parts/components.tsx';

interface DeliveryOf {
  delivery: DeliveryRecord;
  endpoint?: EndpointRecord | undefined;
}

/** A delivery in a list, or several that failed alike: what its receiver answered last, whom it is about, and why it failed. */
export function DeliveryRow({ delivery, endpoint, times = 1 }: DeliveryOf & { times?: number }) {
  const { id, event, status, attempts, created_at } = delivery;
  const attempt = attempts.at(-1);
  const answer = attempt === undefined ? status : String(attempt.status ?? 'no answer');
  return (
    <Row
      id={`delivery-${id}`}
      tone={attempt === undefined ? 'plain' : status === 'delivered' ? 'good' : 'bad'}
      status={times === 1 ? answer : `${answer} ×${times}`}
      kind={event}
      reason={
        <>
          {attempt !== undefined && status !== 'delivered' && `${causeOf(delivery)} · `}
          <State delivery={delivery} endpoint={endpoint} />
        </>
      }
      at={attempt?.at ?? created_at}
      href={times === 1 ? `/dashboard/deliveries/${id}` : `/dashboard/webhooks/${delivery.endpoint}`}
      subject={times === 1 ? subjectOf(delivery) : `${subjectOf(delivery)} and ${times - 1} more`}
    />
  );
}

/** Why the latest attempt failed. */
export function causeOf({ attempts }: DeliveryRecord): string {
  const answer = attempts.slice(-1).map(answerOf).join('');
  return answer === '' ? 'no reason given' : answer;
}

/** The state of a delivery, and when it is attempted next. */
export function State({ delivery: { due, status }, endpoint }: DeliveryOf) {
  if (due === undefined) return <>{status}</>;
  if (endpoint?.disabled !== undefined) return <>pending until the webhook is enabled</>;
  return (
    <>
      pending, next attempt <Time at={due} show="ago" />
    </>
  );
}

const tones: Readonly<Record<DeliveryRecord['status'], Tone>> = { delivered: 'good', pending: 'fair', failed: 'bad' };

export function DeliveryState({ delivery: { status } }: { delivery: DeliveryRecord }) {
  return <Pill tone={tones[status]}>{status}</Pill>;
}
