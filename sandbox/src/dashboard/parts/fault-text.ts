import type { ArmedFault, Fault } from '../../faults/fault.ts';
import { count, number } from './numbers.ts';

const bodies: Readonly<Record<NonNullable<Fault['body']>, string>> = {
  cut: 'body cut in half',
  malformed: 'malformed JSON',
  html: "a proxy's HTML page",
  empty: 'empty body',
};

/** What a fault does, such as `503 response, delay of 200 ms`. */
export function effectOf({ status, retryAfter, latency, reset, body, after }: Fault): string {
  const effects = [
    status !== undefined && `${status} response`,
    reset === true && 'connection reset',
    body !== undefined && bodies[body],
    latency !== undefined && `delay of ${latency < 1000 ? `${latency} ms` : `${number(latency / 1000)} s`}`,
    retryAfter !== undefined && `retry after ${number(retryAfter)} s`,
  ].filter((effect) => effect !== false);
  const text = `${effects.join(', ')}${after === true ? ' after the work was done' : ''}`;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** Which requests a fault applies to, such as `the next 2 requests to POST /users`. */
export function scopeOf({ route, share, times, met = 0 }: Partial<ArmedFault>): string {
  const which = route === undefined ? '' : ` to ${route}`;
  const left = (times ?? 1) - met;
  if (share === undefined || (share === 1 && times !== undefined))
    return `${left === 1 ? 'the next request' : `the next ${number(left)} requests`}${which}`;
  const most = times === undefined ? '' : `, at most ${number(left)}`;
  return `${share === 1 ? 'all' : `${Math.round(share * 1000) / 10}% of the`} requests${which}${most}`;
}

/** How many requests it has applied to, and to how many it still does if it is counted. */
export function countOf({ times, met }: ArmedFault): string {
  if (met === 0) return 'not used yet';
  return `hit ${count(met, 'request')}${times === undefined ? '' : `, ${number(times - met)} left`}`;
}
