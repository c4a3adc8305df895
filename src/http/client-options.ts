import { callable, mergeHeaders, milliseconds, oneOf, wholeNumber } from '../utils/arguments.ts';
import { InvalidRequestError } from '../errors/index.ts';
import { resolveLogger, type LeveledLogger, type Logger, type LogLevel } from '../telemetry/logger.ts';
import type { RateLimitStore } from '../rate-limit/store.ts';
import { environmentVariable, isBrowser, runtimeName } from '../utils/runtime.ts';
import { VERSION } from '../utils/version.ts';

/** What sends a request: the `fetch` of any runtime, or one of yours that takes this much of it. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** How calls are paced. */
export interface RateLimitOptions {
  /** Shares the budget between processes: `redisRateLimitStore(client)` from `@example/sdk/redis`. Default: none. */
  store?: RateLimitStore | undefined;
  /** Milliseconds a call may wait; one that would wait longer rejects at once with a `RateLimitWaitError`. Default: no limit. */
  maxWait?: number | undefined;
  /** Requests per minute to assume until the API's headers say otherwise. Default: 100, as documented. */
  limit?: number | undefined;
  /**
   * Milliseconds of a window, to assume until the API shows another. Default: 60 000, as documented. A local API with
   * shorter windows is paced best if this says so.
   */
  window?: number | undefined;
}

/** Options of a {@link Client}. All of them have a default or an environment variable. */
export interface ClientOptions {
  /**
   * The API token, or a function that returns it, called anew for every attempt so that a rotated token is used.
   * Default: the environment variable `EXAMPLE_API_TOKEN`.
   */
  apiToken?: string | (() => string | Promise<string>) | undefined;
  /** Where the API is. Default: the environment variable `EXAMPLE_BASE_URL`, else `https://api.example.com/v1`. */
  baseUrl?: string | URL | undefined;
  /** Milliseconds for one attempt, headers and body. Default: 30 000. */
  timeout?: number | undefined;
  /** Milliseconds for a whole call, waiting and retries included. Default: none. */
  totalTimeout?: number | undefined;
  /** How often a failed attempt is tried again, where that can't repeat anything. Default: 2. */
  maxRetries?: number | undefined;
  /** What sends a request, for a proxy or for tests. Default: the runtime's `fetch`. */
  fetch?: Fetch | undefined;
  /** Headers for every request. */
  headers?: Record<string, string | undefined> | Headers | undefined;
  /** How calls are paced, or `false` not to pace them. Default: within the budget that the API reports. */
  rateLimit?: false | RateLimitOptions | undefined;
  /**
   * What to do with a response that differs from the documentation but can be used: hand it out and tell
   * (`'warn'`), throw a `ResponseValidationError` (`'throw'`), or not look (`'off'`). Default: `'warn'`.
   */
  responseValidation?: 'warn' | 'throw' | 'off' | undefined;
  /** Where log lines go. Default: `console`. */
  logger?: Logger | undefined;
  /** How much is logged. Default: the environment variable `EXAMPLE_LOG`, else `'warn'`. */
  logLevel?: LogLevel | undefined;
  /** Allows use in a browser, where whoever opens the page can read the token. Default: `false`. */
  dangerouslyAllowBrowser?: boolean | undefined;
}

/** Every option, its default filled in and its value checked. */
export interface ResolvedOptions {
  readonly apiToken: string | (() => string | Promise<string>);
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly timeout: number;
  readonly totalTimeout: number;
  readonly maxRetries: number;
  readonly fetch: Fetch;
  readonly headers: Readonly<Record<string, string>>;
  readonly rateLimit: false | RateLimitOptions;
  readonly responseValidation: 'warn' | 'throw' | 'off';
  readonly logger: LeveledLogger;
}

