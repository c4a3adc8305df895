import type { Fetch, FetchInit, FetchResponse } from '@example/sdk';

/** A request as the SDK passed it to `fetch`. */
export interface SentRequest {
  readonly url: string;
  readonly init: FetchInit;
  /** When it was sent, on the clock of `performance.now()`. */
  readonly at: number;
}

/** An API without sockets, for `clientOf`. */
export interface InProcessApi {
  /** Unique, so that no other test shares its rate limit. */
  readonly url: string;
  readonly fetch: Fetch;
  readonly requests: readonly SentRequest[];
}

let created = 0;

/** Answers requests in this process, so that a test can control time completely. */
export function inProcessApi(answer: (request: SentRequest) => FetchResponse | Promise<FetchResponse>): InProcessApi {
  const requests: SentRequest[] = [];
  return {
    url: `https://api-${++created}.example.com/v1`,
    requests,
    fetch: async (url, init) => {
      const request = { url, init, at: performance.now() };
      requests.push(request);
      return answer(request);
    },
  };
}

/** The documented headers of the rate limit. */
export function budget(limit: number, remaining: number, reset: number | string | undefined): Record<string, string> {
  return { 'x-ratelimit-limit': `${limit}`, 'x-ratelimit-remaining': `${remaining}`, 'x-ratelimit-reset': `${reset}` };
}

/** A response with the API's documented error. */
export function errorResponse(status: number, headers: Record<string, string> = {}): Response {
  const error = { code: `code_${status}`, message: `Answered ${status}.`, details: {} };
  return Response.json({ error }, { status, headers });
}

/** Never answers. Rejects as `fetch` does when the request is aborted. */
export function noAnswer({ init: { signal } }: SentRequest): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}

/** Rejects as `fetch` does when there is no such host: nothing was sent. */
export function unknownHost({ url }: SentRequest): Promise<never> {
  const fields = { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: new URL(url).hostname };
  const cause = Object.assign(new Error('getaddrinfo ENOTFOUND'), fields);
  return Promise.reject(new TypeError('fetch failed', { cause }));
}
