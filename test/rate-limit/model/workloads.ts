import type { WorkloadCall } from './tested-client.ts';

/** Distinct reads, all at once. */
export function atOnce(count: number, at = 0): WorkloadCall[] {
  return Array.from({ length: count }, (_, index) => ({ at, path: `/users/user_${index}`, kind: 'batch' }));
}

/** The same, for two endpoints in turn. */
export function atOnceForTwo(count: number): WorkloadCall[] {
  return Array.from({ length: count }, (_, index) => ({
    at: 0,
    path: index % 2 === 0 ? `/users/user_${index}` : `/things/thing_${index}`,
    kind: 'batch',
  }));
}

/** Somebody waits for each of these: one call in each period. */
export function steady(from: number, until: number, period: number): WorkloadCall[] {
  return Array.from({ length: Math.ceil((until - from) / period) }, (_, index) => ({
    at: from + index * period,
    path: `/things/prompt_${index}`,
    kind: 'prompt',
  }));
}

/** The same work, but nobody waits for it. */
export function inBackground(calls: readonly WorkloadCall[]): WorkloadCall[] {
  return calls.map((call) => ({ ...call, priority: 'background' }));
}

/** Calls to resources that are locked. */
export function locked(perMinute: number, minutes: number, areNew: boolean): WorkloadCall[] {
  return Array.from({ length: perMinute * minutes }, (_, index) => ({
    // Between two calls of others.
    at: 10_250 + (index * 60_000) / perMinute,
    path: `/things/locked_${areNew ? index : index % perMinute}`,
    kind: 'locked',
  }));
}
