import { InvalidRequestError, TimeoutError } from '../errors/index.ts';
import { throwInvalid } from '../utils/arguments.ts';
import { copyHeaders } from '../utils/headers.ts';
import { isError } from '../utils/values.ts';

// The `fetch` of the runtime or the user: what it gets, what it returns, and how it fails.

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
 * Checks what a custom `fetch` resolves to: a `Response`, or a similar object, such as node-fetch's.
 *
 * @throws {InvalidRequestError} when it lacks something that the SDK needs, as the result of a wrong mock does.
 */
export function checkResponse(response: (Partial<FetchResponse> & { bodyUsed?: unknown }) | undefined): Response {
  const headers: Partial<FetchResponse['headers']> | null | undefined = response?.headers;
  const isReadable = typeof (headers?.get && headers.forEach && response?.text) === 'function';
  if (!Number.isInteger(response?.status) || typeof response?.ok !== 'boolean' || !isReadable)
    throwInvalid('a Response with status, ok, headers and text()', 'What fetch resolves to', response);
  if (response.bodyUsed === true)
    throw new InvalidRequestError('fetch has read the body of its response: let it read a clone().');
  // Everything that the SDK can't do without is there. What may be missing is checked where it is read.
  if (headers instanceof Headers) return response as Response;
  const given = copyHeaders(headers as FetchResponse['headers'], (value) => value);
  return Object.defineProperty(response as Response, 'headers', { value: given });
}

/** Error codes of Node.js (undici), Bun and the operating system for a connection that was never established. */
const connectCodes =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT|ConnectionRefused|FailedToOpenSocket|DNSException)$/;

/** An error of a runtime, with fields that may identify the connection that failed. */
type ConnectError = Error & Partial<Record<'code' | 'syscall' | 'hostname' | 'port' | 'path', unknown>>;

/** Whether a request was sent, as far as known. */
export type SentStatus = 'no' | 'unknown' | 'yes';

/**
 * Says if a request was sent whose `fetch` failed: `'no'` if the error proves it, `'unknown'` if it names no reason, as
 * in browsers and Workers. Both don't count in the rate limit, but only `'no'` may be sent again whatever its method.
 *
 * @param isCustom True if `fetch` is the user's. It may have sent the request, and then failed at another one, such as
 *   a request to an audit log. So its error proves something only if it names the host of the request.
 */
export function sentStatusOf(error: unknown, url: URL, isCustom: boolean): SentStatus {
  try {
    const chain = chainOf(error);
    const connecting = chain.filter(isAboutConnecting);
    if (connecting.length > 0) return connecting.some((link) => isAbout(link, url) ?? !isCustom) ? 'no' : 'unknown';
    return error instanceof TimeoutError || chain.some(({ code }) => typeof code === 'string') ? 'yes' : 'unknown';
  } catch {
    return 'unknown'; // Reading the error failed.
  }
}

function isAboutConnecting({ code, syscall = 'connect', message }: ConnectError): boolean {
  // `read EHOSTUNREACH` is an error of an established connection. Deno has no code, only a message.
  const isConnect = connectCodes.test(String(code)) && /^(connect|getaddrinfo)/.test(String(syscall));
  return isConnect || message.includes('client error (Connect)');
}

/** Returns true if an error names the host of a URL, false if it names another one, `undefined` if it names none. */
function isAbout({ hostname, port, path, message }: ConnectError, url: URL): boolean | undefined {
  if (hostname !== undefined) return hostname === url.hostname;
  if (port !== undefined && Number(port) !== Number(url.port || (url.protocol === 'http:' ? 80 : 443))) return false;
  return `${message} ${String(path)}`.includes(url.host) || undefined;
}

/** Returns the message or code of the innermost cause, because `fetch failed` alone explains nothing. */
export function connectionProblem(error: unknown): string {
  let problem = isError(error) ? error.name : 'unknown reason';
  for (const { message, code } of chainOf(error)) problem = message || (typeof code === 'string' ? code : problem);
  // OpenSSL's own message needs an explanation.
  return problem.includes('wrong version number')
    ? 'baseUrl says https, but the server at its port speaks http.'
    : problem;
}

/** An error and its causes: five at most. */
function chainOf(error: unknown): ConnectError[] {
  const chain: ConnectError[] = [];
  for (let link = error; isError(link) && chain.length < 5; link = link.cause) chain.push(link);
  return chain;
}
