import { resolveLogger, type Logger, type LogLevel } from '../telemetry/logger.ts';
import { callable, readOptions, throwInvalid, wholeNumber } from '../utils/arguments.ts';
import { fieldsOf } from '../utils/values.ts';
import { nodeHandler, adapterNotCalled, webHandler, type NodeRequest, type NodeResponse } from './adapters.ts';
import { webhookEventNames, type WebhookEventName } from './events.ts';
import { Handlers, type WebhookHandler } from './handlers.ts';
import { rawBody, type WebhookBody } from './body.ts';
import type { WebhookHeaders } from './headers.ts';
import { receive, type ReceiverContext, type WebhookResponse } from './receiver.ts';
import { memoryReplayStore, type ReplayStore } from '../replay/store.ts';
import { Reporter, type WebhookErrorListener } from './reporter.ts';
import { hmacKeys, listSecrets, type WebhookSecretSource } from './secrets.ts';
import { createVerify, type WebhookVerifier } from './verifier.ts';

/** Options of {@link Webhooks}. */
export interface WebhooksOptions {
  /**
   * The endpoint's secret, several while you rotate it, or a function that is called for each request. Default: the
   * environment variable `EXAMPLE_WEBHOOK_SECRET`. It is read when a webhook arrives.
   */
  secret?: WebhookSecretSource;
  /** Replaces the signature check, if the API doesn't follow Standard Webhooks. Limited to ten seconds. */
  verify?: WebhookVerifier | undefined;
  /** Seconds by which the timestamp of a webhook may differ from now. Default: 300. */
  tolerance?: number | undefined;
  /** Maximum size of a body, in bytes. The response to a larger one is 413. Default: 1 048 576 (1 MiB). */
  maxBodyBytes?: number | undefined;
  /**
   * Remembers handled events, so that no event is handled twice. With `false`, an event is handled each time it
   * arrives. Default: a {@link memoryReplayStore}. It suffices for one process.
   */
  replayStore?: ReplayStore | false | undefined;
  /**
   * Called with each error of a webhook, also if a handled event could not be recorded (204). Not for a 405, or a 503
   * while the event is being handled. It is awaited for at most five seconds; what it throws is logged. Default: a line
   * in the log. A message is logged at most once a second, a reason of a rejected request at most once a minute.
   */
  onError?: WebhookErrorListener | undefined;
  /** Receives the log lines. Default: `console`. */
  logger?: Logger | undefined;
  /** The least severe level that is logged, or `'off'`. Default: `EXAMPLE_LOG`, or `'warn'`. */
  logLevel?: LogLevel | undefined;
}

const listeners = ['verify', 'onError'] as const;
const settings = ['secret', 'tolerance', 'maxBodyBytes', 'replayStore', 'logger', 'logLevel'] as const;

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
    const { secret, verify, replayStore = memoryReplayStore(), maxBodyBytes = 1_048_576 } = given;
    // An invalid secret stops the service at startup. A missing one must not, because a build has no secrets.
    const secrets = secret === undefined || typeof secret === 'function' ? [] : listSecrets(secret);
    if (!verify) hmacKeys(secrets);
    const logger = resolveLogger(given.logger, given.logLevel);
    this.#context = {
      secret,
      verify: createVerify(given.tolerance, verify),
      maxBodyBytes: wholeNumber('maxBodyBytes', maxBodyBytes, 1),
      replayStore: checkStore(replayStore),
      handlers: new Handlers(),
      reporter: new Reporter(logger, given.onError),
      logger,
    };
  }

  /**
   * Adds a handler for the events of a name, of several names, or for all events with `'*'`. Names that this version of
   * the SDK does not list are allowed, and logged as a warning.
   *
   * @throws {InvalidRequestError} when a name can't be an event's, or the handler is not a function.
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
   * Returns a handler for servers with web-standard requests: Next.js, Hono, Bun, Deno, Workers. It never rejects. If
   * it gets anything but a `Request`, it throws an `InvalidRequestError` synchronously.
   *
   * @param mistake Pass nothing. The type keeps you from passing `webhooks.handler`, without `()`, to a server.
   * @throws {InvalidRequestError} when it is called with a request.
   */
  handler(...mistake: never[]): (request: Request, second?: unknown) => Promise<Response> {
    if (mistake.length > 0) throw adapterNotCalled('handler');
    return webHandler(this.#context);
  }

  /**
   * Returns a handler for `node:http` and Express. docs/webhook-servers.md says how Fastify, Koa and others call it.
   * It takes the raw body from `req.rawBody`, from a `req.body` that is a buffer or a string, or from the stream. It
   * never rejects. If it gets anything but the request and response of `node:http`, it throws an `InvalidRequestError`
   * synchronously.
   *
   * @param mistake Pass nothing. The type keeps you from passing `webhooks.nodeHandler`, without `()`, to a server.
   * @throws {InvalidRequestError} when it is called with a request.
   */
  nodeHandler(...mistake: never[]): (request: NodeRequest, response: NodeResponse) => Promise<void> {
    if (mistake.length > 0) throw adapterNotCalled('nodeHandler');
    return nodeHandler(this.#context);
  }

  /** Receives a webhook from any other server: takes the body and headers, returns the response. Never rejects. */
  receive(body: WebhookBody, headers: WebhookHeaders): Promise<WebhookResponse> {
    return receive({ method: 'POST', headers, readBody: () => rawBody(body) }, this.#context);
  }
}

function checkStore(store: ReplayStore | false): ReplayStore {
  // Without a store, each attempt runs the handlers.
  if (store === false)
    return { claim: () => ({ status: 'claimed', complete: () => undefined, release: () => undefined }) };
  if (typeof fieldsOf(store)['claim'] === 'function') return store;
  return throwInvalid('false, or a store with a method claim(), such as redisReplayStore()', 'replayStore', store);
}

function checkNames<Name extends string>(names: Name | readonly Name[]): readonly Name[] {
  const list = [names].flat() as readonly Name[]; // the items are checked below
  const isName = (name: unknown) => typeof name === 'string' && /^(?:\*|[^\s*]+)$/.test(name);
  if (list.length > 0 && list.every(isName)) return list;
  const expected =
    "a string without spaces, or a list of them ('*' stands for all events, and there are no other patterns)";
  return throwInvalid(expected, 'The name of an event', names);
}
