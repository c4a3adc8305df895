import ky, { isTimeoutError, type Options, type ResponsePromise } from 'ky';
import { redactorOf } from '../auth/redaction.ts';
import {
  ConnectionError,
  InvalidRequestError,
  ResponseTooLargeError,
  TimeoutError,
  type ExampleError,
} from '../errors/index.ts';
import { parseRetryAfter, untilReset } from '../rate-limit/headers.ts';
import type { Permit, Verdict } from '../rate-limit/types.ts';
import { keepAlive, untilAborted } from '../utils/abort.ts';
import { throwInvalid } from '../utils/arguments.ts';
import type { Account } from './accounts.ts';
import { errorFrom, errorInit, type ErrorContext } from './api-error.ts';
import type { Call } from './call.ts';
import { connectionProblem, wasNeverSent } from './connection-errors.ts';
import type { Failure } from './retry.ts';

/** The API's errors are small, but a proxy may send megabytes of HTML. */
const maxErrorBody = 64 * 1024;

/** One attempt of a call. */
export interface Attempt extends ErrorContext {
  readonly account: Account;
  /** 1 for the first attempt of a call. */
  readonly number: number;
  /** Aborts the attempt. Combines the caller's signal and the call's total timeout. */
  readonly signal: AbortSignal | undefined;
  /** True if the caller reads the body of a success. */
  readonly isResponseOnly: boolean;
  /** {@link send} removes it once the outcome is recorded. Otherwise the caller of `send` releases it. */
  permit: Permit | undefined;
  response?: Response;
  /** Set if the attempt failed. */
  error?: ExampleError;
}

/** How an attempt ended. `isApiUp` is true if the API works, even if it rejected the call. */
export type Result = SuccessfulAttempt | FailedAttempt;

interface SuccessfulAttempt {
  readonly kind: 'success';
  readonly isApiUp: true;
  readonly response: Response;
  /** The body; absent if the caller reads it. */
  readonly text?: string;
}

export interface FailedAttempt {
  readonly kind: 'failure';
  readonly isApiUp: boolean;
  /** The limiter's verdict, if the account has a limiter. */
  readonly verdict: Verdict | undefined;
  readonly text?: string;
  readonly failure: Failure;
  readonly error: ExampleError;
}

/**
 * Sends the call once and reads the response, within the attempt's timeout.
 *
 * @param headers The headers of the call, including those that listeners added.
 * @throws the signal's reason when the call is aborted. Any other failure is returned as a result.
 */
export async function send(attempt: Attempt, headers: Call['headers']): Promise<Result> {
  const { call, signal, permit } = attempt;
  let exchange: ResponsePromise | undefined;
  let verdict: Verdict | undefined;
  try {
    exchange = request(attempt, headers);
    // A custom fetch may ignore the signal.
    const response = (attempt.response = await untilAborted(signal, exchange));
    attempt.permit = undefined;
    verdict = permit?.recordResponse(response.status, response.headers);
    if (response.ok && attempt.isResponseOnly) return { kind: 'success', isApiUp: true, response };
    return await read(attempt, response, exchange, verdict);
  } catch (error) {
    // Without an exchange, the runtime could not even create the request.
    const neverSent =
      !exchange || (!attempt.response && wasNeverSent(error, new URL(call.url), call.options.fetch !== undefined));
    if (attempt.permit) {
      attempt.permit = undefined;
      const hasFailed = signal?.aborted !== true;
      verdict = neverSent ? permit?.release(hasFailed) : permit?.recordLoss(hasFailed);
    }
    // Nobody reads a response that arrives later.
    exchange?.then((late) => late.body?.cancel()).catch(() => undefined);
    if (signal?.aborted) throw signal.reason;
    // A fetch that returns something invalid has sent the request. Another attempt would fail in the same way.
    const kind = error instanceof InvalidRequestError ? 'final' : neverSent ? 'unsent' : 'lost';
    return { kind: 'failure', isApiUp: kind === 'final', verdict, failure: { kind }, error: errorOf(error, attempt) };
  }
}

