import { InvalidRequestError } from '../errors/index.ts';
import { callable } from '../utils/arguments.ts';

/**
 * What the SDK passes to `fetch`: the part of `RequestInit` that every implementation understands. Add to it what yours
 * knows beyond that, such as undici's `dispatcher`.
 */
export interface FetchInit {
  /** HTTP method, in capitals. */
  method: string;
  /** Header names are in lower case. */
  headers: Record<string, string>;
  /** JSON text; absent where the method has no body. */
  body?: string;
  /** Always `'manual'`: the SDK follows redirects itself, within the origin that the token is for. */
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
  };
  /** Reads the body. */
  text(): Promise<string>;
}

/** Sends a request: the `fetch` of any runtime, undici's own, or a function of yours that does as much. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchResponse>;

/** What ky calls: it hands over a `Request`, and gets a `Response`. */
export type RequestSender = (request: Request) => Promise<Response>;

/** At most this much of the body of an error is read. */
const longestErrorBody = 64 * 1024;

/**
 * Sends the requests that ky makes through a `fetch(url, init)`.
 *
 * @param custom Default: the global one, looked up at each call, because tests and instrumentation replace it later.
 * @throws {InvalidRequestError} when `custom` is not a function.
 */
export function requestSender(custom: Fetch | undefined): RequestSender {
  if (custom === undefined) return async (request) => withBoundedError(await fetch(request));

  const send = callable('fetch', custom);
  return async (request) => {
    const init: FetchInit = {
      method: request.method,
      headers: Object.fromEntries(request.headers),
      redirect: 'manual',
      signal: request.signal,
    };
    // As text: undici's own `fetch` does not take the streams of another copy of it. Firefox has no `request.body`.
    if (request.method !== 'GET') init.body = await request.text();
    return withBoundedError(checked(await send(request.url, init)));
  };
}

/** Without this check, a mock that answers with something else would fail somewhere later, and nobody could say why. */
function checked(response: Partial<FetchResponse> | undefined): Response {
  if (typeof response?.status === 'number' && typeof response.headers?.get === 'function' && response.text) {
    return response as Response; // Or one that has what the SDK needs, such as that of node-fetch.
  }
  throw new InvalidRequestError('the fetch option must resolve to a Response, with status, headers and text().');
}

/** An error needs a message and a few details; a proxy may send megabytes of HTML instead. */
function withBoundedError(response: Response): Response {
  // The body of node-fetch is a stream of Node's, which has no `pipeThrough`.
  if (response.ok || typeof response.body?.pipeThrough !== 'function') return response;
  let room = longestErrorBody;
  const bounded = response.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        controller.enqueue(chunk.subarray(0, room));
        room -= chunk.length;
        if (room <= 0) controller.terminate();
      },
    }),
  );
  return new Response(bounded, response);
}
