import { InvalidRequestError } from '../errors/invalid-request-error.ts';
import { resolveLogger, type Logger, type LogLevel } from '../telemetry/logger.ts';
import { callable, oneOf, wholeNumber } from '../utils/arguments.ts';
import { described, readOptions } from '../utils/options.ts';
import { environmentVariable } from '../utils/runtime.ts';
import { eventNames, type WebhookEventName } from './events.ts';
import { Handlers, type WebhookHandler } from './handlers.ts';
import type { WebhookHeaders } from './headers.ts';
import { memoryReplayStore } from './memory-replay-store.ts';
import { fromNodeRequest, toNodeResponse, type NodeRequest, type NodeResponse } from './node-adapter.ts';
import { rawBody, type WebhookBody } from './raw-body.ts';
import { receive, type ReceiverContext, type WaitUntil, type WebhookResponse } from './receiver.ts';
import type { ReplayStore } from './replay-store.ts';
import { Reporter, type ValidationIssueListener, type WebhookErrorListener } from './reporter.ts';
import { verificationKeys, type WebhookSecret } from './secrets.ts';
import { checkTolerance } from './verify-signature.ts';
import { fromWebRequest, toWebResponse } from './web-adapter.ts';
import { fields, isNodePair, isWebRequest, wrongAdapter } from './wrong-adapter.ts';

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
   * When a webhook is answered with 2xx.
   *
   * - `'handled'`, the default: after its handlers have succeeded. No event is lost. If handlers take longer than the API
   *   waits, it delivers the event again.
   * - `'early'`: with 202, as soon as the replay store has recorded the event. The handlers run afterwards, once: if one
   *   fails, or the process dies, the event is not delivered again.
   */
  acknowledge?: 'handled' | 'early' | undefined;
  /**
   * Keeps a serverless platform from ending the process while handlers run that were acknowledged early, such as
   * `waitUntil` of `@vercel/functions` or `after` of Next.js. Cloudflare Workers pass their own to `handler()`.
   */
  waitUntil?: ((work: Promise<unknown>) => void) | undefined;
  /**
   * Called with each error that leads to a response other than 2xx: an error of a handler, a failed verification, an
   * unreachable replay store. It is awaited, for five seconds at most; what it throws is logged. Default: the error is
   * logged. Rejected requests are logged once a minute for each reason.
   */
  onError?: WebhookErrorListener | undefined;
  /**
   * Called for each difference between an event and the documentation. The event is handled anyway, unless the listener
   * throws. Default: a warning in the log, once for each place.
   */
  onValidationIssue?: ValidationIssueListener | undefined;
  /** Handles the events that have no other handler. Default: they are answered with 204 and logged as `info`. */
  onUnhandled?: WebhookHandler | undefined;
  /** Where log lines go. Default: `console`. */
  logger?: Logger | undefined;
  /** How much is logged. Default: the environment variable `EXAMPLE_LOG`, else `'warn'`. */
  logLevel?: LogLevel | undefined;
}

const optionNames = [
  'secret',
  'tolerance',
  'maxBodyBytes',
  'replayStore',
  'acknowledge',
  'waitUntil',
  'onError',
  'onValidationIssue',
  'onUnhandled',
  'logger',
  'logLevel',
] as const;

