import { ExampleError } from '../errors/example-error.ts';
import type { LeveledLogger } from '../telemetry/logger.ts';
import { backoff } from '../utils/timing.ts';
import { callUserCode, withTimeout } from '../utils/user-code.ts';
import { claimEvent, eventKeys } from './claims.ts';
import { eventIssues, type WebhookEvent } from './events.ts';
import type { Handlers } from './handlers.ts';
import { bytesOf, parseEvent, type RawBody } from './body.ts';
import type { WebhookHeaders } from './headers.ts';
import { WebhookVerificationError } from './verification-error.ts';
import type { ClaimedEvent, ReplayClaim, ReplayStore } from './replay-store.ts';
import type { Reporter } from './reporter.ts';
import { listSecrets, readSecrets, type WebhookSecretSource } from './secrets.ts';
import type { WebhookAttempt } from './signature.ts';
import { userTimeout, type Verify } from './verifier.ts';

/** A request that may be a webhook. Adapters make it from a server's request. */
export interface WebhookRequest {
  readonly method: string | undefined;
  readonly headers: WebhookHeaders;
  /** Reads the body. Stops and returns `undefined` as soon as it exceeds `maxBytes`. */
  readonly readBody: (maxBytes: number) => RawBody | undefined | Promise<RawBody | undefined>;
  /** Keeps the process alive for work that continues after the response. */
  readonly waitUntil?: WaitUntil | undefined;
}

/** Keeps the process alive until the work settles. */
type WaitUntil = (work: Promise<unknown>) => void;

/** The response to the sender. It has no body, because what went wrong is for your logs only. */
export interface WebhookResponse {
  /** HTTP status code. */
  readonly status: number;
  /** Header names are in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What {@link receive} needs in addition to the request. */
export interface ReceiverContext {
  readonly secret: WebhookSecretSource;
  readonly verify: Verify;
  readonly maxBodyBytes: number;
  readonly acknowledge: 'handled' | 'early';
  readonly waitUntil: WaitUntil | undefined;
  readonly handlers: Handlers;
  /** Work that `idle()` waits for. It may continue after the response. */
  readonly tasks: Tasks;
  readonly replayStore: ReplayStore;
  readonly reporter: Reporter;
  readonly logger: LeveledLogger;
}

/** The work that is still running. */
export class Tasks {
  readonly #running = new Set<Promise<unknown>>();