/** Resolves every option once; behind this door nobody asks again whether a value is set. */
export function resolveOptions(options: ClientOptions): ResolvedOptions {
  if (isBrowser() && options.dangerouslyAllowBrowser !== true) {
    throw new InvalidRequestError(
      'In a browser, whoever opens the page can read the API token. Call the API from a server, or set ' +
        'dangerouslyAllowBrowser: true if the token is meant to be seen.',
    );
  }
  const { responseValidation = 'warn', rateLimit = {} } = options;
  return {
    apiToken: resolveToken(options.apiToken ?? environmentVariable('EXAMPLE_API_TOKEN')),
    baseUrl: resolveBaseUrl(
      String(options.baseUrl ?? environmentVariable('EXAMPLE_BASE_URL') ?? 'https://api.example.com/v1'),
    ),
    timeout: milliseconds('timeout', options.timeout ?? 30_000),
    totalTimeout: milliseconds('totalTimeout', options.totalTimeout ?? Infinity),
    maxRetries: wholeNumber('maxRetries', options.maxRetries ?? 2, 0),
    // Looked up at each call, because tests and instrumentation replace the global one later.
    fetch: options.fetch
      ? answeringWithResponses(callable('fetch', options.fetch))
      : (input, init) => globalThis.fetch(input, init),
    headers: mergeHeaders(defaultHeaders(), 'headers', options.headers),
    rateLimit: rateLimit && resolveRateLimit(rateLimit),
    responseValidation: oneOf('responseValidation', responseValidation, ['warn', 'throw', 'off']),
    logger: resolveLogger(options),
  };
}

/** A mock may answer with something else, of which nothing later would say what is wrong. */
function answeringWithResponses(fetch: Fetch): Fetch {
  return async (input, init) => {
    const response = (await fetch(input, init)) as Partial<Response> | undefined;
    if (typeof response?.status === 'number' && typeof response.headers?.get === 'function' && response.text) {
      return response as Response; // Or something that can do what the SDK needs, such as that of node-fetch
    }
    throw new InvalidRequestError('the fetch option must resolve to a Response, with status, headers and text().');
  };
}

function defaultHeaders(): Record<string, string> {
  const accept = 'application/json';
  // A browser has its own User-Agent, and asks the API for leave to send another.
  return isBrowser() ? { accept } : { accept, 'user-agent': `example-sdk/${VERSION} ${runtimeName()}` };
}

function resolveToken(token: ClientOptions['apiToken']): ResolvedOptions['apiToken'] {
  if (token === undefined) {
    throw new InvalidRequestError('There is no API token: pass apiToken, or set EXAMPLE_API_TOKEN.');
  }
  return typeof token === 'function' ? token : checkedToken(token);
}

/** A token that can stand in an `Authorization` header. The message does not repeat it. */
export function checkedToken(token: string): string {
  if (typeof token === 'string' && /^[\x21-\x7e]+$/.test(token)) return token;
  throw new InvalidRequestError(
    'apiToken must be a string, or a function that returns one, not empty and without spaces, line breaks or characters beyond ASCII.',
  );
}

function resolveBaseUrl(baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    throw new InvalidRequestError('baseUrl (or EXAMPLE_BASE_URL) must be an absolute https URL.');
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new InvalidRequestError(
      'baseUrl (or EXAMPLE_BASE_URL) must be https: over http anybody on the way can read the API token. ' +
        'Only a loopback host such as localhost may use http.',
    );
  }
  if (url.username || url.password || /[?#]/.test(url.href)) {
    throw new InvalidRequestError('baseUrl (or EXAMPLE_BASE_URL) must have no user name, password, query or fragment.');
  }
  return url.href.replace(/\/+$/, '');
}

function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

function resolveRateLimit(options: RateLimitOptions): RateLimitOptions {
  if (typeof options !== 'object') throw new InvalidRequestError('rateLimit must be false or an object.');
  if (options.store) callable('rateLimit.store.sync', (options.store as Partial<RateLimitStore>).sync);
  return {
    store: options.store,
    maxWait: options.maxWait === 0 ? 0 : milliseconds('rateLimit.maxWait', options.maxWait ?? Infinity),
    limit: options.limit === undefined ? undefined : wholeNumber('rateLimit.limit', options.limit, 1),
    window: options.window === undefined ? undefined : wholeNumber('rateLimit.window', options.window, 1),
  };
}
