import ky from 'ky';
import { redactorOf } from '../utils/redaction.ts';
import { describeEffect } from '../errors/example-error.ts';
import {
  type CallError,
  ConnectionError,
  InvalidRequestError,
  ResponseTooLargeError,
  TimeoutError,
} from '../errors/index.ts';
import { parseRetryAfter, untilReset } from '../rate-limit/headers.ts';
import type { Permit, Verdict } from '../rate-limit/permit.ts';
import { anySignal, Deadline, onAbort, untilAborted, type Cancellation } from '../utils/abort.ts';
import { throwInvalid } from '../utils/arguments.ts';
import { now } from '../utils/timing.ts';
import type { Call } from './call.ts';
import { checkResponse, connectionProblem, sentStatusOf, type SentStatus } from './fetch.ts';
import { errorFrom, errorInit } from './response.ts';
import type { FailedAttempt } from './retry.ts';

/** The API's errors are small, but a proxy may send megabytes of HTML. */
const maxErrorBody = 64 * 1024;

/** How an attempt ended. */
export type AttemptResult = Success | FailedAttempt;

interface Success {
  readonly response: Response;
  /** The body; absent if the caller reads it. */
  readonly text?: string;
  readonly error?: undefined;
}

/**
 * Sends the call once and reads the response, within the attempt's timeout.
 *
 * @param headers Those of the call and those that listeners added. None of them can replace the token.
 * @param permit From the rate limiter, which is told how the attempt ended.
 * @param isResponseOnly True if the caller reads the body of a success.
 * @throws the signal's reason when the call is aborted. Any other failure is returned as a result.
 */
export async function sendAttempt(
  call: Call,
  headers: Call['headers'],
  permit: Permit,
  isResponseOnly: boolean,
): Promise<AttemptResult> {
  const { token, method, cancellation, wasSent: wasSentBefore, mayHaveTakenEffect } = call;
  const { timeout } = call.options;
  const sentAt = (call.sentAt = now());
  const deadline = new Deadline(cancellation ? [cancellation] : [], timeout, () => {
    const problem = `The attempt took longer than its timeout of ${timeout} ms.`;
    return new TimeoutError(`${problem}${effectOf(call)}`, errorInit(call));
  });
  call.wasSent = true;
  // Until its response says otherwise.
  call.mayHaveTakenEffect ||= method !== 'GET';
  let pending: Promise<Response> | undefined;
  let verdict: Verdict | undefined;
  try {
    pending = request(call, { ...headers, authorization: `Bearer ${token}` }, deadline.signal, isResponseOnly);
    // A custom fetch may ignore the signal.
    const response = (call.response = await untilAborted(deadline, pending));
    const { ok, status } = response;
    if (isRejection(response)) call.mayHaveTakenEffect = mayHaveTakenEffect;
    // A failure is recorded with its error, which needs the body.
    if (status < 500) verdict = permit.recordResponse(status, response.headers);
    if (ok && isResponseOnly) return { response };
    const result = await read(call, response, deadline);
    if (cancellation?.aborted) throw cancellation.reason;
    if ('response' in result) return result;
    verdict ??= permit.recordResponse(status, response.headers, result.error);
    return { ...result, duration: now() - sentAt, verdict };
  } catch (reason) {
    // Nobody reads a response that arrives later.
    pending?.then((late) => late.body?.cancel()).catch(() => undefined);
    const sent = sentStatus(call, reason);
    if (sent === 'no') Object.assign(call, { wasSent: wasSentBefore, mayHaveTakenEffect });
    const error = cancellation?.aborted ? undefined : errorOf(call, reason);
    verdict ??= permit.recordUnanswered(sent === 'yes', error);
    if (!error) throw cancellation?.reason;
    return { error, failure: { kind: failureKind(reason, sent) }, duration: now() - sentAt, verdict };
  } finally {
    call.sentAt = undefined;
    deadline.stop();
  }
}

/** Whether a request whose `fetch` was called was sent. One that the caller gave up is under way. */
function sentStatus({ response, cancellation, url, options }: Call, reason: unknown): SentStatus {
  return response || cancellation?.aborted ? 'yes' : sentStatusOf(reason, new URL(url), options.fetch !== undefined);
}

/** True if a response says that the request was not performed. After a 408 or a 5xx, it may have been. */
function isRejection({ ok, status }: Response): boolean {
  return !ok && status !== 408 && status < 500;
}

function failureKind(reason: unknown, sent: SentStatus): 'final' | 'unsent' | 'unanswered' {
  // A fetch that returns something invalid has sent the request. Another attempt would fail in the same way.
  if (reason instanceof InvalidRequestError) return 'final';
  return sent === 'no' ? 'unsent' : 'unanswered';
}

