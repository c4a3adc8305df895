import { version } from '../../../package.json';
import { apiRoutes, resources } from '../../resources/index.ts';
import { capitalized } from '../../resources/resource.ts';
import type { ArmedFault } from '../../faults/fault.ts';
import { isOfRoute } from '../../faults/fault-route.ts';
import type { RecordedRequest } from '../../state/recorded-request.ts';
import type { Services } from '../../state/services.ts';

export type ComponentStatus = 'operational' | 'degraded' | 'outage';

const severity: readonly ComponentStatus[] = ['operational', 'degraded', 'outage'];

/** How the API does: its parts, its latency, and the active faults as incidents. */
export function statusReport({ clock, faults, log, traffic, webhooks, store, startedAt }: Services) {
  const now = clock.now();
  const api = resources.map(({ name }) => {
    const routes = apiRoutes.filter(({ path }) => path.startsWith(`/${name}`));
    const applying = faults.list.filter((fault) => routes.some((route) => appliesTo(fault, route)));
    return {
      name: `${capitalized(name)} API`,
      status: worst(applying.map(statusUnder)),
      problem: applying.length > 0 ? 'a fault is active' : '',
    };
  });
  const troubles = store.deliveryIndex.troubles(webhooks.endpoints, now);
  const deliveries = {
    name: 'Webhook deliveries',
    status: troubles.length === 0 ? ('operational' as const) : ('degraded' as const),
    problem: [...new Set(troubles)].join(', '),
  };
  const components = [...api, deliveries];
  // Epoch milliseconds.
  const from = traffic.series(undefined, now)[0]?.start ?? now;
  return {
    version,
    status: worst(components.map(({ status }) => status)),
    now,
    startedAt,
    components,
    incidents: faults.incidents,
    /** Length of the time that the latency is of, in milliseconds. */
    span: now - from,
    latency: latencyOf(log.entries.filter(({ received_at }) => Date.parse(received_at) >= from)),
  };
}

export type StatusReport = ReturnType<typeof statusReport>;

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

/** Milliseconds until the response; `undefined` if there was none. */
function latencyOf(requests: readonly RecordedRequest[]) {
  const durations = requests
    .filter(({ state }) => state !== 'pending' && state !== 'aborted')
    .map(({ duration = 0 }) => duration)
    .sort((a, b) => a - b);
  const quantile = (share: number) =>
    durations[Math.min(Math.floor(durations.length * share), durations.length - 1)] ?? 0;
  return durations.length === 0 ? undefined : { p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99) };
}
