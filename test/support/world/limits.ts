import { documentedApi, failure } from './api.ts';
import type { Api } from './network.ts';

/** How an API counts in fixed windows, and announces them. */
export interface WindowOptions {
  readonly limit?: number;
  /** Milliseconds. */
  readonly duration?: number;
  /** Whether a window follows the last one, or begins with the first request after it. */
  readonly windows?: 'aligned' | 'first';
  /** For how long the first window has lasted when the world begins. */
  readonly begun?: number;
  /** Milliseconds for which the API keeps a window after the announced end. */
  readonly endsLate?: number;
  /** How `reset` says when a window ends that ends between two seconds. */
  readonly rounding?: 'ceil' | 'floor';
  /** Seconds by which the API's clock is wrong; `'none'` if it sends no `Date`. */
  readonly date?: number | 'none';
  /** Seconds that a cache says to have kept each response. */
  readonly age?: number;
  /** What a response announces as used is so many milliseconds old. */
  readonly lag?: number;
  /** Milliseconds that the answer to a request takes, by its number. */
  readonly takes?: (request: number) => number;
  /** Requests of others, at these times. */
  readonly foreign?: readonly number[];
  /** `Date` when the world began. */
  readonly epoch?: number;
}

/** The API of the reference, with each way to count in windows. */
export function windowApi(options: WindowOptions = {}) {
  const { limit = 100, duration = 60_000, windows = 'aligned', begun = 0, endsLate = 0, rounding = 'ceil' } = options;
  const { date = 0, age, lag = 0, takes = () => 0, foreign = [], epoch = Date.UTC(2026, 0, 1) } = options;
  const { receive: answer } = documentedApi({ limit: Infinity });
  const skew = date === 'none' ? 0 : 1000 * date;
  const others = foreign.toSorted((a, b) => a - b);
  let end = windows === 'first' && begun === 0 ? -Infinity : duration - begun;
  let taken: number[] = [];
  let requests = 0;
  const take = (now: number) => {
    if (now >= end + endsLate) {
      end = windows === 'first' ? now + duration : end + duration * Math.ceil((now - endsLate - end + 1e-6) / duration);
      taken = [];
    }
    if (taken.length >= limit) return false;
    taken.push(now);
    return true;
  };
  const receive: Api = (request, now) => {
    while (others[0] !== undefined && others[0] <= now) take(others.shift()!);
    const isAdmitted = take(now);
    const used = lag === 0 || !isAdmitted ? taken.length : taken.filter((at) => at <= now - lag).length + 1;
    const headers = {
      'x-ratelimit-limit': `${limit}`,
      'x-ratelimit-remaining': `${Math.max(0, limit - used)}`,
      'x-ratelimit-reset': `${Math[rounding]((epoch + end + skew) / 1000)}`,
      // An empty one is none.
      date: date === 'none' ? '' : new Date(epoch + now + skew - 1000 * (age ?? 0)).toUTCString(),
      ...(age === undefined ? {} : { age: `${age}` }),
    };
    const given = isAdmitted ? answer(request, now) : failure(429, 'rate_limited');
    return { ...given, headers, after: takes(requests++) };
  };
  return receive;
}

/** A gateway with a limit that no header announces, before an API. */
export function limitedBy(
  admits: (now: number) => boolean,
  status = 429,
  api: Api = documentedApi({ limit: Infinity }).receive,
): Api {
  return (request, now) => (admits(now) ? api(request, now) : failure(status, 'slow_down'));
}

/** So many requests a second, and a burst after a pause: nginx's `limit_req` with `nodelay`. */
export function bucket(rate: number, burst: number): (now: number) => boolean {
  let [level, levelAt] = [0, 0];
  return (now) => {
    [level, levelAt] = [Math.max(0, level - ((now - levelAt) / 1000) * rate), now];
    if (level + 1 > burst + 1e-9) return false;
    level += 1;
    return true;
  };
}

/** So many requests in any time of this length; with the length of an answer, so many at once. */
export function slidingWindow(limit: number, duration: number): (now: number) => boolean {
  let taken: number[] = [];
  return (now) => {
    taken = taken.filter((at) => at > now - duration);
    return taken.length < limit && taken.push(now) > 0;
  };
}