/** In Node.js, a garbage-collected `Request` doesn't pass an abort on to the body. So the body holds it. */
const keptAlive = /* @__PURE__ */ new WeakMap<object, unknown>();

/**
 * Makes the request with ky. Its retries and time limits are off, because they would ignore the rate limit. Of ky's
 * request, `fetch` gets only the signal: the rest would be copied for each of ky's options, and again by `Request`.
 */
function request(
  { url, method, body, signals, options }: Call,
  headers: Record<string, string>,
  signal: AbortSignal,
  isResponseOnly: boolean,
): Promise<Response> {
  const type = body === undefined ? undefined : { 'content-type': 'application/json' };
  const init = {
    method,
    headers: { ...type, ...headers },
    ...(body !== undefined && { body }),
    redirect: 'manual' as const,
  };
  const fetchOnce = async (kyRequest: Request): Promise<Response> => {
    // The caller reads the body after the call has ended. Its signals still abort it.
    const all = [kyRequest.signal, ...signals.filter((each) => each instanceof AbortSignal)];
    const own = isResponseOnly ? anySignal(all) : kyRequest.signal;
    const { fetch } = options;
    const response = fetch
      ? checkResponse(await fetch(url, { ...init, signal: own }))
      : await globalThis.fetch(url, { ...init, signal: own });
    if (isResponseOnly && response.body) keptAlive.set(response.body, [kyRequest, own, all]);
    return response;
  };
  return ky(url, {
    fetch: fetchOnce as typeof globalThis.fetch, // ky calls it with a Request only.
    signal,
    timeout: false,
    retry: 0,
    throwHttpErrors: false,
  });
}

/** Reads a response whose headers have arrived. */
async function read(
  call: Call,
  response: Response,
  cancellation: Cancellation,
): Promise<Success | Omit<FailedAttempt, 'duration' | 'verdict'>> {
  const { ok, status, headers } = response;
  const { maxResponseSize } = call.options;
  const { text, isCut } = await readText(response, ok ? maxResponseSize : maxErrorBody, cancellation);
  if (ok && isCut) {
    const error = new ResponseTooLargeError({ ...errorInit(call), status }, maxResponseSize);
    return { error, failure: { kind: 'final' } };
  }
  if (ok) return { response, text };
  const requestedDelay = parseRetryAfter(headers) ?? (status === 429 ? untilReset(headers) : undefined);
  return {
    error: errorFrom(call, response, text, requestedDelay),
    failure: { kind: 'status', status, requestedDelay: requestedDelay === 0 ? undefined : requestedDelay },
    text,
  };
}

/**
 * Reads a body up to a limit. It counts after decompression, because a few kilobytes may unpack to gigabytes. A body
 * that isn't a web stream, such as node-fetch's, is not limited. Of an error, returns what arrived before it broke off.
 */
async function readText(
  response: Response,
  limit: number,
  cancellation: Cancellation,
): Promise<{ readonly text: string; readonly isCut: boolean }> {
  const { ok, body } = response;
  if (!body || !('getReader' in body)) {
    const text: unknown = await untilAborted(cancellation, response.text());
    if (typeof text === 'string') return { text, isCut: false };
    throwInvalid('a string', "What text() of fetch's response resolves to", text);
  }
  const reader = body.getReader();
  const cancel = () => void reader.cancel().catch(() => undefined);
  onAbort(cancellation, cancel); // It ends with the attempt, so nothing has to be removed.
  const decoder = new TextDecoder();
  let text = '';
  let room = limit;
  try {
    while (room >= 0) {
      const { done, value } = await reader.read();
      if (cancellation.aborted) throw cancellation.reason;
      if (done) return { text: text + decoder.decode(), isCut: false };
      if (!ArrayBuffer.isView(value)) throwInvalid('a Uint8Array', "A chunk in the body of fetch's response", value);
      text += decoder.decode(value.subarray(0, room), { stream: true });
      room -= value.length;
    }
  } catch (error) {
    // Report the status instead of the broken body. The text that arrived may be all of it.
    if (ok) throw error;
  }
  cancel();
  return { text: text + decoder.decode(), isCut: true };
}

function errorOf(call: Call, error: unknown): CallError {
  if (error instanceof TimeoutError) return error;
  const cause = redactorOf(call).redactError(error);
  const problem = `The request failed: ${connectionProblem(cause)}${effectOf(call, '.')}`;
  return new ConnectionError(problem, errorInit(call), { cause });
}

/** What the message of an error adds about a call that may have changed something. */
function effectOf(call: Call, separator = ''): string {
  return call.mayHaveTakenEffect ? `${separator} ${describeEffect(call)}` : '';
}
