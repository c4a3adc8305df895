import type { DeliveryRecord, EndpointRecord } from '../../storage/records.ts';
import { answerOf, subjectOf } from '../../state/reasons.ts';
import { Pill, Row, Time, type Tone } from '../parts/components.tsx';

interface DeliveryOf {
  delivery: DeliveryRecord;
  endpoint?: EndpointRecord | undefined;
}

/** A delivery in a list: what its receiver answered last, whom it is about, and why it failed. */
export function DeliveryRow({ delivery, endpoint }: DeliveryOf) {
  const { id, event, status, attempts, created_at } = delivery;
  const attempt = attempts.at(-1);
  const failed = status === 'delivered' ? 'good' : 'bad';
  const tone = attempt === undefined ? 'plain' : failed;
  return (
    <Row
      id={`delivery-${id}`}
      tone={tone}
      status={attempt === undefined ? 'waits' : (attempt.status ?? 'error')}
      kind={event}
      reason={
        <>
          {attempt !== undefined && status !== 'delivered' && `${answerOf(attempt) || 'no reason given'} · `}
          <NextAttempt delivery={delivery} endpoint={endpoint} />
        </>
      }
      at={attempt?.at ?? created_at}
      href={`/dashboard/deliveries/${id}`}
      subject={subjectOf(delivery)}
    />
  );
}

/** When a delivery is attempted next. A disabled webhook has no attempts until it is enabled. */
export function NextAttempt({ delivery: { due, status }, endpoint }: DeliveryOf) {
  if (due === undefined) return <>{status === 'failed' && 'no attempt left'}</>;
  return <>next attempt {endpoint?.disabled === undefined ? <Time at={due} show="ago" /> : 'when enabled'}</>;
}

export const deliveryTones: Readonly<Record<DeliveryRecord['status'], Tone>> = {
  delivered: 'good',
  pending: 'fair',
  failed: 'bad',
};

export function DeliveryState({ delivery: { status } }: { delivery: DeliveryRecord }) {
  return <Pill tone={deliveryTones[status]}>{status}</Pill>;
}
