import type { ValidationIssue } from '../errors/index.ts';
import type { LeveledLogger } from '../telemetry/logger.ts';
import { callUserCode, messageOf } from '../utils/user-code.ts';
import { locationOf } from '../utils/validation.ts';
import { withTimeout } from '../utils/with-timeout.ts';
import type { WebhookEvent } from './events.ts';
import { WebhookVerificationError } from './verification-error.ts';

/** Context of an error, as far as it is known. */
export interface WebhookErrorContext {
  /** The `webhook-id`, once the signature is verified. */
  readonly id: string | undefined;
  /** The event, once it is parsed. */
  readonly event: WebhookEvent | undefined;
}

/**
 * Handles an error of a webhook. It may be async and is awaited, for five seconds at most; what it throws is logged.
 */
export type WebhookErrorListener = (error: unknown, context: WebhookErrorContext) => unknown;

/** Receives a difference between an event and the documentation. If it throws, the event is rejected. */
export type ValidationIssueListener = (issue: ValidationIssue, event: WebhookEvent) => void;

/** The most locations of which a difference is logged. */
const maxLoggedLocations = 100;

/** How long a response waits for `onError`, in milliseconds. */
const onErrorTimeout = 5_000;

/** For how long rejections for the same reason are counted instead of logged, in milliseconds. */
const rejectionInterval = 60_000;

/** Passes errors and validation issues to the user's listeners, or logs them. */
export class Reporter {
  readonly #logger: LeveledLogger;
  readonly #onError: WebhookErrorListener;
  /** Its public type returns `void`, which an async function is assignable to. */
  readonly #onValidationIssue: (...args: Parameters<ValidationIssueListener>) => unknown;
  /** When each reason for a rejection was logged last, and how many rejections were not since. */
  readonly #rejections = new Map<string, { loggedAt: number; unlogged: number }>();

  constructor(
    logger: LeveledLogger,
    onError: WebhookErrorListener | undefined,
    onValidationIssue: ValidationIssueListener = logIssues(logger),
  ) {
    this.#logger = logger;
    this.#onError = onError ?? this.#logError.bind(this);
    this.#onValidationIssue = onValidationIssue;
  }

  /** Never rejects. Waits for the listener, but not forever: it must not keep the request open. */
  async reportErrors(errors: readonly unknown[], context: WebhookErrorContext): Promise<void> {
    await Promise.all(
      errors.map(async (error) => {
        try {
          const reported = new Promise((resolve) => resolve(this.#onError(error, context)));
          await withTimeout(reported, onErrorTimeout, 'onError');
        } catch (failure) {
          this.#logger.error?.(`onError failed: ${describe(failure)}`);
        }
      }),
    );
  }

  /** Throws what the listener throws. */
  reportIssue(issue: ValidationIssue, event: WebhookEvent): void {
    const result = this.#onValidationIssue(issue, event);
    const logFailure = (failure: unknown) => {
      this.#logger.error?.(`onValidationIssue failed: ${describe(failure)}`);
    };
    callUserCode(() => result, logFailure);
  }

  /**
   * Logs a request that is no webhook. Anyone can send thousands of them, so each reason is logged once a minute, with
   * the number of those that were not logged before.
   */
  logRejection(reason: string, message: string): void {
    const now = Date.now();
    const last = this.#rejections.get(reason);
    if (last && now - last.loggedAt < rejectionInterval && now >= last.loggedAt) {
      last.unlogged++;
      return;
    }
    this.#rejections.set(reason, { loggedAt: now, unlogged: 0 });
    const more = last && last.unlogged > 0 ? ` ${last.unlogged} more were rejected for this reason before.` : '';
    this.#logger.warn?.(`A webhook was rejected: ${message}${more}`);
  }

  #logError(error: unknown, { id, event }: WebhookErrorContext): void {
    // Anyone can send a request that is not a webhook. That alone is not a failure of this service.
    if (event) this.#logger.error?.(`Webhook ${id} (${event.event}) failed: ${describe(error)}`);
    else if (error instanceof WebhookVerificationError) this.logRejection(error.code, error.message);
    else this.logRejection('', messageOf(error));
  }
}

function logIssues(logger: LeveledLogger): ValidationIssueListener {
  const logged = new Set<string>();
  return (issue, { event }) => {
    const location = `${event}${locationOf(issue)}`;
    if (logged.size >= maxLoggedLocations || logged.has(location)) return;
    logged.add(location);
    logger.warn?.(`An event differs from the documentation: ${location}: ${issue.message}. It is handled as received.`);
  };
}

/** An error with its stack, in one line. */
function describe(error: unknown): string {
  try {
    if (error instanceof Error) return (error.stack ?? error.message).replaceAll(/\s*\n\s*/g, ' ');
    return typeof error === 'string' ? error : `a ${typeof error} that is not an Error`;
  } catch {
    return messageOf(error);
  }
}
