import { InvalidRequestError } from '../errors/index.ts';
import { callable, throwInvalid } from '../utils/arguments.ts';
import { copyHeaders } from '../utils/headers.ts';

/**
 * What the SDK passes to `fetch`: the part of `RequestInit` that every implementation understands. Your function can
 * add to it, such as undici's `dispatcher`.
 */
export interface FetchInit {
  /** HTTP method, in capitals. */
  method: string;
  /** Header names are in lower case. */
  headers: Record<string, string>;
  /** JSON text; absent if the request has no body. */
  body?: string;
  /** Always `'manual'`: a redirect could send the token to another origin, or turn a POST into a GET. */
  redirect: 'manual';
  /** Aborts when the caller gives up, or when the attempt takes longer than `timeout`. */
  signal: AbortSignal;
}

/** The part of a `Response` that the SDK reads. */
export interface FetchResponse {
  /** HTTP status code. */
  readonly status: number;
  /** True if the status is 2xx. */
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
 * Adapts a `fetch(url, init)` to ky, which passes a `Request` and expects a `Response`.
 *
 * @returns `undefined` if there is no custom `fetch`. The global one is looked up at each call, because tests and
 *   instrumentation replace it.
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
    // As text, because undici rejects streams of another copy of undici, and Firefox has no `request.body`.
    const body = request.method === 'GET' ? '' : await request.text();
    if (body !== '') init.body = body;
    return checkResponse(await send(request.url, init));
  };
}

/**
 * Checks what a custom `fetch` resolves to: a `Response`, or a similar object, such as node-fetch's.
 *
 * @throws {InvalidRequestError} when it lacks something that the SDK needs, as the result of a wrong mock does.
 */
function checkResponse(response: (Partial<FetchResponse> & { bodyUsed?: unknown }) | undefined): Response {
  const headers: Partial<FetchResponse['headers']> | null | undefined = response?.headers;
  const isReadable = typeof (headers?.get && headers.forEach && response?.text) === 'function';
  if (!Number.isInteger(response?.status) || typeof response?.ok !== 'boolean' || !isReadable)
    throwInvalid('a Response with status, ok, headers and text()', 'What fetch resolves to', response);
  if (response.bodyUsed === true)
    throw new InvalidRequestError('fetch has read the body of its response: let it read a clone().');
  // From here on, everything that the SDK reads is there, so each `as` below holds.
  if (headers instanceof Headers) return response as Response;
  const given = copyHeaders(headers as FetchResponse['headers'], (value) => value);
  return Object.defineProperty(response as Response, 'headers', { value: given });
}
