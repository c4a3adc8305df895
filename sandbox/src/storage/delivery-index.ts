import type { DeliveryRecord, EndpointRecord } from './records.ts';
import { outcomeOf } from './outcome.ts';

/** How well a webhook receives its deliveries. */
export interface EndpointHealth {
  /**
   * `idle` before the first attempt; `backed up` while more deliveries are due than are attempted at once; `retrying` after
   * an attempt that failed, and `failing` once a delivery has no attempt left.
   */
  readonly status: 'healthy' | 'retrying' | 'failing' | 'backed up' | 'disabled' | 'idle';
  /** The latest attempt of all deliveries; `undefined` before the first one. */
  readonly last: { /** Epoch milliseconds. */ readonly at: number; readonly succeeded: boolean } | undefined;
  readonly pending: number;
  readonly failed: number;
}

/** Whether the latest attempt of a delivery failed. */
export function hasFailed({ status, attempts }: DeliveryRecord): boolean {
  return status === 'failed' || (status === 'pending' && attempts.length > 0);
}

/** Maximum number of concurrent attempts of a webhook, so that a receiver that hangs holds up no other. */
export const maxConcurrency = 16;

/** The deliveries of one webhook. */
class EndpointDeliveries {
  readonly all = new Map<string, DeliveryRecord>();
  /** When each pending delivery is due, in the order in which they are attempted. */
  readonly pending = new Map<string, number>();
  readonly failed = new Set<string>();
  /** Those whose latest attempt failed, in the order in which they began to. */
  readonly failing = new Map<string, DeliveryRecord>();
  last: EndpointHealth['last'];
}

const none = new EndpointDeliveries();

/** The deliveries by webhook and by state, kept up to date as they change, so that nobody searches through all of them. */
export class DeliveryIndex {
  readonly #byEndpoint = new Map<string, EndpointDeliveries>();
  /** Ids of the deliveries that are delivered or failed, those that have been so for longest first. */
  readonly completed = new Set<string>();

  /** The deliveries of a webhook, oldest first. */
  of(endpoint: string): Pick<EndpointDeliveries, 'all' | 'pending' | 'failing'> {
    return this.#byEndpoint.get(endpoint) ?? none;
  }

  /** Notes that a delivery was created, changed or deleted. */
  readonly changed = (before: DeliveryRecord | undefined, after: DeliveryRecord | undefined): void => {
    if (after === undefined) {
      if (before !== undefined) this.#remove(before);
      return;
    }
    let own = this.#byEndpoint.get(after.endpoint);
    if (own === undefined) this.#byEndpoint.set(after.endpoint, (own = new EndpointDeliveries()));
    own.all.set(after.id, after);
    // One that waits for its next attempt goes behind those that are due, so that nobody looks at it again and again.
    if (after.status !== 'pending' || after.due !== before?.due) own.pending.delete(after.id);
    if (after.status === 'pending') own.pending.set(after.id, after.due ?? Infinity);
    if (after.status === 'failed') own.failed.add(after.id);
    else own.failed.delete(after.id);
    if (hasFailed(after)) own.failing.set(after.id, after);
    else own.failing.delete(after.id);
    if (after.status === 'pending') this.completed.delete(after.id);
    else this.completed.add(after.id);
    const made = after.attempts.at(-1);
    if (made === undefined || made === before?.attempts.at(-1)) return;
    const at = Date.parse(made.at);
    if (own.last === undefined || at >= own.last.at) own.last = { at, succeeded: outcomeOf(made).kind === 'delivered' };
  };

  /** How a webhook does: by its latest attempt, and by what waits for it. */
  health({ id, disabled }: EndpointRecord, now: number): EndpointHealth {
    const { last, pending, failed } = this.#byEndpoint.get(id) ?? none;
    const due = [...pending.values()].filter((at) => at <= now).length;
    const attempted =
      last === undefined ? 'idle' : last.succeeded ? 'healthy' : failed.size === 0 ? 'retrying' : 'failing';
    return {
      last,
      status: disabled !== undefined ? 'disabled' : due > maxConcurrency ? 'backed up' : attempted,
      pending: pending.size,
      failed: failed.size,
    };
  }

  /** The statuses of the webhooks that need attention. */
  troubles(endpoints: readonly EndpointRecord[], now: number): EndpointHealth['status'][] {
    return endpoints
      .map((endpoint) => this.health(endpoint, now).status)
      .filter((status) => status !== 'healthy' && status !== 'idle');
  }

  clear(): void {
    this.#byEndpoint.clear();
    this.completed.clear();
  }

  #remove({ id, endpoint }: DeliveryRecord): void {
    this.completed.delete(id);
    const own = this.#byEndpoint.get(endpoint);
    for (const part of [own?.all, own?.pending, own?.failed, own?.failing]) part?.delete(id);
    if (own?.all.size === 0) this.#byEndpoint.delete(endpoint);
  }
}
