import { errorBodySchema } from '../../utils/schemas.ts';
import type { RecordedRequest } from '../../state/recorded-request.ts';
import type { Services } from '../../state/services.ts';
import { count } from '../parts/numbers.ts';

/** Number of kinds of failures to name. */
const namedGroups = 3;

/** What the last minutes amount to. */
export function verdictOf({ log, traffic, clock, webhooks, store }: Services) {
  const now = clock.now();
  const series = traffic.series(undefined, now);
  const sum = (of: (interval: (typeof series)[number]) => number) => series.reduce((all, each) => all + of(each), 0);
  const failed = sum(({ clientErrors, refused, serverErrors }) => clientErrors + refused + serverErrors);

  const from = new Date(series[0]?.start ?? now).toISOString();
  const failures = log.entries.filter((request) => request.received_at >= from && isFailure(request));
  const groups = [
    ...Map.groupBy(failures, (request) => JSON.stringify([statusOf(request), reasonOf(request)])).values(),
  ]
    .sort((a, b) => b.length - a.length)
    .slice(0, namedGroups)
    .flatMap(([first, ...more]) =>
      first === undefined ? [] : { requests: more.length + 1, status: statusOf(first), reason: reasonOf(first) },
    );

  const troubled = Map.groupBy(store.deliveryIndex.troubles(webhooks.endpoints, now), (status) => status);
  return {
    requests: failed + sum(({ succeeded }) => succeeded),
    failed,
    /** The most frequent failures. */
    groups,
    /** Failures of other kinds, and those that the log no longer has. */
    others: failed - groups.reduce((all, { requests }) => all + requests, 0),
    /** Webhooks that need attention, such as `1 webhook backed up`. */
    webhooks: [...troubled].map(([status, { length }]) => `${count(length, 'webhook')} ${status}`),
  };
}

function isFailure({ state, status = 0 }: RecordedRequest): boolean {
  return state === 'completed' ? status >= 400 : state !== 'pending';
}

function statusOf({ state, status }: RecordedRequest): string {
  return state === 'completed' ? String(status) : state;
}

/** `injected`, the fields that are wrong, or the error's code in words. */
function reasonOf({ fault, response }: RecordedRequest): string {
  if (fault !== undefined) return 'injected';
  const error = errorBodySchema.safeParse(response?.body).data?.error;
  return Object.keys(error?.details ?? {}).join(', ') || (error?.code.replaceAll('_', ' ') ?? '');
}
