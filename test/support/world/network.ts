import type { Fetch } from '@example/sdk';
import type { Clock } from './clock.ts';

/** A request as the API receives it. */
export interface ApiRequest {
  readonly method: string;
  /** The path below the base URL, such as `/users/user_1`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly token: string;
  readonly body: unknown;
}

/** What happens to a request, this many milliseconds after it has arrived. */
export type Answer = (
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: unknown }
  | { readonly lost: 'ECONNREFUSED' | 'ECONNRESET' | 'offline' }
  | { readonly hangs: true }
) & { readonly after?: number };

/** A server as a pure function of its requests and their times. */
export type Api = (request: ApiRequest, now: number) => Answer;

/** A request that has arrived, and how it was answered. */
export interface Exchange {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  /** The status, or what happened instead of a response. */
  outcome: number | string;
}

/** A `fetch` that sends to a server in this world. @param latency In milliseconds, one way. */
export function fetchTo(api: Api, clock: Clock, latency: number, exchanges: Exchange[]): Fetch {
  return async (url, { method, headers, body, signal }) => {
    signal.throwIfAborted();
    const aborted = Promise.withResolvers<never>();
    aborted.promise.catch(() => undefined);
    const abort = () => aborted.reject(signal.reason);
    signal.addEventListener('abort', abort);
    const until = <T>(work: Promise<T>) => Promise.race([work, aborted.promise]);
    try {
      const request = parseRequest(url, method, headers, body);
      await until(clock.sleep(latency));
      const exchange: Exchange = { at: clock.now, method, path: request.path, outcome: 'unanswered' };
      exchanges.push(exchange);
      const answer = api(request, clock.now);
      if ('hangs' in answer) return await until(new Promise<never>(() => undefined));
      await until(clock.sleep((answer.after ?? 0) + latency));
      exchange.outcome = 'lost' in answer ? answer.lost : answer.status;
      if ('lost' in answer) throw lost(answer.lost);
      const init = { status: answer.status, headers: { date: new Date().toUTCString(), ...answer.headers } };
      return answer.body === undefined ? new Response(null, init) : Response.json(answer.body, init);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  };
}

/** A request as it is passed to `fetch`. */
export function parseRequest(address: string, method: string, headers: HeadersInit, body: unknown): ApiRequest {
  const url = new URL(address);
  return {
    method,
    path: url.pathname.replace(/^\/v1/, ''),
    query: url.searchParams,
    token: new Headers(headers).get('authorization')?.replace('Bearer ', '') ?? '',
    body: typeof body === 'string' ? (JSON.parse(body) as unknown) : undefined,
  };
}

/** The rejection of Node.js, or, without a cause, of a browser. */
function lost(code: 'ECONNREFUSED' | 'ECONNRESET' | 'offline'): TypeError {
  if (code === 'offline') return new TypeError('Failed to fetch');
  const syscall = code === 'ECONNREFUSED' ? 'connect' : 'read';
  return new TypeError('fetch failed', { cause: Object.assign(new Error(`${syscall} ${code}`), { code, syscall }) });
}
