import { ExampleError } from '../errors/example-error.ts';
import type { LeveledLogger } from '../telemetry/logger.ts';
import { claimEvent, endpointKeys } from './claims.ts';
import { eventIssues, type WebhookEvent } from './events.ts';
import type { Handlers } from './handlers.ts';
import type { WebhookHeaders } from './headers.ts';
import { exceeds, type RawBody } from './raw-body.ts';
import type { ClaimedEvent, ReplayClaim, ReplayStore } from './replay-store.ts';
import type { Reporter } from './reporter.ts';
import { readSecrets, type WebhookSecretSource } from './secrets.ts';
import { WebhookVerificationError } from './verification-error.ts';
import type { Verify } from './verifier.ts';
import { parseEvent, type WebhookAttempt } from './verify-webhook.ts';

/** A request that may be a webhook. Adapters make it from the request of a server. */
export interface WebhookRequest {
  readonly method: string | undefined;
  readonly headers: WebhookHeaders;
  /** Reads the body. Stops and gives `undefined` as soon as it exceeds `maxBytes`. */
  readonly readBody: (maxBytes: number) => RawBody | undefined | Promise<RawBody | undefined>;
  /** Keeps the process alive for work that goes on after the response. */
  readonly waitUntil?: WaitUntil | undefined;
}

/** Keeps the process alive until the work has settled. */
export type WaitUntil = (work: Promise<unknown>) => void;

/** The response to the sender. It has no body: what went wrong is for your logs only. */
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
  readonly replayStore: ReplayStore;
  readonly reporter: Reporter;
  readonly logger: LeveledLogger;
}

/** A verified event, on its way to the handlers. */
interface Delivery {
  readonly event: WebhookEvent;
  readonly attempt: WebhookAttempt;
  readonly secrets: readonly string[];
  readonly waitUntil: WaitUntil | undefined;
}

/** Verifies a request, parses and validates its event, and runs the handlers once. Never rejects. */
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
    if (body === undefined || exceeds(body, maxBodyBytes)) {
      reporter.logRejection('length', `its body is longer than maxBodyBytes, ${maxBodyBytes} bytes.`);
      return response(413);
    }
    const secrets = await readSecrets(context.secret, request.headers, body);
    attempt = await context.verify(body, request.headers, secrets);
    event = parseEvent(body);
    for (const issue of eventIssues(event)) reporter.reportIssue(issue, event);
    return await handleOnce({ event, attempt, secrets, waitUntil: request.waitUntil ?? context.waitUntil }, context);
  } catch (error) {
    await reporter.reportErrors([error], { id: attempt?.id, event });
    // A secret that can't be used is no fault of the request.
    const isRejected = error instanceof WebhookVerificationError && error.code !== 'invalid_secret';
    return response(isRejected ? 400 : 500);
  }
}

async function handleOnce(delivery: Delivery, context: ReceiverContext): Promise<WebhookResponse> {
  const { event, attempt } = delivery;
  const { handlers, logger } = context;
  if (!handlers.has(event.event)) {
    logger.info?.(`Webhook ${attempt.id}: there is no handler for ${event.event}.`);
    return response(204);
  }

  let claim: ReplayClaim;
  try {
    claim = await claimEvent(context.replayStore, await endpointKeys(delivery.secrets, attempt.id));
  } catch (error) {
    return unavailable(error, delivery, context);
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

async function answerWhenHandled(claim: ClaimedEvent, { event, attempt }: Delivery, context: ReceiverContext) {
  const { handlers, reporter } = context;
  const errors = await handlers.run(event, { ...attempt, signal: claim.signal ?? new AbortController().signal });
  const succeeded = errors.length === 0;
  try {
    await (succeeded ? claim.complete() : claim.release());
  } catch (cause) {
    // The response stays the same: the handlers have run, whether or not the replay store knows.
    const outcome = succeeded ? 'was handled' : 'failed';
    errors.push(new ExampleError(`The event ${outcome}, but the replay store could not record it.`, { cause }));
  }
  // Reported after the claim is settled: a slow `onError` must not hold up the next attempt.
  await reporter.reportErrors(errors, { id: attempt.id, event });
  return response(succeeded ? 204 : 500);
}

/** The event counts as handled before its handlers run: they never run twice, but may fail for good. */
async function answerEarly(claim: ClaimedEvent, delivery: Delivery, context: ReceiverContext) {
  const { event, attempt, waitUntil } = delivery;
  const report = (errors: unknown[]) => context.reporter.reportErrors(errors, { id: attempt.id, event });
  try {
    await claim.complete();
  } catch (error) {
    return unavailable(error, delivery, context);
  }
  const reported = context.handlers.run(event, { ...attempt, signal: new AbortController().signal }).then(report);
  try {
    waitUntil?.(reported);
  } catch (error) {
    await report([error]);
  }
  return response(202);
}

/** Nothing was handled, because the replay store failed. */
async function unavailable(error: unknown, { event, attempt }: Delivery, { reporter }: ReceiverContext) {
  await reporter.reportErrors([error], { id: attempt.id, event });
  return response(503);
}

function response(status: number, headers: Record<string, string> = {}): WebhookResponse {
  return { status, headers };
}
