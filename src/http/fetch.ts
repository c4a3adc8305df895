import { InvalidRequestError } from '../errors/index.ts';
import { callable, throwInvalid } from '../utils/arguments.ts';
import { copyHeaders } from '../utils/headers.ts';

/**
 * What the SDK passes to `fetch`: the part of `RequestInit` that every implementation understands. Your function can
 * add more, such as undici's `dispatcher`.
 */
export interface FetchInit {
  /** HTTP method, in capitals. */
  method: string;
  /** Header names are in lower case. */
  headers: Record<string, string>;
  /** JSON text; absent if the request has no body. */
  body?: string;
  /** Always `'manual'`: a redirect must not take the token to another origin, nor turn a POST into a GET. */
  redirect: 'manual';
  /** Aborts when the caller gives up, or when the attempt takes longer than `timeout`. */
  signal: AbortSignal;
}

/** What the SDK reads of a response: the part of `Response` that every implementation has. */
export interface FetchResponse {
  /** HTTP status code. */
  readonly status: number;
  /** Whether the status is 2xx. */
  readonly ok: boolean;
  /** The response's headers. */
  readonly headers: {
    /** Returns the value of a header. */
    get(name: string): string | null;
    /** Calls the callback for each header. */
    forEach(callback: (value: string, name: string) => void): void;
  };
  /** Reads the body. */
  text(): Promise<string>;
}

/** Sends a request: the `fetch` of any runtime, undici's own, or your own function. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchResponse>;

/**
 * Sends the requests that ky makes through a `fetch(url, init)`: it passes a `Request` and expects a `Response`.
 *
 * @returns `undefined` for the global one, which ky looks up at each call: tests and instrumentation replace it later.
 * @throws {InvalidRequestError} when `custom` is not a function.
 */
export function requestSender(custom: Fetch | undefined): ((request: Request) => Promise<Response>) | undefined {
  if (custom === undefined) return undefined;
  const send = callable('fetch', custom);
  return async (request) => {
    const init: FetchInit = {
      method: request.method,
      headers: Object.fromEntries(request.headers),
      redirect: 'manual',
      signal: request.signal,
    };
    // As text: undici's own `fetch` rejects the streams of another copy of undici, and Firefox has no `request.body`.
    const body = request.method === 'GET' ? '' : await request.text();
    if (body !== '') init.body = body;
    return checkResponse(await send(request.url, init));
  };
}

/**
 * What a `fetch` resolves to, as a `Response`, or as an object that has what the SDK needs, such as node-fetch's.
 *
 * @throws {InvalidRequestError} when it is something else, such as what a mock returns by mistake.
 */
function checkResponse(response: (Partial<FetchResponse> & { bodyUsed?: unknown }) | undefined): Response {
  const headers: Partial<FetchResponse['headers']> | null | undefined = response?.headers;
  const isReadable = typeof (headers?.get && headers.forEach && response?.text) === 'function';
  if (!Number.isInteger(response?.status) || typeof response?.ok !== 'boolean' || !isReadable)
    throwInvalid('a Response with status, ok, headers and text()', 'What fetch resolves to', response);
  if (response.bodyUsed === true)
    throw new InvalidRequestError('fetch has read the body of its response: let it read a clone().');
  if (headers instanceof Headers) return response as Response;
  const given = copyHeaders(headers as FetchResponse['headers'], (value) => value);
  return Object.defineProperty(response as Response, 'headers', { value: given });
}
