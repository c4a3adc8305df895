import type { LeveledLogger } from '../telemetry/logger.ts';
import { withTimeout } from '../utils/timing.ts';
import { isError, messageOf } from '../utils/values.ts';
import type { WebhookEvent } from './events.ts';
import { WebhookVerificationError } from './verification-error.ts';

/** What is known about the webhook of an error. */
export interface WebhookErrorContext {
  /** The `webhook-id`, once the signature is verified. */
  readonly id: string | undefined;
  /** The event, once it is parsed. */
  readonly event: WebhookEvent | undefined;
}

/** Handles an error of a webhook. It is awaited for at most five seconds; what it throws is logged. */
export type WebhookErrorListener = (error: unknown, context: WebhookErrorContext) => unknown;

/** The longest wait for `onError`, in milliseconds. */
const onErrorTimeout = 5_000;

/** Milliseconds between two log lines for the same reason: rejected requests, which anyone can send, and failures. */
const quietTimes = { warn: 60_000, error: 1_000 };

/** Reasons that are told apart. A message may contain what anyone sends; all further ones count as one reason. */
const maxReasons = 100;

/** Passes errors to the user's listener, or logs them. */
export class Reporter {
  readonly #logger: LeveledLogger;
  readonly #onError: WebhookErrorListener;
  /** For each reason: when it was last logged, and how many times it was not logged since. */
  readonly #reasons = new Map<string, { loggedAt: number; unlogged: number }>();

  constructor(logger: LeveledLogger, onError?: WebhookErrorListener) {
    this.#logger = logger;
    this.#onError = onError ?? ((error, context) => this.#logError(error, context));
  }

  /** Never rejects. Waits for the listener, but not forever, because the request stays open meanwhile. */
  async reportErrors(errors: readonly unknown[], context: WebhookErrorContext): Promise<void> {
    const report = async (error: unknown) => await this.#onError(error, context);
    const reports = errors.map((error) => withTimeout(report(error), onErrorTimeout, 'onError'));
    for (const outcome of await Promise.allSettled(reports)) {
      if (outcome.status === 'rejected') this.#logFailure('onError', outcome.reason);
    }
  }

  #logError(error: unknown, { id, event }: WebhookErrorContext): void {
    const message = messageOf(error);
    // Without a verified event, anyone may have sent the request, so it is no failure of this service.
    if (event) this.#logFailure(`Webhook ${id} (${event.event})`, error, { id, event: event.event });
    else
      this.#log('warn', error instanceof WebhookVerificationError ? error.code : message, [
        `A webhook was rejected: ${message}`,
      ]);
  }

  #logFailure(what: string, error: unknown, context?: object): void {
    const reason = summary(error);
    this.#log('error', reason, [`${what} failed: ${reason}`, { err: loggableError(error), ...context }]);
  }

  /** Logs a line, unless one for the same reason was logged lately. The next one then says how many were left out. */
  #log(level: 'warn' | 'error', reason: string, [line, fields]: [line: string, fields?: object]): void {
    const now = performance.now();
    const isKnown = this.#reasons.has(level + reason) || this.#reasons.size < maxReasons;
    const key = isKnown ? level + reason : level;
    const last = this.#reasons.get(key);
    if (last && now - last.loggedAt < quietTimes[level]) {
      last.unlogged++;
      return;
    }
    this.#reasons.set(key, { loggedAt: now, unlogged: 0 });
    const more = last?.unlogged ? ` ${last.unlogged} more for this reason were not logged.` : '';
    this.#logger[level]?.(line + more, fields);
  }
}

/** The message of an error on one line, shortened for the log. */
function summary(error: unknown): string {
  const message = typeof error === 'string' ? error : messageOf(error);
  const text = message === typeof error ? `a thrown ${message}, not an Error` : message;
  const line = text.replace(/\s+/g, ' ');
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}

/**
 * An error as a plain object, because winston writes `{}` for an `Error`. It has no prototype, so that pino uses its
 * `name`. Other properties are left out: they may be secret, such as the request of an HTTP client.
 */
function loggableError(error: unknown, depth = 0): unknown {
  try {
    if (!isError(error)) return summary(error);
    const { name, message, stack, cause } = error;
    const { code } = error as { code?: unknown };
    const fields = { name, message, ...(typeof code === 'string' && { code }), stack };
    const more = cause !== undefined && depth < 5 ? { cause: loggableError(cause, depth + 1) } : {};
    return Object.assign(Object.create(null) as object, fields, more);
  } catch {
    return messageOf(error);
  }
}
