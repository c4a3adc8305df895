import type { ArmedFault } from '../../faults/fault.ts';
import { count, number } from './numbers.ts';

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
