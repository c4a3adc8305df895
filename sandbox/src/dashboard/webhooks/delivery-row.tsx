import type { DeliveryRecord, EndpointRecord } from '../../storage/records.ts';
import { answerOf, subjectOf } from '../../state/reasons.ts';
import { Pill, Row, Time, type Tone } from '../parts/components.tsx';

/** A delivery in a list: what its receiver answered last, whom it is about, and why it failed. */
export function DeliveryRow({
  delivery,
  endpoint,
}: {
  delivery: DeliveryRecord;
  endpoint?: EndpointRecord | undefined;
}) {
  const { id, event, status, due, attempts, created_at } = delivery;
  const attempt = attempts.at(-1);
  const tone = status === 'pending' && attempt === undefined ? 'plain' : deliveryTones[status];
  return (
    <Row
      id={`delivery-${id}`}
      tone={tone}
      status={attempt === undefined ? 'waits' : (attempt.status ?? 'error')}
      kind={event}
      reason={
        <>
          {attempt !== undefined && status !== 'delivered' && `${answerOf(attempt) || 'no reason given'} – `}
          {status === 'failed' && 'no attempt left'}
          {due !== undefined && (
            <>
              {'next attempt '}
              <NextAttempt due={due} endpoint={endpoint} />
            </>
          )}
        </>
      }
      at={attempt?.at ?? created_at}
      href={`/dashboard/deliveries/${id}`}
      subject={subjectOf(delivery)}
    />
  );
}

/** When a delivery is attempted next. A disabled webhook has no attempts until it is enabled. */
export function NextAttempt({ due, endpoint }: { due: number | undefined; endpoint: EndpointRecord | undefined }) {
  if (due === undefined) return <>–</>;
  return endpoint?.disabled === undefined ? <Time at={due} show="ago" /> : <>when enabled</>;
}

export const deliveryTones: Readonly<Record<DeliveryRecord['status'], Tone>> = {
  delivered: 'good',
  pending: 'fair',
  failed: 'bad',
};

export function DeliveryState({ delivery: { status } }: { delivery: DeliveryRecord }) {
  return <Pill tone={deliveryTones[status]}>{status}</Pill>;
}
