import type { StandardSchemaV1 } from '@standard-schema/spec';
import { resolveApiToken, type ApiToken } from '../auth/api-token.ts';
import {
  boolean,
  callable,
  milliseconds,
  oneOf,
  readOptions,
  plainObject,
  throwInvalid,
  wholeNumber,
  type KeysOf,
} from '../utils/arguments.ts';
import { mergeHeaders, type HeadersInput } from '../utils/headers.ts';
import { InvalidRequestError } from '../errors/index.ts';
import { resolveLogger, type Logger, type LogLevel } from '../telemetry/logger.ts';
import type { Priority } from '../rate-limit/limited-call.ts';
import { connectLimiter } from '../rate-limit/share.ts';
import type { RateLimitStore } from '../sharing/store.ts';
import { isBrowser, runtimeName } from '../utils/runtime.ts';
import { resolveBaseUrl } from './base-url.ts';
import type { Fetch } from './fetch.ts';
import type { ShouldRetry } from './retry.ts';
import { VERSION } from '../utils/version.ts';

/** How the client paces its calls. */
export interface RateLimitOptions {
  /** Shares the rate limit with other processes, such as `redisRateLimitStore(redis)`. Default: none. */
  store?: RateLimitStore | undefined;
  /**
   * Milliseconds that each attempt of a call may wait for the rate limit. A call that would wait longer rejects with a
   * `RateLimitWaitError`: immediately if that is foreseeable, or else when the time is over. Default: no limit.
   */
  maxWait?: number | undefined;
  /** Requests per window to assume until the API's headers say otherwise. Default: 100. */
  limit?: number | undefined;
  /**
   * Length of a window in milliseconds, to assume until the API shows otherwise. Default: 60 000. Set it if your local
   * API uses shorter windows.
   */
  window?: number | undefined;
}

/** Options of a {@link Client}. All are optional if the environment has `EXAMPLE_API_TOKEN`. */
export interface ClientOptions {
  /**
   * The API token, or a function that returns it. The function is called for every attempt, so a rotated token takes
   * effect immediately. After a 401, it is called once with the rejected token, and the call is repeated if it returns
   * another one. It may take as long as `timeout`. Default: the environment variable `EXAMPLE_API_TOKEN`.
   */
  apiToken?: ApiToken | undefined;
  /** Base URL of the API. Default: the environment variable `EXAMPLE_BASE_URL`, or `https://api.example.com/v1`. */
  baseUrl?: string | URL | undefined;
  /** Milliseconds for one attempt, including the response's body. Default: 30 000. */
  timeout?: number | undefined;
  /** Milliseconds for a whole call, including all waits and retries. Default: no limit. */
  totalTimeout?: number | undefined;
  /**
   * Milliseconds that a call waits while the API is down. A call that has waited longer rejects with an
   * `UnavailableError`. Default: 10 000; 600 000 for background calls.
   */
  outageWait?: number | undefined;
  /**
   * Maximum number of retries. Those for the rate limit or in an outage don't count. An attempt is retried only if that
   * can't repeat an effect. Default: 2.
   */
  maxRetries?: number | undefined;
  /**
   * Called before each retry with the error of the attempt. If it returns `false`, the call rejects with that error.
   * It can veto a retry, but not cause one. Default: none.
   */
  shouldRetry?: ShouldRetry | undefined;
  /**
   * Whether the API performs requests with the same `Idempotency-Key` only once. Its reference doesn't promise that.
   * With `true`, a POST or PATCH with an `idempotencyKey` is retried like a GET: if the API ignores the key, a retry
   * may create a second user. Default: `false`.
   */
  apiSupportsIdempotencyKeys?: boolean | undefined;
  /** Sends the requests, for example through a proxy or to a mock. Default: the runtime's `fetch`. */
  fetch?: Fetch | undefined;
  /** Headers to add to every request. Default: none. */
  headers?: HeadersInput | undefined;
  /** How calls are paced; `false` disables pacing. Default: within the limit that the API reports. */
  rateLimit?: false | RateLimitOptions | undefined;
  /**
   * Which waiting calls are sent first: `'normal'` calls before `'background'` calls, but for a tenth of each window.
   * Default: `'normal'`.
   */
  priority?: Priority | undefined;
  /**
   * Maximum size of a successful response's body, in bytes after decompression. A larger one rejects with a
   * `ResponseTooLargeError`. It doesn't apply to what you read of a response that `asResponse()` returns, or to a
   * custom `fetch` whose body isn't a web stream, such as node-fetch. Default: 67 108 864 (64 MiB).
   */
  maxResponseSize?: number | undefined;
  /**
   * What to do with a usable response that differs from its schema: `'warn'` returns and reports it, `'throw'` throws a
   * `ResponseValidationError`, `'off'` checks nothing. Default: `'warn'`; `'throw'` for a `schema` that you pass.
   */
  responseValidation?: 'warn' | 'throw' | 'off' | undefined;
  /** Receives the log lines. Default: `console`. */
  logger?: Logger | undefined;
  /**
   * The least severe level that is logged: `'error'`, `'warn'`, `'info'`, `'debug'`, or `'off'`. Default:
   * `EXAMPLE_LOG`, or `'warn'`.
   */
  logLevel?: LogLevel | undefined;
  /** Allows use in a browser, where anyone who opens the page can read the token. Default: `false`. */
  dangerouslyAllowBrowser?: boolean | undefined;
  /** Allows http, over which anyone on the network path can read the token. Default: `false`. */
  dangerouslyAllowHttp?: boolean | undefined;
}

