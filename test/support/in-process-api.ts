import type { Fetch, FetchInit, FetchResponse } from '@example/sdk';
import { newBaseUrl } from './world/world.ts';

/** A request as the SDK passed it to `fetch`. */
export interface SentRequest {
  readonly url: string;
  readonly init: FetchInit;
  /** When it was sent, on the clock of `performance.now()`. */
  readonly at: number;
}

export type Answer = (request: SentRequest) => FetchResponse | Promise<FetchResponse>;

/** An API without sockets, for `clientOf`, so that a test controls time completely. */
export function inProcessApi(answer: Answer) {
  const requests: SentRequest[] = [];
  const fetch: Fetch = async (url, init) => {
    const request = { url, init, at: performance.now() };
    requests.push(request);
    return answer(request);
  };
  // The base URL is new, so no other test shares its rate limit.
  return { url: newBaseUrl(), requests, fetch };
}

/** The documented rate-limit headers. */
export function budget(limit: number, remaining: number, reset: number | string | undefined): Record<string, string> {
  return { 'x-ratelimit-limit': `${limit}`, 'x-ratelimit-remaining': `${remaining}`, 'x-ratelimit-reset': `${reset}` };
}

/** A response with the API's documented error. */
export function errorResponse(status: number, headers: Record<string, string> = {}): Response {
  const error = { code: `code_${status}`, message: `Answered ${status}.`, details: {} };
  return Response.json({ error }, { status, headers });
}

/** Never responds. Rejects as `fetch` does when the request is aborted. */
export function noAnswer({ init: { signal } }: SentRequest): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}

/** Rejects as `fetch` does when there is no such host: nothing was sent. */
export function unknownHost({ url }: SentRequest): Promise<never> {
  const fields = { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: new URL(url).hostname };
  const cause = Object.assign(new Error('getaddrinfo ENOTFOUND'), fields);
  return Promise.reject(new TypeError('fetch failed', { cause }));
}
