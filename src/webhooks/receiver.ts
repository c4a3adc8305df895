import { ExampleError } from '../errors/example-error.ts';
import type { LeveledLogger } from '../telemetry/logger.ts';
import { backoff, withTimeout } from '../utils/timing.ts';
import { claimEvent, eventKeys } from './claims.ts';
import type { WebhookEvent } from './events.ts';
import type { Handlers } from './handlers.ts';
import { bytesOf, parseEvent, type RawBody } from './body.ts';
import type { WebhookHeaders } from './headers.ts';
import { WebhookVerificationError } from './verification-error.ts';
import type { ClaimedEvent, ReplayClaim, ReplayStore } from '../replay/store.ts';
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
}

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
  readonly handlers: Handlers;
  readonly replayStore: ReplayStore;
  readonly reporter: Reporter;
  readonly logger: LeveledLogger;
}

/** A verified event, on its way to the handlers. */
interface ReceivedEvent {
  readonly event: WebhookEvent;
  readonly attempt: WebhookAttempt;
  readonly secrets: readonly string[];
}

/** Verifies a request, parses its event, and runs its handlers once. Never rejects. */
export async function receive(request: WebhookRequest, context: ReceiverContext): Promise<WebhookResponse> {
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
    return await handleOnce({ event, attempt, secrets }, context);
  } catch (error) {
    await reporter.reportErrors([error], { id: attempt?.id, event });
    // An unusable secret is not the sender's fault.
    if (!(error instanceof WebhookVerificationError) || error.code === 'invalid_secret') return response(500);
    return response(error.code === 'body_too_large' ? 413 : 400);
  }
}

/** Claims the event and runs its handlers, unless they have run before, or run somewhere else. */
async function handleOnce(received: ReceivedEvent, context: ReceiverContext): Promise<WebhookResponse> {
  const { event, attempt, secrets } = received;
  const { handlers, logger } = context;
  if (!handlers.has(event.event)) {
    logger.info?.(`Webhook ${attempt.id}: there is no handler for ${event.event}.`);
    return response(204);
  }

  let claim: ReplayClaim;
  try {
    claim = await claimEvent(context.replayStore, await eventKeys(secrets, attempt.id));
  } catch (cause) {
    await report([new ExampleError('The replay store failed, so no handler has run.', { cause })], received, context);
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
      return runHandlers(claim, received, context);
  }
}

async function runHandlers(claim: ClaimedEvent, received: ReceivedEvent, context: ReceiverContext) {
  const { event, attempt } = received;
  const signal = claim.signal ?? new AbortController().signal;
  const errors = await context.handlers.run(event, { ...attempt, signal });
  const succeeded = errors.length === 0;
  try {
    await (succeeded ? recordHandled(claim) : claim.release());
  } catch (cause) {
    // The response stays the same, because the handlers have run.
    const outcome = succeeded ? 'was handled' : 'failed';
    errors.push(new ExampleError(`The event ${outcome}, but that could not be recorded.`, { cause }));
  }
  // Report after the claim is settled, so that a slow `onError` doesn't hold up the next attempt.
  if (errors.length > 0) await report(errors, received, context);
  return response(succeeded ? 204 : 500);
}

/** Milliseconds between attempts to record that an event was handled. */
const recordingPause = { first: 50, max: 1_000 };

/**
 * Records that the event is handled. If that fails, repeats it until the claim is lost: meanwhile, nobody else handles
 * the event. A claim that can't be lost is given up after 20 repetitions in about 15 seconds.
 */
async function recordHandled(claim: ClaimedEvent): Promise<void> {
  for (let repetitions = 0; ; repetitions++) {
    try {
      return void (await claim.complete());
    } catch (error) {
      if (claim.signal?.aborted ?? repetitions === 20) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, backoff(recordingPause, repetitions)));
  }
}

function report(errors: unknown[], { event, attempt }: ReceivedEvent, { reporter }: ReceiverContext): Promise<void> {
  return reporter.reportErrors(errors, { id: attempt.id, event });
}

function response(status: number, headers: Record<string, string> = {}): WebhookResponse {
  return { status, headers };
}
