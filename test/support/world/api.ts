import type { Answer, Api, ApiRequest } from './network.ts';

/** An error as in the API reference. */
export const failure = (status: number, code = `code_${status}`, headers: Record<string, string> = {}): Answer => ({
  status,
  headers,
  body: { error: { code, message: `Answered ${status}.`, details: {} } },
});

/** How an API counts requests, and what it announces. Times are milliseconds. */
export interface ApiOptions {
  /** Requests per token and window; `Infinity` for an API that has no limit and sends no headers. */
  readonly limit?: number;
  readonly duration?: number;
  /** Whether windows follow each other, or each begins with the first request after the last window. */
  readonly windows?: 'aligned' | 'first';
  /** The age of the first window when the world begins. */
  readonly begun?: number;
  /** How long the API keeps a window after the announced end. */
  readonly endsLate?: number;
  /** How `reset` is rounded if a window ends between two seconds. */
  readonly rounding?: 'ceil' | 'floor';
  /** The error of the API's clock in seconds; `'none'` to send no `Date`. */
  readonly date?: number | 'none';
  /** The age of each response in seconds, if it comes from a cache. */
  readonly age?: number;
  /** The age of the announced count of requests. */
  readonly lag?: number;
  /** How long each response takes, by the request's number. */
  readonly takes?: (request: number) => number;
  /** When other programs use the token. */
  readonly foreign?: readonly number[];
  /** Users by email address, counted by the API. The reference doesn't say whether it refuses a second one. */
  readonly created?: Map<string, number>;
  readonly refusesDuplicates?: boolean;
  readonly projects?: readonly { readonly id: string }[];
}

/** The API as in its reference, with each way to count windows. */
export function documentedApi(options: ApiOptions = {}): Api {
  const { limit = 100, duration = 60_000, windows = 'aligned', begun = 0, endsLate = 0, rounding = 'ceil' } = options;
  const { date, age = 0, lag = 0, takes = () => 0, foreign = [] } = options;
  const { created = new Map<string, number>(), refusesDuplicates = true, projects = [] } = options;
  const skew = typeof date === 'number' ? 1000 * date : 0;
  const tokens = new Map<string, { end: number; taken: number[]; others: number[] }>();
  let requests = 0;

  const windowOf = (token: string, now: number) => {
    const end = windows === 'first' && begun === 0 ? -Infinity : duration - begun;
    const window = tokens.get(token) ?? { end, taken: [], others: foreign.toSorted((a, b) => a - b) };
    tokens.set(token, window);
    const take = (at: number) => {
      if (at >= window.end + endsLate) {
        const passed = duration * Math.ceil((at - endsLate - window.end + 1e-6) / duration);
        window.end = windows === 'first' ? at + duration : window.end + passed;
        window.taken = [];
      }
      return window.taken.length < limit && window.taken.push(at) > 0;
    };
    while (window.others[0] !== undefined && window.others[0] <= now) take(window.others.shift()!);
    return { isAdmitted: take(now), ...window };
  };

  const answer = ({ method, path, query, body }: ApiRequest): Answer => {
    if (method === 'POST') {
      // Only this repository's tests send requests to it.
      const { email = '', name } = body as { email?: string; name?: string };
      const count = created.get(email) ?? 0;
      if (count > 0 && refusesDuplicates) return failure(409, 'email_taken');
      created.set(email, count + 1);
      return { status: 201, body: { id: `user_${email}`, name, email, created_at: '2024-01-01T00:00:00Z' } };
    }
    if (path !== '/projects') {
      const id = path.slice(path.lastIndexOf('/') + 1);
      return { status: 200, body: { id, name: 'Ada', email: 'ada@example.com', created_at: '2024-01-01T00:00:00Z' } };
    }
    const [page, size] = [Number(query.get('page') ?? 1), Number(query.get('per_page') ?? 20)];
    const meta = { current_page: page, total_pages: Math.ceil(projects.length / size), total_count: projects.length };
    return { status: 200, body: { data: projects.slice((page - 1) * size, page * size), meta } };
  };

  return (request, now) => {
    const { isAdmitted, taken, end } = windowOf(request.token, now);
    if (!isAdmitted) return { ...failure(429, 'rate_limited'), headers: headersOf(now, limit, end) };
    const used = lag === 0 ? taken.length : taken.filter((at) => at <= now - lag).length + 1;
    return { ...answer(request), headers: headersOf(now, used, end), after: takes(requests++) };
  };

  function headersOf(now: number, used: number, end: number): Record<string, string> {
    const served = new Date(epoch + now + skew - 1000 * age).toUTCString();
    return {
      ...(limit < Infinity && {
        'x-ratelimit-limit': `${limit}`,
        'x-ratelimit-remaining': `${Math.max(0, limit - used)}`,
        'x-ratelimit-reset': `${Math[rounding]((epoch + end + skew) / 1000)}`,
      }),
      // An empty header counts as none. By default, the network adds one.
      ...((date !== undefined || age > 0) && { date: date === 'none' ? '' : served, age: `${age}` }),
    };
  }
}

/** `Date` when a world begins. */
export const epoch = Date.UTC(2026, 0, 1);

/** What a failing API does with a request. */
export const faults = {
  '500': failure(500),
  '503': failure(503),
  refused: { lost: 'ECONNREFUSED' },
  reset: { lost: 'ECONNRESET' },
  hang: { hangs: true },
  offline: { lost: 'offline' },
  '429 without headers': failure(429),
} as const satisfies Record<string, Answer>;

type When = (request: ApiRequest, now: number) => boolean;

/** Fails instead of the API while `when` returns true. */
export const failing =
  (api: Api, fault: Answer, when: When = () => true): Api =>
  (request, now) =>
    when(request, now) ? fault : api(request, now);

/** The request takes effect, but the response is lost. */
export const losing =
  (api: Api, when: When): Api =>
  (request, now) => ({ ...api(request, now), ...(when(request, now) && faults.reset) });

/** Fails requests by their number from 1 up (0 is ignored), like a proxy that had passed them on to the API. */
export function failingAt(api: Api, fates: Readonly<Record<number, Answer>>): Api {
  let count = 0;
  return (request, now) => {
    const answer = api(request, now);
    return fates[++count] ?? answer;
  };
}

/** True between two times in milliseconds. */
export const between =
  (from: number, to: number): When =>
  (_, now) =>
    from <= now && now < to;

const unlimited = documentedApi({ limit: Infinity });

/** A gateway in front of an API, with a limit that no header announces. */
export const limitedBy = (admits: (now: number) => boolean, status = 429, api = unlimited): Api =>
  failing(api, failure(status, 'slow_down'), (_, now) => !admits(now));

/** This many requests a second, and a burst after a pause, as with nginx's `limit_req` and `nodelay`. */
export function bucket(rate: number, burst: number): (now: number) => boolean {
  let [level, levelAt] = [0, 0];
  return (now) => {
    [level, levelAt] = [Math.max(0, level - ((now - levelAt) / 1000) * rate), now];
    if (level + 1 > burst + 1e-9) return false;
    level += 1;
    return true;
  };
}

/** This many requests in any period of this length, or, if that is a response's duration, this many at once. */
export function slidingWindow(limit: number, duration: number): (now: number) => boolean {
  let taken: number[] = [];
  return (now) => {
    taken = taken.filter((at) => at > now - duration);
    return taken.length < limit && taken.push(now) > 0;
  };
}
