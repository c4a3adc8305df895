import { ClientEventEmitter } from '../telemetry/events.ts';
import type { LeveledLogger } from '../telemetry/logger.ts';
import type { RateLimitStoreChange } from '../rate-limit/limiter.ts';
import { RetryBudget } from './retry-budget.ts';

/** What the clients that come from one another by `withOptions` have in common. */
export class SharedState {
  readonly events: ClientEventEmitter;
  readonly retryBudget = new RetryBudget();
  /** Where a response was seen to differ from the documentation; each place is logged once. */
  readonly loggedIssues = new Set<string>();
  /** No log line on waiting for the rate limit before then, on the clock of `performance.now()`. */
  quietUntil = 0;
  readonly #logger: LeveledLogger;

  constructor(logger: LeveledLogger) {
    this.events = new ClientEventEmitter(logger);
    this.#logger = logger;
  }

  /** One function for all of them, so that an outage is told once. */
  readonly onStoreChange = ({ available, error }: RateLimitStoreChange): void => {
    const reason = error instanceof Error ? error.message : undefined;
    this.events.emit('rateLimitStore', { available, reason });
    if (available) this.#logger.info?.('The rate limit is shared with other processes again.');
    else this.#logger.warn?.(`The rate limit is not shared: its store is out of reach (${reason}). Pacing alone.`);
  };
}
