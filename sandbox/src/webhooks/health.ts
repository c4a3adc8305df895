import type { DeliveryRecord, EndpointRecord } from '../storage/record-types.ts';

/** `waiting` before the first attempt, and while the webhook is disabled. */
export type DeliveryState = 'delivered' | 'retrying' | 'waiting' | 'failed';

export function stateOf({ status, attempts }: DeliveryRecord, { disabled }: EndpointRecord): DeliveryState {
  if (status !== 'pending') return status;
  return attempts.length === 0 || disabled !== undefined ? 'waiting' : 'retrying';
}

/** How well a webhook receives its deliveries. */
export interface EndpointHealth {
  /** `idle` before the first attempt has ended, and `failing` while the latest attempt of a delivery has failed. */
  readonly status: 'healthy' | 'failing' | 'disabled' | 'idle';
  /** How many of its deliveries are in each state. */
  readonly counts: Readonly<Record<DeliveryState, number>>;
  /** When the next attempt is due, in epoch milliseconds; `Infinity` if there is none. */
  readonly next: number;
  /** The deliveries whose latest attempt failed, oldest first. */
  readonly failing: readonly DeliveryRecord[];
}

/** Whether the latest attempt of a delivery failed. */
export function hasFailed({ status, attempts }: DeliveryRecord): boolean {
  return status === 'failed' || (status === 'pending' && attempts.length > 0);
}

/** @param deliveries Those of all webhooks. */
export function healthOf(webhook: EndpointRecord, deliveries: readonly DeliveryRecord[]): EndpointHealth {
  const own = deliveries.filter(({ endpoint }) => endpoint === webhook.id);
  const failing = own.filter(hasFailed);
  const counts = { delivered: 0, retrying: 0, waiting: 0, failed: 0 };
  for (const delivery of own) counts[stateOf(delivery, webhook)] += 1;
  const attempted = failing.length > 0 ? 'failing' : counts.delivered > 0 ? 'healthy' : 'idle';
  return {
    status: webhook.disabled === undefined ? attempted : 'disabled',
    counts,
    next: Math.min(...own.flatMap(({ due }) => due ?? [])),
    failing,
  };
}