/** Reads a response whose headers have arrived. */
async function read(
  attempt: Attempt,
  response: Response,
  exchange: ResponsePromise,
  verdict: Verdict | undefined,
): Promise<Result> {
  const { ok, status, headers } = response;
  const { signal } = attempt;
  const { maxResponseSize } = attempt.call.options;
  const received = limitBody(response, ok ? maxResponseSize : maxErrorBody);
  let text: string;
  try {
    text = await untilAborted(signal, exchange.text());
    if (typeof text !== 'string') throwInvalid('a string', "What text() of fetch's response resolves to", text);
  } catch (error) {
    received.cancel();
    if (ok || signal?.aborted) throw error;
    // Report the status instead of the broken body. The text that arrived may be all of it.
    text = received.text;
  }
  if (ok && received.isCut) {
    const error = new ResponseTooLargeError({ ...errorInit(attempt), status }, maxResponseSize);
    return { kind: 'failure', isApiUp: true, verdict, failure: { kind: 'final' }, error };
  }
  if (ok) return { kind: 'success', isApiUp: true, response, text };
  const retryAfter = parseRetryAfter(headers) ?? (status === 429 ? untilReset(headers) : undefined);
  const error = errorFrom(attempt, response, text, retryAfter);
  const isApiUp = status < 500 || verdict?.isGatewayLimit === true;
  return {
    kind: 'failure',
    isApiUp,
    verdict,
    text,
    failure: { kind: 'status', status, retryAfter: retryAfter === 0 ? undefined : retryAfter },
    error,
  };
}

/**
 * Makes the request with ky, which enforces the timeout and reads the body. ky's own retries are off, because they
 * would ignore the rate limit. ky's `totalTimeout` limits headers and body together.
 */
function request({ call, account, signal, isResponseOnly }: Attempt, headers: Call['headers']): ResponsePromise {
  const {
    url,
    method,
    body,
    options: { fetch, timeout },
  } = call;
  const type = body === undefined ? undefined : { 'content-type': 'application/json' };
  const options: Options = {
    headers: { ...type, ...headers, ...account.authorization },
    redirect: 'manual',
    timeout: false,
    totalTimeout: timeout === Infinity ? false : timeout,
    retry: 0,
    throwHttpErrors: false,
  };
  // ky copies all options once per option that is set, so set only those that have a value.
  if (method !== 'GET') options.method = method;
  if (body !== undefined) options.body = body;
  if (signal) options.signal = signal;
  // ky calls `fetch` with a Request only, never with a URL and options.
  const send = fetch ?? globalThis.fetch;
  if (fetch || isResponseOnly)
    options.fetch = (isResponseOnly ? keepingAlive(signal, send) : send) as typeof globalThis.fetch;
  return ky(url, options);
}

/**
 * Keeps request and signal alive while the caller reads the body. In Node.js, a request that was garbage collected no
 * longer follows its signal, and a collected `AbortSignal.timeout()` never aborts.
 */
function keepingAlive(signal: AbortSignal | undefined, send: (request: Request) => Promise<Response>): typeof send {
  return async (request) => {
    const response = await send(request);
    if (response.body) keepAlive(response.body, [request, signal]);
    return response;
  };
}

function errorOf(error: unknown, attempt: Attempt): ExampleError {
  if (isTimeoutError(error))
    return new TimeoutError(
      `The attempt took longer than its timeout of ${attempt.call.options.timeout} ms.`,
      errorInit(attempt),
    );
  const cause = redactorOf(attempt).redactError(error);
  return new ConnectionError(`The request failed: ${connectionProblem(cause)}`, errorInit(attempt), { cause });
}

interface ReceivedBody {
  readonly text: string;
  readonly isCut: boolean;
  cancel(): void;
}

/**
 * Limits how many bytes `text()` reads of a response. It counts after decompression, because a few kilobytes may unpack
 * to gigabytes. A body that isn't a web stream, such as node-fetch's, is not limited.
 *
 * @returns The text read so far, `isCut` if the body exceeds the limit, and a function that stops reading.
 */
function limitBody(response: Response, limit: number): ReceivedBody {
  const received = { text: '', isCut: false, cancel: (): void => undefined };
  const { body } = response;
  if (!body || !('getReader' in body)) return received;
  const read = async (): Promise<string> => {
    const reader = body.getReader();
    received.cancel = () => void reader.cancel().catch(() => undefined); // `text()` has already rejected.
    const decoder = new TextDecoder();
    let room = limit;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return (received.text += decoder.decode());
      if (!ArrayBuffer.isView(value)) throwInvalid('a Uint8Array', "A chunk in the body of fetch's response", value);
      received.text += decoder.decode(value.subarray(0, room), { stream: true });
      if (value.length > room) {
        received.cancel();
        received.isCut = true;
        return (received.text += decoder.decode());
      }
      room -= value.length;
    }
  };
  // `new Response()` would refuse a status above 599.
  Object.defineProperty(response, 'text', { value: read, configurable: true });
  return received;
}
