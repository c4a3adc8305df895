import { resolveLogger, type Logger, type LogLevel } from '../telemetry/logger.ts';
import { callable, oneOf, readOptions, throwInvalid, wholeNumber } from '../utils/arguments.ts';
import { fieldsOf } from '../utils/json.ts';
import {
  nodeHandler,
  adapterNotCalled,
  webHandler,
  type NodeRequest,
  type NodeResponse,
  type WebhookExecutionContext,
} from './adapters.ts';
import { webhookEventNames, type WebhookEventName } from './events.ts';
import { Handlers, type WebhookHandler } from './handlers.ts';
import { rawBody, type WebhookBody } from './body.ts';
import type { WebhookHeaders } from './headers.ts';
import { receive, Tasks, type ReceiverContext, type WebhookResponse } from './receiver.ts';
import { memoryReplayStore, type ReplayStore } from './replay-store.ts';
import { Reporter, type ValidationIssueListener, type WebhookErrorListener } from './reporter.ts';
import { hmacKeys, listSecrets, type WebhookSecretSource } from './secrets.ts';
import { createVerify, type WebhookVerifier } from './verifier.ts';

/** Options of {@link Webhooks}. */
export interface WebhooksOptions {
  /**
   * The endpoint's secret, several while you rotate secrets, or a function that is called for each request. Default:
   * the environment variable `EXAMPLE_WEBHOOK_SECRET`, which is read when a webhook arrives.
   */
  secret?: WebhookSecretSource;
  /** Replaces the check of the signature, for an API that doesn't follow Standard Webhooks. It may take ten seconds. */
  verify?: WebhookVerifier | undefined;
  /** How far the time of the attempt may be from now, before or after, in seconds. Default: 300. */
  tolerance?: number | undefined;
  /** Maximum size of a body, in bytes. The response to a larger one is 413. Default: 1 048 576 (1 MB). */
  maxBodyBytes?: number | undefined;
  /**
   * Remembers handled events, so that none is handled twice; `false` remembers none. Default: a {@link
   * memoryReplayStore}, for one process.
   */
  replayStore?: ReplayStore | false | undefined;
  /**
   * When to answer with 2xx. `'handled'` (default): after all handlers have succeeded, so that no event is lost.
   * `'early'`: as soon as the replay store has recorded the event. Its handlers then run once, even if they fail. If
   * the store can't record it, they run under its claim, and recording goes on.
   */
  acknowledge?: 'handled' | 'early' | undefined;
  /** Keeps a serverless process alive while handlers run that were acknowledged early, such as `after` of Next.js. */
  waitUntil?: ((work: Promise<unknown>) => void) | undefined;
  /**
   * Called with each error that leads to a response other than 2xx; not for another method than POST (405), nor while
   * the event is being handled (503). It is awaited, for five seconds at most; what it throws is logged. Default: the
   * error is logged. Rejected requests are logged once a minute for each reason.
   */
  onError?: WebhookErrorListener | undefined;
  /**
   * Called for each difference between an event and the documentation. The event is handled anyway, unless the listener
   * throws. Default: a warning in the log, once for each place.
   */
  onValidationIssue?: ValidationIssueListener | undefined;
  /** Handles events that have no other handler. Default: the response is 204, and they are logged at `info`. */
  onUnhandled?: WebhookHandler | undefined;
  /** Where log lines go. Default: `console`. */
  logger?: Logger | undefined;
  /** How much is logged. Default: the environment variable `EXAMPLE_LOG`, else `'warn'`. */
  logLevel?: LogLevel | undefined;
}

const listeners = ['verify', 'waitUntil', 'onError', 'onValidationIssue', 'onUnhandled'] as const;
const settings = ['secret', 'tolerance', 'maxBodyBytes', 'replayStore', 'acknowledge', 'logger', 'logLevel'] as const;

/**
 * Receives webhooks: verifies them, runs your handlers, and responds so that the API retries what was not handled.
 *
 * @example
 * const webhooks = new Webhooks(); // reads EXAMPLE_WEBHOOK_SECRET
 * webhooks.on('user.created', async (event) => welcome(event.data.email));
 *
 * export const POST = webhooks.handler(); // or app.post('/webhooks', webhooks.nodeHandler())
 */
export class Webhooks {
  readonly #context: ReceiverContext;

