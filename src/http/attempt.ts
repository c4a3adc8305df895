import ky, { isTimeoutError, type Options, type ResponsePromise } from 'ky';
import type { Redactor } from '../auth/redaction.ts';
import {
  ConnectionError,
  ResponseTooLargeError,
  TimeoutError,
  type CallErrorInit,
  type ExampleError,
  type RequestTarget,
} from '../errors/index.ts';
import { parseRetryAfter, untilReset } from '../rate-limit/headers.ts';
import type { Permit } from '../rate-limit/limiter.ts';
import { untilAborted } from '../utils/abort.ts';
import type { Call } from './call.ts';
import { connectionProblem, wasNeverSent } from './connection.ts';
import { errorFrom } from './error-response.ts';
import type { RequestSender } from './fetch.ts';
import { BodyReader } from './response-body.ts';
import type { Failure } from './retry.ts';

/** An error needs a message and a few details; a proxy may send megabytes of HTML instead. */
const maxErrorBody = 64 * 1024;

/** What one attempt needs in addition to the call. */
export interface Attempt {
  /** What is shown of the call. */
  readonly target: RequestTarget;
  /** Where to send it, which may be where a redirect within the origin has led. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The headers of the credential, which nothing else can set. */
  readonly authorization: Readonly<Record<string, string>>;
  readonly redactor: Redactor;
  readonly sendRequest: RequestSender | undefined;
  /** Aborts the attempt: the caller's signal, combined with the call's total timeout. */
  readonly signal: AbortSignal | undefined;
  /** Leaves the body of a success to the caller. */
  readonly raw: boolean;
  readonly permit: Permit | undefined;
  /** Bytes of the body of a success. */
  readonly maxResponseSize: number;
}

/** How an attempt ended. */
export type Result =
  | { readonly kind: 'success'; readonly response: Response; readonly text: string | undefined }
  | { readonly kind: 'redirect'; readonly response: Response; readonly text?: undefined }
  | {
      readonly kind: 'failure';
      /** Set if the headers have arrived. */
      readonly response: Response | undefined;
      readonly text?: string;
      readonly failure: Failure;
      readonly error: ExampleError;
    };

/**
 * Sends the call once and reads the response, within the attempt's timeout.
 *
 * @param onHeaders Called when the headers have arrived.
 * @throws the signal's reason when the call is aborted; everything else is a result.
 */
export async function send(call: Call, attempt: Attempt, onHeaders: (response: Response) => void): Promise<Result> {
  const { signal, permit, sendRequest } = attempt;
  if (signal?.aborted) {
    permit?.release();
    throw signal.reason;
  }
  let exchange: ResponsePromise | undefined;
  let response: Response;
  try {
    exchange = request(call, attempt);
    // A custom fetch may ignore its signal.
    response = await untilAborted(signal, exchange);
  } catch (error) {
    // Without an exchange, the runtime can't make requests at all.
    const neverSent = !exchange || wasNeverSent(error, new URL(attempt.url), sendRequest !== undefined);
    if (neverSent) permit?.release();
    else permit?.recordLoss();
    // If the response still arrives, nothing will read it.
    exchange?.then((late) => late.body?.cancel()).catch(() => undefined);
    if (signal?.aborted) throw signal.reason;
    const failure = { kind: neverSent ? 'unsent' : 'lost' } as const;
    return { kind: 'failure', response: undefined, failure, error: errorOf(error, call, attempt, undefined) };
  }
  permit?.recordAnswer(response.status, response.headers);
  onHeaders(response);
  if (response.ok && attempt.raw) return { kind: 'success', response, text: undefined };
  return readResponse(call, attempt, response, exchange);
}

/**
 * Reads a response whose headers have arrived.
 *
 * @param reads Reads the text of its body within the timeout.
 * @throws the signal's reason when the call is aborted.
 */
export async function readResponse(
  call: Pick<Call, 'timeout'>,
  attempt: Pick<Attempt, 'target' | 'url' | 'redactor' | 'signal' | 'maxResponseSize'>,
  response: Response,
  reads: Pick<ResponsePromise, 'text'>,
): Promise<Result> {
  const { ok, status, headers } = response;
  const { signal, maxResponseSize, redactor } = attempt;
  const excess = () => new ResponseTooLargeError({ ...about(attempt, response), status }, maxResponseSize);
  const reader = new BodyReader(response, ok ? maxResponseSize : maxErrorBody, ok ? excess : undefined);
  let text: string;
  try {
    text = await untilAborted(signal, reads.text());
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (ok) {
      const isTooLarge = error instanceof ResponseTooLargeError;
      const failure: Failure = isTooLarge ? { kind: 'status', status, retryAfter: undefined } : { kind: 'lost' };
      return { kind: 'failure', response, failure, error: errorOf(error, call, attempt, response) };
    }
    // The status is known, and says more than that the body is broken. Its text may be complete all the same.
    text = reader.text;
  }
  if (ok) return { kind: 'success', response, text };
  // A browser hides the status of a redirect that it must not follow.
  const isRedirect = response.type === 'opaqueredirect' || [301, 302, 303, 307, 308].includes(status);
  if (isRedirect) return { kind: 'redirect', response };

  const retryAfter = parseRetryAfter(headers, Date.now()) ?? (status === 429 ? untilReset(headers) : undefined);
  const error = errorFrom(response, text, about(attempt, response), redactor, retryAfter);
  return { kind: 'failure', response, text, failure: { kind: 'status', status, retryAfter }, error };
}

/** What an error says about an attempt. */
export function about(
  { target: { method, path, route }, url, redactor }: Pick<Attempt, 'target' | 'url' | 'redactor'>,
  response: Response | undefined,
): CallErrorInit {
  const requestId = response?.headers.get('x-request-id') ?? undefined;
  return {
    method,
    path,
    route,
    url: redactor.redact(url),
    status: response?.status,
    requestId: requestId && redactor.redact(requestId),
  };
}

/**
 * ky makes the request, times it and reads the body. It makes one attempt: whether and when there is another depends on
 * the rate limit, which it does not know. `totalTimeout` is ky's name for a limit on headers and body together.
 */
function request(call: Call, attempt: Attempt): ResponsePromise {
  const { url, headers, authorization, signal, sendRequest } = attempt;
  const options: Options = {
    headers: { ...(call.body !== undefined && { 'content-type': 'application/json' }), ...headers, ...authorization },
    // A redirect must not carry the token to another origin, and not every runtime strips it.
    redirect: 'manual',
    timeout: false,
    totalTimeout: call.timeout === Infinity ? false : call.timeout,
    retry: 0,
    throwHttpErrors: false,
  };
  // ky copies its options once for each of them, so that those without a value are left out.
  if (call.method !== 'GET') options.method = call.method;
  if (call.body !== undefined) options.body = call.body;
  if (signal) options.signal = signal;
  if (sendRequest) options.fetch = sendRequest as typeof fetch; // ky always passes a Request.
  return ky(url, options);
}

function errorOf(
  error: unknown,
  { timeout }: Pick<Call, 'timeout'>,
  attempt: Pick<Attempt, 'target' | 'url' | 'redactor'>,
  response: Response | undefined,
): ExampleError {
  if (error instanceof ResponseTooLargeError) return error;
  const init = about(attempt, response);
  if (isTimeoutError(error))
    return new TimeoutError(`The attempt took longer than its timeout of ${timeout} ms.`, init);
  const cause = attempt.redactor.redactError(error);
  return new ConnectionError(`The request failed: ${connectionProblem(cause)}`, init, { cause });
}
