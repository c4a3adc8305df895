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

/** Handles an error of a webhook. It is awaited, for five seconds at most; what it throws is logged. */
export type WebhookErrorListener = (error: unknown, context: WebhookErrorContext) => unknown;

/** Receives a difference between an event and the documentation. If it throws, the event is rejected. */
export type ValidationIssueListener = (issue: ValidationIssue, event: WebhookEvent) => void;

/** In milliseconds: how long a response waits for `onError`, and rejections for one reason are counted, not logged. */
const [onErrorTimeout, rejectionInterval] = [5_000, 60_000];

/** Passes errors and validation issues to the user's listeners, or logs them. */
export class Reporter {
  readonly #logger: LeveledLogger;
  readonly #onError: WebhookErrorListener;
  /** Its public type returns `void`, which an async function is assignable to. */
  readonly #onValidationIssue: (...args: Parameters<ValidationIssueListener>) => unknown;
  /** When each reason for a rejection was logged last, and how many rejections were not since. */
  readonly #rejections = new Map<string, { loggedAt: number; unlogged: number }>();
  readonly #loggedLocations = new Set<string>();

  constructor(logger: LeveledLogger, onError?: WebhookErrorListener, onValidationIssue?: ValidationIssueListener) {
    this.#logger = logger;
    this.#onError = onError ?? ((error, context) => this.#logError(error, context));
    this.#onValidationIssue = onValidationIssue ?? ((issue, { event }) => this.#logIssue(issue, event));
  }

  /** Never rejects. Waits for the listener, but not forever: it must not keep the request open. */
  async reportErrors(errors: readonly unknown[], context: WebhookErrorContext): Promise<void> {
    const report = async (error: unknown) => await this.#onError(error, context);
    const reports = errors.map((error) => withTimeout(report(error), onErrorTimeout, 'onError'));
    for (const outcome of await Promise.allSettled(reports)) {
      if (outcome.status === 'rejected') this.#logger.error?.(`onError failed: ${describe(outcome.reason)}`);
    }
  }

  /** Throws what the listener throws. */
  reportIssue(issue: ValidationIssue, event: WebhookEvent): void {
    const result = this.#onValidationIssue(issue, event);
    callUserCode(
      () => result,
      (failure) => this.#logger.error?.(`onValidationIssue failed: ${describe(failure)}`),
    );
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
    const more = last?.unlogged ? ` ${last.unlogged} more were rejected for this reason before.` : '';
    this.#logger.warn?.(`A webhook was rejected: ${message}${more}`);
  }

  #logError(error: unknown, { id, event }: WebhookErrorContext): void {
    // Anyone can send a request that is not a webhook. That alone is not a failure of this service.
    if (event) this.#logger.error?.(`Webhook ${id} (${event.event}) failed: ${describe(error)}`);
    else this.logRejection(error instanceof WebhookVerificationError ? error.code : '', messageOf(error));
  }

  #logIssue(issue: ValidationIssue, event: string): void {
    const location = `${event}${locationOf(issue)}`;
    if (this.#loggedLocations.has(location)) return;
    this.#loggedLocations.add(location);
    this.#logger.warn?.(
      `An event differs from the documentation: ${location}: ${issue.message}. It is handled as received.`,
    );
  }
}

/** An error with its stack, in one line. */
function describe(error: unknown): string {
  try {
    if (error instanceof Error) {
      const lines = (error.stack ?? error.message).split('\n').map((line) => line.trim());
      return lines.filter((line) => line !== '').join(' ');
    }
    return typeof error === 'string' ? error : `a thrown ${typeof error}, not an Error`;
  } catch {
    return messageOf(error);
  }
}
