import type { Answer, Api, ApiRequest } from './network.ts';

/** The error of the API reference. */
export const failure = (status: number, code = `code_${status}`, headers: Record<string, string> = {}): Answer => ({
  status,
  headers,
  body: { error: { code, message: `Answered ${status}.`, details: {} } },
});

export interface ApiOptions {
  /** Requests of a token in a window; `Infinity` for an API that limits nothing and says nothing. */
  readonly limit?: number;
  /** For how long the first window has lasted when the world begins. */
  readonly begun?: number;
  /** Milliseconds that each answer takes. */
  readonly takes?: number;
  /** Whether a second user with the same address is refused. The API reference doesn't say. */
  readonly refusesDuplicates?: boolean;
  readonly projects?: readonly { readonly id: string }[];
}

const minute = 60_000;

/** The API as its reference describes it, with windows of a minute that follow each other. */
export function documentedApi(options: ApiOptions = {}) {
  const { limit = 100, begun = 0, takes = 0, refusesDuplicates = true, projects = [] } = options;
  const windows = new Map<string, { number: number; used: number }>();
  /** How many users each address has. */
  const created = new Map<string, number>();
  const windowOf = (token: string, now: number) => {
    const number = Math.floor((now + begun) / minute);
    let window = windows.get(token);
    if (window?.number !== number) windows.set(token, (window = { number, used: 0 }));
    return window;
  };

  /** Counts requests of a token. @returns Whether all of them are within the limit. */
  const take = (token: string, now: number, count = 1) => {
    const window = windowOf(token, now);
    const isWithin = window.used + count <= limit;
    window.used = Math.min(limit, window.used + count);
    return isWithin;
  };
  const headersOf = (token: string, now: number, epoch: number): Record<string, string> => {
    if (limit === Infinity) return {};
    const { number, used } = windowOf(token, now);
    const reset = Math.ceil((epoch + (number + 1) * minute - begun) / 1000);
    return {
      'x-ratelimit-limit': `${limit}`,
      'x-ratelimit-remaining': `${limit - used}`,
      'x-ratelimit-reset': `${reset}`,
    };
  };

  const answer = ({ method, path, query, body }: ApiRequest): Answer => {
    if (method === 'POST') {
      // Only the tests of this repository send to it.
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

  /** @param epoch `Date` when the world began. */
  const receive = (request: ApiRequest, now: number, epoch = Date.UTC(2026, 0, 1)): Answer => {
    const isWithin = take(request.token, now);
    const given = isWithin ? answer(request) : failure(429, 'rate_limited');
    return { ...given, headers: headersOf(request.token, now, epoch), after: isWithin ? takes : 0 };
  };
  return { receive: (request: ApiRequest, now: number) => receive(request, now), take, created };
}

/** What an API that fails does with a request. */
export const faults = {
  '500': failure(500),
  '503': failure(503),
  refused: { lost: 'ECONNREFUSED' },
  reset: { lost: 'ECONNRESET' },
  hang: { hangs: true },
  offline: { lost: 'offline' },
  '429 without headers': failure(429),
} as const satisfies Record<string, Answer>;

/** Fails instead of the API while `when` says so. */
export function failing(
  api: Api,
  fault: Answer,
  when: (request: ApiRequest, now: number) => boolean = () => true,
): Api {
  return (request, now) => (when(request, now) ? fault : api(request, now));
}

/** The request takes effect, and the response is lost. */
export function losing(api: Api, when: (request: ApiRequest, now: number) => boolean): Api {
  return (request, now) => {
    const answer = api(request, now);
    return when(request, now) ? { lost: 'ECONNRESET' } : answer;
  };
}

/** Fails with the requests of these numbers, counted from 1. */
export function failingAt(api: Api, fates: Readonly<Record<number, Answer>>): Api {
  let count = 0;
  return (request, now) => {
    // Taken in any case, as a proxy before the API would let it through.
    const answer = api(request, now);
    return fates[++count] ?? answer;
  };
}

/** True from one time to another, in milliseconds. */
export const between = (from: number, to: number) => (_: ApiRequest, now: number) => from <= now && now < to;
