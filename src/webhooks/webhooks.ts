import { InvalidRequestError } from '../errors/invalid-request-error.ts';
import { resolveLogger, type Logger, type LogLevel } from '../telemetry/logger.ts';
import { callable, wholeNumber } from '../utils/arguments.ts';
import { environmentVariable } from '../utils/runtime.ts';
import type { WebhookEventName } from './events.ts';
import { Handlers, type WebhookHandler } from './handlers.ts';
import type { WebhookHeaders } from './headers.ts';
import { memoryReplayStore } from './memory-replay-store.ts';
import { fromNodeRequest, toNodeResponse, type NodeRequest, type NodeResponse } from './node-adapter.ts';
import { rawBody, type WebhookBody } from './raw-body.ts';
import { receive, type ReceiverContext, type WebhookResponse } from './receiver.ts';
import type { ReplayStore } from './replay-store.ts';
import { Reporter, type ValidationIssueListener, type WebhookErrorListener } from './reporter.ts';
import { verificationKeys, type WebhookSecret } from './secrets.ts';
import { checkTolerance } from './verify-signature.ts';
import { fromWebRequest, toWebResponse } from './web-adapter.ts';

/** Options of {@link Webhooks}. */
export interface WebhooksOptions {
  /** The endpoint's secret, or several while you rotate secrets. Default: the environment variable `EXAMPLE_WEBHOOK_SECRET`. */
  secret?: WebhookSecret;
  /** How far the time of the attempt may be from now, before or after, in seconds. Default: 300. */
  tolerance?: number | undefined;
  /** The longest body that is read, in bytes. A longer one is answered with 413. Default: 1 048 576 (1 MB). */
  maxBodyBytes?: number | undefined;
  /**
   * Prevents an event from being handled twice. Use `redisReplayStore(client)` of `@example/sdk/redis` for several
   * processes, or `false` if your handlers may run twice. Default: a {@link memoryReplayStore}.
   */
  replayStore?: ReplayStore | false | undefined;
  /**
   * Called with each error that leads to a response other than 2xx: an error of a handler, a failed verification, an
   * unreachable replay store. It is awaited; what it throws is logged. Default: the error is logged.
   */
  onError?: WebhookErrorListener | undefined;
  /**
   * Called for each difference between an event and the documentation. The event is handled anyway, unless the listener
   * throws. Default: a warning in the log, once for each place.
   */
  onValidationIssue?: ValidationIssueListener | undefined;
  /** Where log lines go. Default: `console`. */
  logger?: Logger | undefined;
  /** How much is logged. Default: the environment variable `EXAMPLE_LOG`, else `'warn'`. */
  logLevel?: LogLevel | undefined;
}

/**
 * Receives webhooks: verifies them, runs your handlers, and answers so that the API retries what was not handled.
 *
 * @example
 * const webhooks = new Webhooks({ secret: process.env.EXAMPLE_WEBHOOK_SECRET });
 * webhooks.on('user.created', async (event) => welcome(event.data.email));
 *
 * export const POST = webhooks.handler();            // Request → Response
 * app.post('/webhooks', webhooks.nodeHandler());     // node:http and servers built on it
 */
export class Webhooks {
  readonly #context: ReceiverContext;

  /**
   * @throws {WebhookVerificationError} when there is no secret or it can't be used: `invalid_secret`.
   * @throws {InvalidRequestError} when another option is invalid.
   */
  constructor(options: WebhooksOptions = {}) {
    const secret = options.secret ?? environmentVariable('EXAMPLE_WEBHOOK_SECRET');
    // An invalid secret must stop the service when it starts, not when its first webhook arrives.
    verificationKeys(secret);
    const logger = resolveLogger(options);
    this.#context = {
      secret,
      tolerance: checkTolerance(options.tolerance),
      maxBodyBytes: wholeNumber('maxBodyBytes', options.maxBodyBytes ?? 1_048_576, 1),
      replayStore: options.replayStore === false ? noReplayStore : (options.replayStore ?? memoryReplayStore()),
      handlers: new Handlers(),
      reporter: new Reporter(logger, options.onError, options.onValidationIssue),
      logger,
    };
  }

  /**
   * Adds a handler for the events of a name, or for all events with `'*'`. Names that this version of the SDK does not
   * list are allowed.
   *
   * @throws {InvalidRequestError} when the handler is not a function.
   */
  on<Name extends WebhookEventName | '*' | (string & {})>(name: Name, handler: WebhookHandler<Name>): this {
    this.#context.handlers.add(name, callable('handler', handler));
    return this;
  }

  /** Removes a handler. */
  off<Name extends WebhookEventName | '*' | (string & {})>(name: Name, handler: WebhookHandler<Name>): this {
    this.#context.handlers.remove(name, handler);
    return this;
  }

  /** Returns a handler for servers with web-standard requests: Next.js, Hono, Bun, Deno, Workers. It never rejects. */
  handler(): (request: Request) => Promise<Response> {
    return async (request) => toWebResponse(await receive(fromWebRequest(request), this.#context));
  }

  /**
   * Returns a handler for `node:http` and servers built on it: Express, Fastify, Koa, Lambda adapters. It reads the raw
   * body from the stream, or takes `req.rawBody`, or a `req.body` that is a buffer or a string. In Fastify, pass
   * `request.raw` and `reply.raw`; in Koa, `ctx.req` and `ctx.res`.
   *
   * The handler rejects with an {@link InvalidRequestError} when it gets anything else.
   */
  nodeHandler(): (request: NodeRequest, response: NodeResponse) => Promise<void> {
    return async (request, response) => {
      if (typeof request.on !== 'function' || typeof response.end !== 'function') {
        throw new InvalidRequestError(
          'nodeHandler() takes the request and response of node:http. In Fastify, pass request.raw and reply.raw; in Koa, ctx.req and ctx.res.',
        );
      }
      toNodeResponse(response, await receive(fromNodeRequest(request), this.#context));
    };
  }

  /** Receives a webhook from any other server. Takes its body and headers, returns the response to send. It never rejects. */
  receive(body: WebhookBody, headers: WebhookHeaders): Promise<WebhookResponse> {
    return receive({ method: 'POST', headers, readBody: () => rawBody(body) }, this.#context);
  }
}

/** Lets every event be handled, however often it arrives. */
const noReplayStore: ReplayStore = {
  claim: () => ({ status: 'claimed', complete: () => undefined, release: () => undefined }),
};
