import { ExampleError } from '../errors/example-error.ts';
import type { LeveledLogger } from '../telemetry/logger.ts';
import { eventIssues, type WebhookEvent } from './events.ts';
import type { Handlers } from './handlers.ts';
import type { WebhookHeaders } from './headers.ts';
import { exceeds, type RawBody } from './raw-body.ts';
import type { ClaimedEvent, ReplayClaim, ReplayStore } from './replay-store.ts';
import type { Reporter } from './reporter.ts';
import type { WebhookSecret } from './secrets.ts';
import { WebhookVerificationError } from './verification-error.ts';
import { verifySignature, type WebhookAttempt } from './verify-signature.ts';
import { parseEvent } from './verify-webhook.ts';

/** A request that may be a webhook. Adapters make it from the request of a server. */
export interface WebhookRequest {
  readonly method: string | undefined;
  readonly headers: WebhookHeaders;
  /** Reads the body. Stops and gives `undefined` as soon as it exceeds `maxBytes`. */
  readonly readBody: (maxBytes: number) => RawBody | undefined | Promise<RawBody | undefined>;
}

/** The response to the sender. It has no body: what went wrong is for your logs only. */
export interface WebhookResponse {
  /** HTTP status code. */
  readonly status: number;
  /** Header names are in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What {@link receive} needs in addition to the request. */
export interface ReceiverContext {
  readonly secret: WebhookSecret;
  /** Seconds. */
  readonly tolerance: number;
  readonly maxBodyBytes: number;
  readonly handlers: Handlers;
  readonly replayStore: ReplayStore;
  readonly reporter: Reporter;
  readonly logger: LeveledLogger;
}

/** Verifies a request, parses and validates its event, and runs the handlers once. Never rejects. */
export async function receive(request: WebhookRequest, context: ReceiverContext): Promise<WebhookResponse> {
  const { secret, tolerance, maxBodyBytes, reporter, logger } = context;
  if (request.method !== 'POST') return response(405, { allow: 'POST' });

  let attempt: WebhookAttempt | undefined;
  let event: WebhookEvent | undefined;
  try {
    const body = await request.readBody(maxBodyBytes);
    if (body === undefined || exceeds(body, maxBodyBytes)) {
      logger.warn?.(`A webhook was rejected: its body is longer than maxBodyBytes, ${maxBodyBytes} bytes.`);
      return response(413);
    }
    attempt = await verifySignature(body, request.headers, secret, { tolerance });
    event = parseEvent(body);
    for (const issue of eventIssues(event)) reporter.reportIssue(issue, event);
    return await handleOnce(event, attempt, context);
  } catch (error) {
    await reporter.reportError(error, { id: attempt?.id, event });
    return response(error instanceof WebhookVerificationError ? 400 : 500);
  }
}

async function handleOnce(
  event: WebhookEvent,
  attempt: WebhookAttempt,
  context: ReceiverContext,
): Promise<WebhookResponse> {
  const { handlers, replayStore, reporter, logger } = context;
  const { id } = attempt;
  if (!handlers.has(event.event)) {
    logger.debug?.(`Webhook ${id}: there is no handler for ${event.event}.`);
    return response(204);
  }

  let claim: ReplayClaim;
  try {
    claim = await replayStore.claim(id);
  } catch (error) {
    await reporter.reportError(error, { id, event });
    return response(503);
  }

  switch (claim.status) {
    case 'handled':
      logger.debug?.(`Webhook ${id}: the event was handled before.`);
      return response(204);
    case 'busy':
      logger.debug?.(`Webhook ${id}: the event is being handled.`);
      return response(503, { 'retry-after': String(Math.max(1, Math.ceil(claim.retryAfter))) });
    case 'claimed':
      return runHandlers(claim, event, attempt, context);
  }
}

async function runHandlers(
  claim: ClaimedEvent,
  event: WebhookEvent,
  attempt: WebhookAttempt,
  { handlers, reporter }: ReceiverContext,
): Promise<WebhookResponse> {
  const signal = claim.signal ?? new AbortController().signal;
  const errors = await handlers.run(event, { ...attempt, signal });
  const succeeded = errors.length === 0;
  try {
    await (succeeded ? claim.complete() : claim.release());
  } catch (cause) {
    // The response stays the same: the handlers have run, whether or not the replay store knows.
    const outcome = succeeded ? 'was handled' : 'failed';
    errors.push(new ExampleError(`The event ${outcome}, but the replay store could not record it.`, { cause }));
  }
  // Reported after the claim is settled, so that a slow `onError` does not hold up the next attempt.
  for (const error of errors) await reporter.reportError(error, { id: attempt.id, event });
  return response(succeeded ? 204 : 500);
}

function response(status: number, headers: Record<string, string> = {}): WebhookResponse {
  return { status, headers };
}
