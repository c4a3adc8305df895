import ky, { isTimeoutError, type Options, type ResponsePromise } from 'ky';
import { ConnectionError, ResponseTooLargeError, TimeoutError, type ExampleError } from '../errors/index.ts';
import { parseRetryAfter, untilReset } from '../rate-limit/headers.ts';
import type { Permit } from '../rate-limit/limiter.ts';
import type { AttemptRequest } from '../telemetry/call-telemetry.ts';
import { untilAborted } from '../utils/abort.ts';
import { CallDeadline } from './call-deadline.ts';
import type { Call } from './call.ts';
import { connectionProblem, wasNeverSent } from './connection.ts';
import { errorFrom } from './error-response.ts';
import type { RequestSender } from './fetch.ts';
import { isRedirect } from './redirect.ts';
import { limitText } from './response-body.ts';
import type { Failure } from './retry.ts';

/** An error needs a message and a few details; a proxy may send megabytes of HTML instead. */
const longestErrorBody = 64 * 1024;

/** What one attempt needs in addition to the call: its URL may be where a redirect within the origin has led. */
export interface Attempt extends AttemptRequest {
  readonly sendRequest: RequestSender | undefined;
  /** Aborts the attempt: the caller's signal, combined with the call's total timeout. */
  readonly signal: AbortSignal | undefined;
  /** Leaves the body of a success to the caller. */
  readonly raw: boolean;
  readonly permit: Permit | undefined;
  /** Bytes of the body of a success. */
  readonly maxResponseSize: number;
}

/** A request that was sent, and what reads its response within the timeout. */
export type SentRequest = Promise<Response> & Pick<ResponsePromise, 'text'>;

/** How an attempt ended. */
export type Result =
  | { readonly kind: 'success'; readonly response: Response; readonly text: string | undefined }
  | { readonly kind: 'redirect'; readonly response: Response; readonly text?: undefined }
  | {
      readonly kind: 'failure';
      readonly response: Response | undefined;
      readonly text?: string;
      readonly failure: Failure;
      readonly error: ExampleError;
    };

/**
 * Sends the call once and reads the response, within the attempt's timeout.
 *
 * @param share Returns the request that the call shares with others, instead of one of its own.
 * @throws the signal's reason when the call is aborted; everything else is a result.
 */
export async function send(call: Call, attempt: Attempt, share?: () => SentRequest): Promise<Result> {
  const { signal, permit } = attempt;
  if (signal?.aborted) {
    permit?.release();
    throw signal.reason;
  }
  let exchange: SentRequest | undefined;
  let response: Response | undefined;
  try {
    exchange = share ? share() : request(call, attempt);
    // A custom fetch may ignore its signal.
    response = await untilAborted(signal, exchange);
    permit?.recordAnswer(response.status, response.headers);
    if (response.ok && attempt.raw) return { kind: 'success', response, text: undefined };
    const { ok, status } = response;
    const excess = () => new ResponseTooLargeError(call, status, attempt.maxResponseSize);
    limitText(response, ok ? attempt.maxResponseSize : longestErrorBody, ok ? excess : undefined);
    return resultOf(response, await untilAborted(signal, exchange.text()), call, attempt);
  } catch (error) {
    const cause = attempt.redactor.redactError(error);
    // Without an exchange, the runtime can't make requests at all.
    const neverSent = !response && (!exchange || wasNeverSent(error));
    if (!response) {
      if (neverSent) permit?.release();
      else permit?.recordLoss();
      // If the response still arrives, nothing will read it.
      if (!share) discard(exchange);
    }
    if (signal?.aborted) throw signal.reason;
    // The status is known, and says more than a body that is broken or missing.
    if (response && !response.ok) return resultOf(response, '', call, attempt);
    if (response && error instanceof ResponseTooLargeError) {
      return {
        kind: 'failure',
        response,
        failure: { kind: 'status', status: response.status, retryAfter: undefined },
        error,
      };
    }
    return {
      kind: 'failure',
      response: undefined,
      failure: { kind: neverSent ? 'unsent' : 'lost' },
      error: isTimeoutError(error) ? timeoutError(call) : connectionError(cause, call),
    };
  }
}

/**
 * Reads the response of a request that does not end with the call, such as one that it shares, within a timeout of the
 * call's own. Apart from that, it is as {@link send}.
 */
export async function sendShared(call: Call, attempt: Attempt, share: () => SentRequest): Promise<Result> {
  const timeout = new CallDeadline(attempt.signal, call.timeout, () => timeoutError(call));
  try {
    return await send(call, { ...attempt, signal: timeout.signal, raw: false }, share);
  } catch (error) {
    if (attempt.signal?.aborted) throw error;
    // Nothing but the timeout has aborted it.
    return { kind: 'failure', response: undefined, failure: { kind: 'lost' }, error: error as TimeoutError };
  } finally {
    timeout.dispose();
  }
}

/** Nothing will read the response, should it still arrive. */
export function discard(exchange: SentRequest | undefined): void {
  exchange?.then((late) => late.body?.cancel()).catch(() => undefined);
}

/**
 * ky makes the request, times it and reads the body. It makes one attempt: whether and when there is another depends on
 * the rate limit, which it does not know. `totalTimeout` is ky's name for a limit on headers and body together.
 */
export function request(call: Call, attempt: Attempt): ResponsePromise {
  const { url, headers, authorization, signal, sendRequest } = attempt;
  const options: Options = {
    headers: { ...headers, ...authorization },
    // A redirect must not carry the token to another origin, and not every runtime strips it.
    redirect: 'manual',
    timeout: false,
    totalTimeout: call.timeout === Infinity ? false : call.timeout,
    retry: 0,
    throwHttpErrors: false,
  };
  // ky copies its options once for each of them, so that those without a value are left out.
  if (call.method !== 'GET') Object.assign(options, { method: call.method, json: call.body });
  if (signal) options.signal = signal;
  if (sendRequest) options.fetch = sendRequest as typeof fetch; // ky always passes a Request.
  return ky(url, options);
}

function resultOf(response: Response, text: string, call: Call, { redactor }: Attempt): Result {
  if (response.ok) return { kind: 'success', response, text };
  if (isRedirect(response)) return { kind: 'redirect', response };

  const { status, headers } = response;
  const retryAfter = parseRetryAfter(headers, Date.now()) ?? (status === 429 ? untilReset(headers) : undefined);
  return {
    kind: 'failure',
    response,
    text,
    failure: { kind: 'status', status, retryAfter },
    error: errorFrom(response, text, call, redactor, retryAfter),
  };
}

function timeoutError(call: Call): TimeoutError {
  return new TimeoutError(`The attempt took longer than its timeout of ${call.timeout} ms.`, call);
}

function connectionError(cause: unknown, call: Call): ConnectionError {
  return new ConnectionError(`The request failed: ${connectionProblem(cause)}`, call, { cause });
}