/** The options that a call can override. `headers` is not among them: a call adds to the client's. */
const replaceable = [
  'timeout',
  'totalTimeout',
  'outageWait',
  'maxRetries',
  'shouldRetry',
  'priority',
  'responseValidation',
] as const;

/** Options for one call. They override the client's. */
export interface RequestOptions extends Pick<
  ClientOptions,
  'timeout' | 'totalTimeout' | 'outageWait' | 'maxRetries' | 'shouldRetry' | 'priority' | 'responseValidation'
> {
  /** Cancels the call at any stage. The call then rejects with the signal's `reason`, as `fetch` does. */
  signal?: AbortSignal | undefined;
  /**
   * Headers to add to the request. They override the client's; `undefined` removes one. You can't set `authorization`
   * or headers of the connection, such as `host`.
   */
  headers?: HeadersInput | undefined;
  /**
   * Sent as the `Idempotency-Key` header. With the client's `apiSupportsIdempotencyKeys`, a POST or PATCH with a key is
   * retried like a GET.
   */
  idempotencyKey?: string | undefined;
}

export const requestOptionNames = [...replaceable, 'signal', 'headers', 'idempotencyKey'] as const;
requestOptionNames satisfies KeysOf<RequestOptions, typeof requestOptionNames>;

/** An HTTP method. */
export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A value in a query. `undefined` leaves the parameter out. */
export type QueryValue = string | number | boolean | undefined;

/**
 * Options of `client.request`: the options of every call, the parameters, the body and the schema.
 *
 * @typeParam T The value of the call.
 */
export interface EndpointOptions<T = unknown> extends RequestOptions {
  /** Values of the path's `{names}`. Each becomes exactly one segment of the path, percent-encoded. */
  params?: Readonly<Record<string, string>> | undefined;
  /** Query parameters. An array repeats the parameter. */
  query?: Readonly<Record<string, QueryValue | readonly QueryValue[]>> | undefined;
  /** Object or array to send as JSON. Fields such as `password` or `api_key` are redacted in errors and logs. */
  body?: unknown;
  /**
   * Schema of a successful response, from any library that follows Standard Schema. The value of the call is the
   * schema's output. A response that differs rejects with a `ResponseValidationError`. With `responseValidation:
   * 'warn'`, its value is the JSON as received; with `'off'`, the value is always that. Default: none; the value is the
   * JSON as received.
   */
  schema?: StandardSchemaV1<unknown, T> | undefined;
}

export const endpointOptionNames = [...requestOptionNames, 'params', 'query', 'body', 'schema'] as const;
endpointOptionNames satisfies KeysOf<EndpointOptions, typeof endpointOptionNames>;

/** Fills in the default of an option and checks it. `all` has the other options that were passed. */
type OptionChecks = {
  readonly [Name in keyof ClientOptions]-?: (given: ClientOptions[Name], all: ClientOptions) => unknown;
};

