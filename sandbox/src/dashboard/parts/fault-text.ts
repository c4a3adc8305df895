import type { ArmedFault, Fault } from '../../faults/fault.ts';
import { count, number } from './numbers.ts';

const bodies: Readonly<Record<NonNullable<Fault['body']>, string>> = {
  cut: 'cuts the body in half',
  malformed: 'sends malformed JSON',
  html: "sends a proxy's HTML page",
  empty: 'sends an empty body',
};

/** What a fault does, such as `Responds with 503 after 200 ms`. */
export function effectOf({ status, retryAfter, latency, reset, body, after }: Fault): string {
  const effects = [
    status !== undefined && `responds with ${status}`,
    reset === true && 'resets the connection',
    body !== undefined && bodies[body],
    latency !== undefined && `delays by ${latency < 1000 ? `${latency} ms` : `${number(latency / 1000)} s`}`,
    retryAfter !== undefined && `asks to retry after ${number(retryAfter)} s`,
  ].filter((effect) => effect !== false);
  const text = effects.join(', ').replace(/, ([^,]*)$/, ' and $1');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${after === true ? ' after the work was done' : ''}`;
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
