import type { ValidationIssue } from '../errors/index.ts';
import type { LeveledLogger } from '../telemetry/logger.ts';
import { callable } from '../utils/arguments.ts';
import { locationOf } from '../utils/validation.ts';
import type { WebhookEvent } from './events.ts';

/** Context of an error, as far as it is known. */
export interface WebhookErrorContext {
  /** The `webhook-id`, once the signature is verified. */
  readonly id: string | undefined;
  /** The event, once it is parsed. */
  readonly event: WebhookEvent | undefined;
}

/** Handles an error of a webhook. It may be async and is awaited; what it throws is logged. */
export type WebhookErrorListener = (error: unknown, context: WebhookErrorContext) => unknown;

/** Receives a difference between an event and the documentation. If it throws, the event is rejected. */
export type ValidationIssueListener = (issue: ValidationIssue, event: WebhookEvent) => void;

/** The most locations of which a difference is logged. */
const maxLoggedLocations = 100;

/** Passes errors and validation issues to the user's listeners, or logs them. */
export class Reporter {
  readonly #logger: LeveledLogger;
  readonly #onError: WebhookErrorListener;
  /** Its public type returns `void`, which an async function is assignable to. */
  readonly #onValidationIssue: (...args: Parameters<ValidationIssueListener>) => unknown;

  /** @throws {InvalidRequestError} when a listener is not a function. */
  constructor(
    logger: LeveledLogger,
    onError: WebhookErrorListener = logErrors(logger),
    onValidationIssue: ValidationIssueListener = logIssues(logger),
  ) {
    this.#logger = logger;
    this.#onError = callable('onError', onError);
    this.#onValidationIssue = callable('onValidationIssue', onValidationIssue);
  }

  /** Never rejects. */
  async reportError(error: unknown, context: WebhookErrorContext): Promise<void> {
    try {
      await this.#onError(error, context);
    } catch (failure) {
      this.#logger.error?.(`onError failed: ${describe(failure)}`);
    }
  }

  /** Throws what the listener throws. */
  reportIssue(issue: ValidationIssue, event: WebhookEvent): void {
    const result = this.#onValidationIssue(issue, event);
    if (result instanceof Promise) {
      result.catch((failure: unknown) => this.#logger.error?.(`onValidationIssue failed: ${describe(failure)}`));
    }
  }
}

function logErrors(logger: LeveledLogger): WebhookErrorListener {
  return (error, { id, event }) => {
    // Anyone can send a request that is not a webhook. That alone is not a failure of this service.
    if (event === undefined) {
      logger.warn?.(`A webhook was rejected: ${error instanceof Error ? error.message : String(error)}`);
    } else {
      logger.error?.(`Webhook ${id} (${event.event}) failed: ${describe(error)}`);
    }
  };
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

function describe(error: unknown): string {
  if (error instanceof Error) return error.stack ?? error.message;
  return typeof error === 'string' ? error : `a ${typeof error} that is not an Error`;
}
