import type { Attempt, DeliveryRecord, EndpointRecord } from '../storage/records.ts';

/** How well a webhook receives its deliveries. */
export interface EndpointHealth {
  /** `idle` before the first attempt, and `failing` while the latest attempt of a delivery has failed. */
  readonly status: 'healthy' | 'failing' | 'disabled' | 'idle';
  /** The latest attempt of all deliveries; `undefined` before the first one. */
  readonly last: Attempt | undefined;
  readonly pending: number;
  /** The deliveries whose latest attempt failed, oldest first. */
  readonly failing: readonly DeliveryRecord[];
}

/** Whether the latest attempt of a delivery failed. */
export function hasFailed({ status, attempts }: DeliveryRecord): boolean {
  return status === 'failed' || (status === 'pending' && attempts.length > 0);
}

/** @param deliveries Those of all webhooks. */
export function healthOf({ id, disabled }: EndpointRecord, deliveries: readonly DeliveryRecord[]): EndpointHealth {
  const own = deliveries.filter(({ endpoint }) => endpoint === id);
  const failing = own.filter(hasFailed);
  const [last] = own.flatMap(({ attempts }) => attempts.at(-1) ?? []).sort((a, b) => b.at.localeCompare(a.at));
  const attempted = last === undefined ? 'idle' : failing.length > 0 ? 'failing' : 'healthy';
  return {
    status: disabled === undefined ? attempted : 'disabled',
    last,
    pending: own.filter(({ status }) => status === 'pending').length,
    failing,
  };
}
