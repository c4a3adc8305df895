import type { Fetch, FetchInit, FetchResponse } from '@example/sdk';
import { user } from './http-server.ts';
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

/** Rejects as Node.js's `fetch` does when a connection breaks. The code says that the request was sent. */
export const lost =
  (code: string, fields: object = {}): Answer =>
  () => {
    const cause = Object.assign(new Error(`read ${code}`), { code, syscall: 'read', ...fields });
    return Promise.reject(new TypeError('fetch failed', { cause }));
  };

/** The ways in which a request ends without a response. */
const failures = {
  'no answer': noAnswer,
  'no such host': unknownHost,
  'a reset': lost('ECONNRESET'),
  /** A browser's error, which never has a reason. */
  'no reason': () => Promise.reject(new TypeError('Failed to fetch')),
};

/** A status (with a user or the documented error), the reason why there is no response, or any other answer. */
export type Reply = number | keyof typeof failures | Answer;

function answerOf(reply: Reply): Answer {
  if (typeof reply === 'function') return reply;
  if (typeof reply === 'string') return failures[reply];
  return () => (reply < 400 ? Response.json(user, { status: reply }) : errorResponse(reply));
}

/** An API that replies in this order, and then repeats the last reply. */
export function replying(...replies: Reply[]) {
  const rest = replies.map(answerOf);
  return inProcessApi((request) => (rest.length > 1 ? rest.shift()! : rest[0]!)(request));
}