/** Each option's name, default and check. What the check returns is what the rest of the SDK sees. */
const optionChecks = {
  apiToken: resolveApiToken,
  baseUrl: (url, { dangerouslyAllowHttp }) => resolveBaseUrl(url, dangerouslyAllowHttp),
  timeout: (value = 30_000) => milliseconds('timeout', value),
  totalTimeout: (value = Infinity) => milliseconds('totalTimeout', value),
  outageWait: (value) => (value === undefined ? value : milliseconds('outageWait', value)),
  maxRetries: (value = 2) => wholeNumber('maxRetries', value, 0),
  shouldRetry: (veto) => (veto === undefined ? veto : callable('shouldRetry', veto)),
  fetch: (fetch) => (fetch === undefined ? fetch : callable('fetch', fetch)),
  headers: (more) => mergeHeaders(defaultHeaders(), 'headers', more),
  rateLimit: (value = {}) => value !== false && resolveRateLimit(value),
  priority: (value = 'normal') => oneOf<Priority>('priority', value, ['normal', 'background']),
  apiSupportsIdempotencyKeys: (value = false) => boolean('apiSupportsIdempotencyKeys', value),
  maxResponseSize: (value = 2 ** 26) => wholeNumber('maxResponseSize', value, 1),
  responseValidation: (value) =>
    value === undefined ? value : oneOf('responseValidation', value, ['warn', 'throw', 'off'] as const),
  logger: (logger, { logLevel }) => resolveLogger(logger, logLevel),
  logLevel: (level) => level, // Checked with `logger`.
  dangerouslyAllowBrowser: (value = false) => checkedRuntime(boolean('dangerouslyAllowBrowser', value)),
  dangerouslyAllowHttp: (value = false) => boolean('dangerouslyAllowHttp', value),
} satisfies OptionChecks;

// The type of the table allows no other keys.
export const clientOptionNames = Object.keys(optionChecks) as (keyof ClientOptions)[];

/** The options, checked, with their defaults filled in. */
export type ResolvedOptions = {
  readonly [Name in keyof typeof optionChecks]: ReturnType<(typeof optionChecks)[Name]>;
};

/**
 * Checks all options and fills in their defaults, so that no later code has to.
 *
 * @throws {InvalidRequestError} when an option is missing or wrong.
 */
export function resolveOptions(options: ClientOptions): ResolvedOptions {
  return resolve(clientOptionNames, options);
}

/**
 * Overrides the client's options with those of a call.
 *
 * @throws {InvalidRequestError} when an option of the call is wrong. The client's were checked before.
 */
export function replaceOptions(
  options: ResolvedOptions,
  given: Pick<ClientOptions, (typeof replaceable)[number]>,
): ResolvedOptions {
  const names = replaceable.filter((name) => given[name] !== undefined);
  if (names.length === 0) return options;
  // Inherits instead of copying, to save memory while thousands of calls wait. The prototype has all of the options.
  return Object.assign(Object.create(options) as ResolvedOptions, resolve(names, given));
}

function resolve<Name extends keyof ClientOptions>(names: readonly Name[], options: ClientOptions) {
  // Both `as` hold because each check gets the option of its own name, and its result is stored under that name.
  const checks = optionChecks as Record<Name, (given: unknown, all: ClientOptions) => unknown>;
  const resolved = names.map((name) => [name, checks[name](options[name], options)]);
  return Object.fromEntries(resolved) as Pick<ResolvedOptions, Name>;
}

function checkedRuntime(isAllowed: boolean): boolean {
  if (!isBrowser() || isAllowed) return isAllowed;
  throw new InvalidRequestError(
    'In a browser, every visitor can read the API token: set dangerouslyAllowBrowser: true if that is intended.',
  );
}

function defaultHeaders(): Record<string, string> {
  const accept = 'application/json';
  // Browsers send their own User-Agent. Replacing it would cause a preflight request.
  return isBrowser() ? { accept } : { accept, 'user-agent': `example-sdk/${VERSION} ${runtimeName()}` };
}

function resolveRateLimit(given: RateLimitOptions): RateLimitOptions {
  const names = ['store', 'maxWait', 'limit', 'window'] as const;
  const checked = plainObject('rateLimit, unless false,', given);
  const { store, maxWait = Infinity, limit, window } = readOptions('rateLimit', checked, names);
  // Without types, callers may pass anything, such as a Redis client.
  if (store !== undefined && typeof (store as Partial<RateLimitStore> | null)?.[connectLimiter] !== 'function')
    throwInvalid('a store, such as redisRateLimitStore() returns', 'rateLimit.store', store);
  return {
    store,
    maxWait: maxWait === 0 ? 0 : milliseconds('rateLimit.maxWait', maxWait),
    limit: limit === undefined ? undefined : wholeNumber('rateLimit.limit', limit, 1),
    window: window === undefined ? undefined : wholeNumber('rateLimit.window', window, 1),
  };
}
