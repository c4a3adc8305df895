import { callable, wholeNumber } from '../utils/arguments.ts';
import { ExampleError } from '../errors/example-error.ts';
import { locationOf } from '../utils/validation.ts';
import { InvalidRequestError } from '../errors/invalid-request-error.ts';
import { resolveLogger, type LeveledLogger, type Logger, type LogLevel } from '../telemetry/logger.ts';
import { environmentVariable } from '../utils/runtime.ts';
import type { Delivery, WebhookAnswer } from './delivery.ts';
import { eventIssues } from './event-issues.ts';
import { parseEvent, type ValidationIssueListener, type WebhookEvent, type WebhookEventName } from './events.ts';
import { Handlers, type WebhookHandler } from './handlers.ts';
import type { WebhookHeaders } from './headers.ts';
import { verificationKeys } from './keys.ts';
import { memoryReplayStore } from './memory-replay-store.ts';
import { fromNodeRequest, toNodeResponse, type NodeRequest, type NodeResponse } from './node-adapter.ts';
import { isLonger, rawBody, type WebhookBody } from './raw-body.ts';
import type { ClaimedEvent, ReplayClaim, ReplayStore } from './replay-store.ts';
import type { WebhookSecret } from './secrets.ts';
import { WebhookVerificationError } from './verification-error.ts';
import { checkTolerance, verifySignature, type WebhookAttempt } from './verify-signature.ts';
import { fromWebRequest, toWebResponse } from './web-adapter.ts';

/** What an error is about, as far as it is known. */
export interface WebhookErrorContext {
  /** The `webhook-id`, once the signature is known to be right. */
  readonly id: string | undefined;
  /** The event, once it could be read. */
  readonly event: WebhookEvent | undefined;
}

/** Options of {@link Webhooks}. */
export interface WebhooksOptions {
  /** The endpoint's secret, several while one replaces another. Default: the environment variable `EXAMPLE_WEBHOOK_SECRET`. */
  secret?: WebhookSecret;
  /** How far the attempt's time may be from now, before or after, in seconds. Default: 300. */
  tolerance?: number | undefined;
  /** The longest body that is read; a longer one is answered with 413. Default: 1 048 576, one MB. */
  maxBodyBytes?: number | undefined;
  /**
   * Keeps events that were handled from being handled again: `redisReplayStore(client)` of `@example/sdk/redis` for
   * several processes, or `false` for handlers that may well run twice. Default: a {@link memoryReplayStore}.
   */
  replayStore?: ReplayStore | false | undefined;
  /**
   * Told of everything that is not answered with 2xx because of an error: what a handler threw, a webhook that failed
   * verification, a replay store that can't be reached. Awaited; what it throws itself is logged. Default: errors are
   * logged.
   */
  onError?: ((error: unknown, context: WebhookErrorContext) => unknown) | undefined;
  /**
   * Told where an event differs from the documentation; it is handled all the same. If it throws, the event is refused.
   * Default: a log line, once for each place.
   */
  onValidationIssue?: ValidationIssueListener | undefined;
  /** Where log lines go. Default: `console`. */
  logger?: Logger | undefined;
  /** How much is logged. Default: the environment variable `EXAMPLE_LOG`, else `'warn'`. */
  logLevel?: LogLevel | undefined;
}

/**
 * Receives webhooks: verifies them, runs your handlers, and answers so that the API sends again what was not handled.
 *
 * @example
 * const webhooks = new Webhooks({ secret: process.env.EXAMPLE_WEBHOOK_SECRET });
 * webhooks.on('user.created', async (event) => welcome(event.data.email));
 *
 * export const POST = webhooks.handler();            // where there is a Request and a Response
 * app.post('/webhooks', webhooks.nodeHandler());     // node:http and what is built on it
 */