  /** Adds a task, which must not reject, and returns it. */
  add<T>(task: Promise<T>): Promise<T> {
    this.#running.add(task);
    return task.finally(() => this.#running.delete(task));
  }

  /** Resolves once nothing is running. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) {
      await Promise.all(this.#running);
      // A server sends the response that a handler returned within the same turn of the event loop.
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
}

/** A verified event, on its way to the handlers. */
interface VerifiedEvent {
  readonly event: WebhookEvent;
  readonly attempt: WebhookAttempt;
  readonly secrets: readonly string[];
  readonly waitUntil: WaitUntil | undefined;
}

/** Verifies a request, parses and validates its event, and runs its handlers once. Never rejects. */
export function receive(request: WebhookRequest, context: ReceiverContext): Promise<WebhookResponse> {
  return context.tasks.add(answer(request, context));
}

async function answer(request: WebhookRequest, context: ReceiverContext): Promise<WebhookResponse> {
  const { maxBodyBytes, reporter, logger } = context;
  if (request.method !== 'POST') {
    logger.debug?.(`A request was answered with 405: its method is ${request.method}, not POST.`);
    return response(405, { allow: 'POST' });
  }

  let attempt: WebhookAttempt | undefined;
  let event: WebhookEvent | undefined;
  try {
    const body = await request.readBody(maxBodyBytes);
    if (body === undefined || bytesOf(body).length > maxBodyBytes) {
      const message = `The body is longer than maxBodyBytes, ${maxBodyBytes} bytes.`;
      throw new WebhookVerificationError('body_too_large', message);
    }
    const { secret } = context;
    const secrets =
      typeof secret === 'function'
        ? await withTimeout(readSecrets(secret, request.headers, body), userTimeout, 'The secret function')
        : listSecrets(secret);
    attempt = await context.verify(body, request.headers, secrets);
    event = parseEvent(body);
    for (const issue of eventIssues(event)) reporter.reportIssue(issue, event);
    return await handleOnce({ event, attempt, secrets, waitUntil: request.waitUntil ?? context.waitUntil }, context);
  } catch (error) {
    await reporter.reportErrors([error], { id: attempt?.id, event });
    // An unusable secret is not the sender's fault.
    if (!(error instanceof WebhookVerificationError) || error.code === 'invalid_secret') return response(500);
    return response(error.code === 'body_too_large' ? 413 : 400);
  }
}

async function handleOnce(delivery: VerifiedEvent, context: ReceiverContext): Promise<WebhookResponse> {
  const { event, attempt } = delivery;
  const { handlers, logger } = context;
  if (!handlers.has(event.event)) {
    logger.info?.(`Webhook ${attempt.id}: there is no handler for ${event.event}.`);
    return response(204);
  }

  let claim: ReplayClaim;
  try {
    claim = await claimEvent(context.replayStore, await eventKeys(delivery.secrets, attempt.id));
  } catch (error) {
    await report([error], delivery, context);
    return response(503);
  }

  switch (claim.status) {
    case 'handled':
      logger.debug?.(`Webhook ${attempt.id}: the event was handled before.`);
      return response(204);
    case 'busy':
      logger.debug?.(`Webhook ${attempt.id}: the event is being handled.`);
      return response(503, { 'retry-after': String(Math.max(1, Math.ceil(claim.retryAfter))) });
    case 'claimed':
      return (context.acknowledge === 'early' ? answerEarly : answerWhenHandled)(claim, delivery, context);
  }
}

async function answerWhenHandled(claim: ClaimedEvent, delivery: VerifiedEvent, context: ReceiverContext) {
  const errors = await runHandlers(claim, delivery, context);
  const succeeded = errors.length === 0;
  try {
    await (succeeded ? recordHandled(claim, delivery, context) : claim.release());
  } catch (cause) {
    // The response stays the same, because the handlers have run.
    errors.push(recordingError(succeeded ? 'was handled' : 'failed', cause));
  }
  // Report after the claim is settled, so that a slow `onError` doesn't hold up the next attempt.
  if (errors.length > 0) await report(errors, delivery, context);
  return response(succeeded ? 204 : 500);
}

/** Records the event before its handlers run. They never run twice, but if they fail, nothing retries them. */
async function answerEarly(claim: ClaimedEvent, delivery: VerifiedEvent, context: ReceiverContext) {
  try {
    await recordHandled(claim, delivery, context);
  } catch (error) {
    await report([error], delivery, context);
    return response(503);
  }
  const handled = runHandlers(claim, delivery, context).then((errors) => report(errors, delivery, context));
  continueAfterResponse(handled, delivery, context);
  return response(202);
}

function runHandlers(claim: ClaimedEvent, { event, attempt }: VerifiedEvent, { handlers }: ReceiverContext) {
  return handlers.run(event, { ...attempt, signal: claim.signal ?? new AbortController().signal });
}

/**
 * Records that the event is handled. If that fails, repeats it in the background: while the claim lasts, nobody else
 * handles the event.
 *
 * @throws when the claim is lost, and another process may handle the event.
 */
async function recordHandled(claim: ClaimedEvent, delivery: VerifiedEvent, context: ReceiverContext): Promise<void> {
  try {
    await claim.complete();
  } catch (error) {
    if (claim.signal?.aborted) throw error;
    const recorded = repeatRecording(claim, error).catch((cause: unknown) =>
      report([recordingError('was handled', cause)], delivery, context),
    );
    continueAfterResponse(recorded, delivery, context);
  }
}

function recordingError(outcome: string, cause: unknown): ExampleError {
  return new ExampleError(`The event ${outcome}, but the replay store could not record it.`, { cause });
}

/** Milliseconds between attempts to record that an event was handled. */
const recordingPause = { first: 50, max: 1_000 };

/** Repeats recording until the claim is lost. If it can't be lost, gives up after 20 tries in about 15 seconds. */
async function repeatRecording(claim: ClaimedEvent, error: unknown): Promise<void> {
  for (let tries = 0; claim.signal ? !claim.signal.aborted : tries < 20; tries++) {
    await new Promise((resolve) => setTimeout(resolve, backoff(recordingPause, tries)));
    try {
      return void (await claim.complete());
    } catch (cause) {
      error = cause;
    }
  }
  throw error;
}

/** Keeps the process alive for work that continues after the response. The work must not reject. */
function continueAfterResponse(work: Promise<unknown>, delivery: VerifiedEvent, context: ReceiverContext): void {
  void context.tasks.add(work);
  callUserCode(
    () => delivery.waitUntil?.(work),
    (error) => void context.tasks.add(report([error], delivery, context)),
  );
}

function report(errors: unknown[], { event, attempt }: VerifiedEvent, { reporter }: ReceiverContext): Promise<void> {
  return reporter.reportErrors(errors, { id: attempt.id, event });
}

function response(status: number, headers: Record<string, string> = {}): WebhookResponse {
  return { status, headers };
}
