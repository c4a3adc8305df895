import type { DeliveryRecord, EndpointRecord } from '../storage/records.ts';
import { outcomeOf } from './attempt.ts';

/** How well a webhook receives its deliveries. */
export interface EndpointHealth {
  /** `idle` before the first attempt. */
  readonly status: 'healthy' | 'failing' | 'disabled' | 'idle';
  /** The latest attempts of all deliveries, oldest first. */
  readonly attempts: readonly { readonly delivery: string; readonly at: string; readonly succeeded: boolean }[];
  /** Fraction of these attempts that succeeded; `undefined` if there was none. */
  readonly successRate: number | undefined;
  /** Median time until the response, in milliseconds; `undefined` if there was no attempt. */
  readonly medianDuration: number | undefined;
  readonly pending: number;
  readonly failed: number;
}

/** Number of attempts to look at. */
const consideredAttempts = 30;

/** Summarises a webhook's latest attempts. It is failing if the last attempt failed. */
export function endpointHealth(endpoint: EndpointRecord, deliveries: readonly DeliveryRecord[]): EndpointHealth {
  const own = deliveries.filter((delivery) => delivery.endpoint === endpoint.id);
  const attempts = own
    .flatMap(({ id, attempts }) =>
      attempts.map((attempt) => ({
        delivery: id,
        at: attempt.at,
        duration: attempt.duration,
        succeeded: outcomeOf(attempt).kind === 'delivered',
      })),
    )
    // Stable, so that attempts of the same second stay in the order of their deliveries.
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
    .slice(-consideredAttempts);
  const last = attempts.at(-1);
  const durations = attempts.map(({ duration }) => duration).sort((a, b) => a - b);
  return {
    status: endpoint.disabled !== undefined ? 'disabled' : last === undefined ? 'idle' : statusAfter(last.succeeded),
    attempts,
    successRate: last && attempts.filter(({ succeeded }) => succeeded).length / attempts.length,
    medianDuration: durations[Math.floor(durations.length / 2)],
    pending: own.filter(({ status }) => status === 'pending').length,
    failed: own.filter(({ status }) => status === 'failed').length,
  };
}

function statusAfter(succeeded: boolean): 'healthy' | 'failing' {
  return succeeded ? 'healthy' : 'failing';
}