export class Webhooks {
  readonly #handlers = new Handlers();
  readonly #secret: WebhookSecret;
  readonly #tolerance: number;
  readonly #maxBodyBytes: number;
  readonly #replayStore: ReplayStore;
  readonly #onError: NonNullable<WebhooksOptions['onError']>;
  readonly #onValidationIssue: ValidationIssueListener;
  readonly #logger: LeveledLogger;

  /**
   * @throws {WebhookVerificationError} `invalid_secret` if there is no secret, or one that can't be used.
   * @throws {InvalidRequestError} if another option is wrong.
   */
  constructor(options: WebhooksOptions = {}) {
    this.#secret = options.secret ?? environmentVariable('EXAMPLE_WEBHOOK_SECRET');
    // A wrong secret should stop the start of a service, not show up with its first webhook.
    verificationKeys(this.#secret);
    this.#tolerance = checkTolerance(options.tolerance);
    this.#maxBodyBytes = wholeNumber('maxBodyBytes', options.maxBodyBytes ?? 1_048_576, 1);
    this.#replayStore = options.replayStore === false ? forgetful : (options.replayStore ?? memoryReplayStore());
    this.#logger = resolveLogger(options);
    this.#onError = callable('onError', options.onError ?? logErrors(this.#logger));
    // Its type says `void`, which an async function fits as well.
    const onIssue: (...of: Parameters<ValidationIssueListener>) => unknown = callable(
      'onValidationIssue',
      options.onValidationIssue ?? logIssues(this.#logger),
    );
    this.#onValidationIssue = (issue, context) => {
      const result = onIssue(issue, context);
      if (result instanceof Promise) {
        result.catch((failure: unknown) => {
          this.#logger.error?.(`onValidationIssue failed: ${described(failure)}`);
        });
      }
    };
  }

  /**
   * Calls the handler for every event of that name; `'*'` stands for all events, those that this version of the SDK does
   * not list among them.
   */
  on<Name extends WebhookEventName | '*' | (string & {})>(name: Name, handler: WebhookHandler<Name>): this {
    this.#handlers.add(name, callable('handler', handler));
    return this;
  }

  /** Takes a handler off again. */
  off<Name extends WebhookEventName | '*' | (string & {})>(name: Name, handler: WebhookHandler<Name>): this {
    this.#handlers.remove(name, handler);
    return this;
  }

  /** For servers with web-standard requests: Next.js, Hono, Bun, Deno, Workers. It never rejects. */
  handler(): (request: Request) => Promise<Response> {
    return async (request) => toWebResponse(await this.#answer(fromWebRequest(request)));
  }

  /**
   * For `node:http` and what is built on it: Express, Fastify, Koa, Lambda adapters. It reads the raw body from the
   * stream, or takes `req.rawBody`, or a `req.body` that is a buffer or text. In Fastify hand it `request.raw` and
   * `reply.raw`, in Koa `ctx.req` and `ctx.res`.
   *
   * @throws InvalidRequestError if it is handed something else.
   */
  nodeHandler(): (request: NodeRequest, response: NodeResponse) => Promise<void> {
    return async (request, response) => {
      if (typeof request.on !== 'function' || typeof response.end !== 'function') {
        throw new InvalidRequestError(
          'nodeHandler() takes the request and response of node:http: in Fastify request.raw and reply.raw, in Koa ctx.req and ctx.res.',
        );
      }
      toNodeResponse(response, await this.#answer(fromNodeRequest(request)));
    };
  }

  /** For everything else: takes a request's body and headers, and gives what to answer. It never rejects. */
  receive(body: WebhookBody, headers: WebhookHeaders): Promise<WebhookAnswer> {
    return this.#answer({ method: 'POST', headers, readBody: () => Promise.resolve(body) });
  }

  async #answer(delivery: Delivery): Promise<WebhookAnswer> {
    if (delivery.method !== 'POST') return answer(405, { allow: 'POST' });

    let attempt: WebhookAttempt | undefined;
    let event: WebhookEvent | undefined;
    try {
      const body = await delivery.readBody(this.#maxBodyBytes);
      if (body === undefined || isLonger(rawBody(body), this.#maxBodyBytes)) {
        this.#logger.warn?.(`A webhook was refused: its body is longer than maxBodyBytes, ${this.#maxBodyBytes}.`);
        return answer(413);
      }

      attempt = await verifySignature(body, delivery.headers, this.#secret, { tolerance: this.#tolerance });
      event = parseEvent(rawBody(body));
      for (const issue of eventIssues(event)) this.#onValidationIssue(issue, event);
      return await this.#handle(event, attempt);
    } catch (error) {
      await this.#report(error, { id: attempt?.id, event });
      return answer(error instanceof WebhookVerificationError ? 400 : 500);
    }
  }

  async #handle(event: WebhookEvent, attempt: WebhookAttempt): Promise<WebhookAnswer> {
    const { id } = attempt;
    if (!this.#handlers.has(event.event)) {
      this.#logger.debug?.(`Webhook ${id}: there is no handler for ${event.event}.`);
      return answer(204);
    }
    let claim: ReplayClaim;
    try {
      claim = await this.#replayStore.claim(id);
    } catch (error) {
      await this.#report(error, { id, event });
      return answer(503);
    }
    switch (claim.status) {
      case 'handled':
        this.#logger.debug?.(`Webhook ${id}: it was handled before.`);
        return answer(204);
      case 'busy':
        this.#logger.debug?.(`Webhook ${id}: it is being handled at this moment.`);
        return answer(503, { 'retry-after': String(Math.max(1, Math.ceil(claim.retryAfter))) });
      case 'claimed':
        return this.#run(claim, event, attempt);
    }
  }

  async #run(claim: ClaimedEvent, event: WebhookEvent, attempt: WebhookAttempt): Promise<WebhookAnswer> {
    const context = { id: attempt.id, event };
    const signal = claim.signal ?? new AbortController().signal;
    const errors = await this.#handlers.run(event, { ...attempt, signal });
    const isHandled = errors.length === 0;
    try {
      await (isHandled ? claim.complete() : claim.release());
    } catch (cause) {
      // The answer stands: the handlers did or did not succeed, whether or not that could be noted.
      const done = isHandled ? 'was handled' : 'failed';
      errors.push(new ExampleError(`The event ${done}, but that could not be noted in the replay store.`, { cause }));
    }
    // Only now, so that a report that takes its time keeps nobody from trying again.
    for (const error of errors) await this.#report(error, context);
    return answer(isHandled ? 204 : 500);
  }

  async #report(error: unknown, context: WebhookErrorContext): Promise<void> {
    try {
      await this.#onError(error, context);
    } catch (failure) {
      this.#logger.error?.(`onError failed: ${described(failure)}`);
    }
  }
}

function answer(status: number, headers: Record<string, string> = {}): WebhookAnswer {
  return { status, headers };
}

/** Lets everything be handled, however often it comes. */
const forgetful: ReplayStore = {
  claim: () => ({ status: 'claimed', complete: () => undefined, release: () => undefined }),
};

function logErrors(logger: LeveledLogger): NonNullable<WebhooksOptions['onError']> {
  return (error, { id, event }) => {
    // Anybody can send something that is no event: that alone is no failure of this service.
    if (event === undefined)
      logger.warn?.(`A webhook was refused: ${error instanceof Error ? error.message : String(error)}`);
    else logger.error?.(`Webhook ${id} (${event.event}) failed: ${described(error)}`);
  };
}

function logIssues(logger: LeveledLogger): ValidationIssueListener {
  const logged = new Set<string>();
  return (issue, { event }) => {
    const place = `${event}${locationOf(issue)}`;
    if (logged.size >= 100 || logged.has(place)) return;
    logged.add(place);
    logger.warn?.(`An event differs from the documentation: ${place}: ${issue.message}. It is handled as it came.`);
  };
}

function described(error: unknown): string {
  if (error instanceof Error) return error.stack ?? error.message;
  return typeof error === 'string' ? error : `a ${typeof error} that is no Error`;
}