  /**
   * @throws {WebhookVerificationError} when a secret that you pass can't be used: `invalid_secret`.
   * @throws {InvalidRequestError} when another option is invalid or does not exist.
   */
  constructor(options: WebhooksOptions = {}) {
    const given = readOptions('options', options, [...settings, ...listeners]);
    for (const name of listeners) if (given[name] !== undefined) callable<unknown>(name, given[name]);
    const {
      secret,
      verify,
      replayStore = memoryReplayStore(),
      acknowledge = 'handled',
      maxBodyBytes = 1_048_576,
    } = given;
    // An invalid secret stops the service when it starts. One that is not there must not: a build has no secrets.
    const secrets = secret === undefined || typeof secret === 'function' ? [] : listSecrets(secret);
    if (!verify) hmacKeys(secrets);
    const logger = resolveLogger(given.logger, given.logLevel);
    this.#context = {
      secret,
      verify: createVerify(given.tolerance, verify),
      maxBodyBytes: wholeNumber('maxBodyBytes', maxBodyBytes, 1),
      replayStore: checkStore(replayStore),
      acknowledge: oneOf('acknowledge', acknowledge, ['handled', 'early']),
      waitUntil: given.waitUntil,
      handlers: new Handlers(given.onUnhandled),
      tasks: new Tasks(),
      reporter: new Reporter(logger, given.onError, given.onValidationIssue),
      logger,
    };
  }

  /**
   * Adds a handler for the events of a name, of several names, or for all events with `'*'`. Names that this version of
   * the SDK does not list are allowed, and logged as a warning.
   *
   * @throws {InvalidRequestError} when a name can't be that of an event, or the handler is not a function.
   */
  on<Name extends WebhookEventName | '*' | (string & {})>(
    name: Name | readonly Name[],
    handler: WebhookHandler<Name>,
  ): this {
    const { handlers, logger } = this.#context;
    for (const each of checkNames(name)) {
      handlers.add(each, callable('handler', handler));
      if (each === '*' || webhookEventNames.includes(each)) continue;
      logger.warn?.(
        `This version of the SDK only lists ${webhookEventNames.join(', ')}, and no '${each}'. If the name is right, its handler is called with data of an unknown type.`,
      );
    }
    return this;
  }

  /**
   * Removes a handler from the events of a name, or of several names.
   *
   * @throws {InvalidRequestError} when a name can't be that of an event, or the handler is not a function.
   */
  off<Name extends WebhookEventName | '*' | (string & {})>(
    name: Name | readonly Name[],
    handler: WebhookHandler<Name>,
  ): this {
    for (const each of checkNames(name)) this.#context.handlers.remove(each, callable('handler', handler));
    return this;
  }

  /**
   * Returns a handler for servers with web-standard requests: Next.js, Hono, Bun, Deno, Workers. It never rejects. It
   * throws an `InvalidRequestError`, synchronously, if it gets anything but a `Request`.
   *
   * @param mistake Nothing: the type keeps `webhooks.handler`, without `()`, from being passed to a server.
   * @throws {InvalidRequestError} when it is called with a request.
   */
  handler(
    ...mistake: never[]
  ): (request: Request, environment?: unknown, context?: WebhookExecutionContext) => Promise<Response> {
    if (mistake.length > 0) throw adapterNotCalled('handler');
    return webHandler(this.#context);
  }

  /**
   * Returns a handler for `node:http` and Express. docs/webhooks.md says how Fastify, Koa and others call it. It reads
   * the raw body from the stream, or takes `req.rawBody`, or a `req.body` that is a buffer or a string. It never
   * rejects. It throws an `InvalidRequestError`, synchronously, if it gets anything but the request and response of
   * `node:http`.
   *
   * @param mistake Nothing: the type keeps `webhooks.nodeHandler`, without `()`, from being passed to a server.
   * @throws {InvalidRequestError} when it is called with a request.
   */
  nodeHandler(...mistake: never[]): (request: NodeRequest, response: NodeResponse) => Promise<void> {
    if (mistake.length > 0) throw adapterNotCalled('nodeHandler');
    return nodeHandler(this.#context);
  }

  /** Receives a webhook from any other server. Takes its body and headers, returns the response. It never rejects. */
  receive(body: WebhookBody, headers: WebhookHeaders): Promise<WebhookResponse> {
    return receive({ method: 'POST', headers, readBody: () => rawBody(body) }, this.#context);
  }

  /**
   * Resolves when all responses have been sent, all handlers have ended, their outcome is recorded in the replay store,
   * and `onError` has returned. Await it before the process ends. Close the server first, or more requests may arrive.
   */
  idle(): Promise<void> {
    return this.#context.tasks.idle();
  }
}

function checkStore(store: ReplayStore | false): ReplayStore {
  // Without a store, every event is handled, however often it arrives.
  if (store === false)
    return { claim: () => ({ status: 'claimed', complete: () => undefined, release: () => undefined }) };
  if (typeof fieldsOf(store)['claim'] === 'function') return store;
  return throwInvalid('false, or a store with a method claim(), such as redisReplayStore()', 'replayStore', store);
}

/** The names of a list, or the only one. */
function checkNames<Name extends string>(names: Name | readonly Name[]): readonly Name[] {
  const list = [names].flat() as readonly Name[]; // what it lists is checked
  const isName = (name: unknown) => typeof name === 'string' && /^(?:\*|[^\s*]+)$/.test(name);
  if (list.length > 0 && list.every(isName)) return list;
  const expected =
    "a string without spaces, or a list of them ('*' stands for all events, and there are no other patterns)";
  return throwInvalid(expected, 'The name of an event', names);
}