/** What Cloudflare Workers pass as the third argument of `fetch`. */
export interface WebhookExecutionContext {
  /** Keeps the worker alive until the work has settled. */
  waitUntil?(work: Promise<unknown>): void;
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
   * @throws {InvalidRequestError} when another option is invalid or does not exist.
   */
  constructor(options: WebhooksOptions = {}) {
    const {
      secret = environmentVariable('EXAMPLE_WEBHOOK_SECRET'),
      tolerance,
      maxBodyBytes = 1_048_576,
      replayStore = memoryReplayStore(),
      acknowledge = 'handled',
      ...given
    } = readOptions('options', options, optionNames);
    // An invalid secret must stop the service when it starts, not when its first webhook arrives.
    verificationKeys(secret);
    const logger = resolveLogger(given);
    const onError = optional('onError', given.onError);
    const onValidationIssue = optional('onValidationIssue', given.onValidationIssue);
    this.#context = {
      secret,
      tolerance: checkTolerance(tolerance),
      maxBodyBytes: wholeNumber('maxBodyBytes', maxBodyBytes, 1),
      replayStore: checkStore(replayStore),
      acknowledge: oneOf('acknowledge', acknowledge, ['handled', 'early']),
      waitUntil: optional('waitUntil', given.waitUntil),
      handlers: new Handlers(optional('onUnhandled', given.onUnhandled)),
      reporter: new Reporter(logger, onError, onValidationIssue),
      logger,
    };
  }

  /**
   * Adds a handler for the events of a name, or for all events with `'*'`. Names that this version of the SDK does not
   * list are allowed, and logged as a warning.
   *
   * @throws {InvalidRequestError} when the name can't be that of an event, or the handler is not a function.
   */
  on<Name extends WebhookEventName | '*' | (string & {})>(name: Name, handler: WebhookHandler<Name>): this {
    this.#context.handlers.add(checkName(name), callable('handler', handler));
    if (name !== '*' && !eventNames.includes(name)) {
      this.#context.logger.warn?.(
        `This version of the SDK only lists ${eventNames.join(', ')}, and no '${name}'. If the name is right, its handler is called with data of an unknown type.`,
      );
    }
    return this;
  }

  /**
   * Removes a handler.
   *
   * @throws {InvalidRequestError} when the name can't be that of an event, or the handler is not a function.
   */
  off<Name extends WebhookEventName | '*' | (string & {})>(name: Name, handler: WebhookHandler<Name>): this {
    this.#context.handlers.remove(checkName(name), callable('handler', handler));
    return this;
  }

  /**
   * Returns a handler for servers with web-standard requests: Next.js, Hono, Bun, Deno, Workers. It never rejects.
   *
   * It throws an {@link InvalidRequestError} when it gets anything but a `Request`; the message says what to write
   * instead. It does so synchronously, because Express 4 does not notice a rejection.
   */
  handler(): (request: Request, environment?: unknown, context?: WebhookExecutionContext) => Promise<Response> {
    return (request, environment, context) => {
      if (!isWebRequest(fields(request))) {
        throw wrongAdapter('handler() takes a Request.', request, environment);
      }
      const waitUntil = waitUntilOf(context);
      return receive(fromWebRequest(request, waitUntil), this.#context).then(toWebResponse);
    };
  }

  /**
   * Returns a handler for `node:http` and servers built on it: Express, Fastify, Koa, Lambda adapters. It reads the raw
   * body from the stream, or takes `req.rawBody`, or a `req.body` that is a buffer or a string. In Fastify, pass
   * `request.raw` and `reply.raw`; in Koa, `ctx.req` and `ctx.res`. It never rejects.
   *
   * It throws an {@link InvalidRequestError} when it gets anything else; the message says what to write instead.
   */
  nodeHandler(): (request: NodeRequest, response: NodeResponse) => Promise<void> {
    return (request, response) => {
      if (!isNodePair(fields(request), fields(response))) {
        throw wrongAdapter('nodeHandler() takes the request and response of node:http.', request, response);
      }
      return receive(fromNodeRequest(request), this.#context).then((result) => toNodeResponse(response, result));
    };
  }

  /** Receives a webhook from any other server. Takes its body and headers, returns the response to send. It never rejects. */
  receive(body: WebhookBody, headers: WebhookHeaders): Promise<WebhookResponse> {
    return receive({ method: 'POST', headers, readBody: () => rawBody(body) }, this.#context);
  }

  /**
   * Resolves when no handler is running. Await it before the process ends, after the server has closed: with
   * `acknowledge: 'early'`, handlers run on after the response.
   */
  idle(): Promise<void> {
    return this.#context.handlers.idle();
  }
}

/** Lets every event be handled, however often it arrives. */
const noReplayStore: ReplayStore = {
  claim: () => ({ status: 'claimed', complete: () => undefined, release: () => undefined }),
};

function checkStore(store: ReplayStore | false): ReplayStore {
  if (store === false) return noReplayStore;
  if (typeof fields(store)['claim'] === 'function') return store;
  throw new InvalidRequestError(
    `replayStore must be false, or a store with a method claim(); got ${described(store)}.`,
  );
}

function checkName<Name>(name: Name): Name {
  if (name === '*' || (typeof name === 'string' && /^[^\s*]+$/.test(name))) return name;
  throw new InvalidRequestError(
    `The name of an event must be a string without spaces, or '*' for all events; got ${described(name)}. Call on() once for each name.`,
  );
}

function optional<F>(name: string, value: F | undefined): F | undefined {
  return value === undefined ? undefined : callable(name, value);
}

/** Other servers pass something else as their third argument, or nothing. */
function waitUntilOf(context: WebhookExecutionContext | undefined): WaitUntil | undefined {
  return typeof fields(context)['waitUntil'] === 'function' ? (work) => context?.waitUntil?.(work) : undefined;
}
