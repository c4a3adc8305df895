import { version } from '../../../package.json';
import { apiRoutes, resources } from '../../resources/index.ts';
import { capitalized } from '../../resources/resource.ts';
import type { Incident } from '../../faults/armed-faults.ts';
import type { ArmedFault } from '../../faults/fault.ts';
import { isOfRoute } from '../../faults/fault-route.ts';
import type { RecordedRequest } from '../../state/recorded-request.ts';
import type { Services } from '../../state/services.ts';

export type ComponentStatus = 'operational' | 'degraded' | 'outage';

/** Requests of one interval. */
export interface Availability {
  /** Start of the interval, in epoch milliseconds. */
  readonly start: number;
  readonly requests: number;
  /** Requests with a 5xx or a broken connection. */
  readonly failed: number;
}

/** A part of the API, and how it does. */
export interface ComponentReport {
  readonly name: string;
  readonly status: ComponentStatus;
  readonly history: readonly Availability[];
}

/** Milliseconds until the response, of the requests of the last minutes. */
export interface Latency {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export interface StatusReport {
  readonly version: string;
  readonly status: ComponentStatus;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly components: readonly ComponentReport[];
  /** The active faults, newest first. */
  readonly active: readonly Incident[];
  /** Past faults, newest first. */
  readonly past: readonly Incident[];
  /** `undefined` if there was no request. */
  readonly latency: Latency | undefined;
  /** Length of an interval of the histories, in milliseconds. */
  readonly interval: number;
}

const severity: readonly ComponentStatus[] = ['operational', 'degraded', 'outage'];

/** How the API does: its parts, its latency, and the faults as incidents. */
export function statusReport({ clock, faults, log, traffic, webhooks, store, startedAt }: Services): StatusReport {
  const now = clock.now();
  const intervals = traffic.series(undefined, now).map(({ start }) => start);
  const from = intervals[0] ?? now;
  const recent = log.entries.filter(({ received_at }) => Date.parse(received_at) >= from);
  const routesOf = (name: string) => apiRoutes.filter(({ path }) => path.startsWith(`/${name}`));

  const api = resources.map(({ name }) => ({
    name: `${capitalized(name)} API`,
    status: worst(
      faults.list.filter((fault) => routesOf(name).some((route) => appliesTo(fault, route))).map(statusUnder),
    ),
    history: availability(
      intervals,
      traffic.interval,
      recent.filter(({ path }) => path.startsWith(`/v1/${name}`)),
    ),
  }));
  const attempts = webhooks.endpoints.map((endpoint) => store.deliveryIndex.health(endpoint));
  const made = Map.groupBy(
    attempts.flatMap((health) => health.attempts),
    ({ at }) => Math.floor(at / traffic.interval) * traffic.interval,
  );
  const deliveries = {
    name: 'Webhook deliveries',
    status: worst(
      attempts.map(({ status }) => (status === 'failing' || status === 'disabled' ? 'degraded' : 'operational')),
    ),
    history: intervals.map((start) => {
      const during = made.get(start) ?? [];
      return { start, requests: during.length, failed: during.filter(({ succeeded }) => !succeeded).length };
    }),
  };

  const components = [...api, deliveries];
  return {
    version,
    status: worst(components.map(({ status }) => status)),
    now,
    startedAt,
    components,
    active: faults.incidents.filter(({ until }) => until === undefined),
    past: faults.incidents.filter(({ until }) => until !== undefined),
    latency: latencyOf(recent),
    interval: traffic.interval,
  };
}

function worst(statuses: readonly ComponentStatus[]): ComponentStatus {
  return severity[Math.max(0, ...statuses.map((status) => severity.indexOf(status)))] ?? 'operational';
}

function appliesTo({ route }: ArmedFault, { method, path }: { method: string; path: string }): boolean {
  return route === undefined || isOfRoute(route, method, path);
}

/** A fault that only delays, or that spares some requests, degrades what it applies to. */
function statusUnder({ status, reset, body, share }: ArmedFault): ComponentStatus {
  const breaks = status !== undefined || reset === true || body !== undefined;
  return breaks && share === undefined ? 'outage' : 'degraded';
}

function availability(
  intervals: readonly number[],
  length: number,
  requests: readonly RecordedRequest[],
): readonly Availability[] {
  const counts = new Map(intervals.map((start) => [start, { start, requests: 0, failed: 0 }]));
  for (const { received_at, state, status = 0 } of requests) {
    const interval = counts.get(Math.floor(Date.parse(received_at) / length) * length);
    if (interval === undefined || state === 'pending') continue;
    interval.requests += 1;
    if (status >= 500 || state === 'reset' || state === 'cut') interval.failed += 1;
  }
  return [...counts.values()];
}

function latencyOf(requests: readonly RecordedRequest[]): Latency | undefined {
  const durations = requests
    .filter(({ state }) => state !== 'pending' && state !== 'aborted')
    .map(({ duration = 0 }) => duration)
    .sort((a, b) => a - b);
  const quantile = (share: number) =>
    durations[Math.min(Math.floor(durations.length * share), durations.length - 1)] ?? 0;
  return durations.length === 0 ? undefined : { p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99) };
}

/** Fraction of the requests that did not fail; `undefined` if there was none. */
export function availabilityOf(history: readonly Availability[]): number | undefined {
  const requests = history.reduce((sum, interval) => sum + interval.requests, 0);
  const failed = history.reduce((sum, interval) => sum + interval.failed, 0);
  return requests === 0 ? undefined : 1 - failed / requests;
}
