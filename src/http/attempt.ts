import ky from 'ky';
import { ConnectionError, TimeoutError, type APIError } from '../errors/index.ts';
import { parseRetryAfter, untilReset } from '../rate-limit/headers.ts';
import type { Permit } from '../rate-limit/limiter.ts';
import type { Fetch } from './client-options.ts';
import type { Call } from './call.ts';
import { connectionProblem, wasNeverSent } from './connection.ts';
import { errorOf, readText } from './response.ts';
import type { Failure } from './retry.ts';
import type { Secrets } from '../auth/redaction.ts';
import { TimeLimit } from './time-limit.ts';

/** What one attempt is made with, beside the call. */
export interface Attempt {
  readonly url: string;
  readonly token: string;
  readonly secrets: Secrets;
  readonly fetch: Fetch;
  /** The call's signal: the caller's, with the total timeout. */
  readonly signal: AbortSignal | undefined;
  /** Leaves the body of a success to the caller, whose signal goes on to govern it. */
  readonly raw: { readonly signal?: AbortSignal | undefined } | undefined;
  readonly permit: Permit | undefined;
}

/** How an attempt ended. */
export type Result =
  | { readonly kind: 'success'; readonly response: Response; readonly text: string | undefined }
  | { readonly kind: 'redirect'; readonly response: Response }
  | {
      readonly kind: 'failure';
      readonly response: Response | undefined;
      readonly failure: Failure;
      readonly error: APIError | ConnectionError;
    };

/**
 * Sends the call once and reads the answer, within the attempt's timeout.
 *
 * @throws the signal's reason when the call is aborted; everything else is a result.
 */
export async function send(call: Call, attempt: Attempt): Promise<Result> {
  const { signal, permit, raw } = attempt;
  if (signal?.aborted) {
    permit?.unsent();
    throw signal.reason;
  }
  const limit = new TimeLimit(signal, call.timeout, () => timeoutError(call));
  const exchange = fetchOnce(call, attempt, limit.signal);
  let response: Response | undefined;
  try {
    response = await limit.hold(exchange);
    permit?.answered(response.status, response.headers);
    if (response.ok && raw) return { kind: 'success', response, text: undefined };
    return resultOf(response, await limit.hold(readText(response)), call, attempt);
  } catch (error) {
    const neverSent = wasNeverSent(error);
    if (!response) {
      if (neverSent) permit?.unsent();
      else permit?.lost();
      // A custom fetch may answer after all; nobody reads that.
      exchange.then((late) => late.body?.cancel()).catch(() => undefined);
    }
    if (signal?.aborted) throw signal.reason;
    // The status is known, and says more than a body that does not come.
    if (response && !response.ok) return resultOf(response, '', call, attempt);
    return {
      kind: 'failure',
      response: undefined,
      failure: { kind: neverSent ? 'unsent' : 'lost' },
      error: error instanceof TimeoutError ? error : connectionError(error, call, attempt),
    };
  } finally {
    limit.dispose();
  }
}

function timeoutError(call: Call): TimeoutError {
  return new TimeoutError(
    `${call.method} ${call.path} was not answered completely within ${call.timeout} ms (timeout).`,
    call,
  );
}

function fetchOnce(call: Call, attempt: Attempt, signal: AbortSignal): Promise<Response> {
  const { url, fetch, raw } = attempt;
  const init: RequestInit = {
    method: call.method,
    headers: { ...call.headers, authorization: `Bearer ${attempt.token}` },
    // A redirect must not carry the token to another origin, and not every runtime takes it off.
    redirect: 'manual',
    signal: raw?.signal ? AbortSignal.any([signal, raw.signal]) : signal,
  };
  if (call.body !== undefined) init.body = call.body;
  // One attempt and nothing else: retries, timeouts and errors are decided where the rate limit is known. ky passes
  // the request on as a Request; handing the parts to fetch instead costs half, and is what a custom fetch expects.
  // ky is bundled without its other options: build/trim/ky.ts.
  return ky(url, { retry: 0, timeout: false, throwHttpErrors: false, fetch: () => fetch(url, init) });
}

function resultOf(response: Response, text: string, call: Call, attempt: Attempt): Result {
  if (response.ok) return { kind: 'success', response, text };
  if (isRedirect(response)) return { kind: 'redirect', response };

  const { status, headers } = response;
  const retryAfter = parseRetryAfter(headers, Date.now()) ?? (status === 429 ? untilReset(headers) : undefined);
  return {
    kind: 'failure',
    response,
    failure: { kind: 'status', status, retryAfter },
    error: errorOf(response, text, call, attempt.secrets, retryAfter),
  };
}

function isRedirect({ status, type }: Response): boolean {
  return type === 'opaqueredirect' || [301, 302, 303, 307, 308].includes(status);
}

function connectionError(error: unknown, call: Call, attempt: Attempt): ConnectionError {
  const cause = attempt.secrets.redactError(error);
  return new ConnectionError(`${call.method} ${call.path} failed: ${connectionProblem(cause)}`, call, { cause });
}
