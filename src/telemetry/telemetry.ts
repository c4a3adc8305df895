import type { LimiterObserver } from '../rate-limit/limiter.ts';
import { messageOf } from '../utils/foreign.ts';
import { ClientEventEmitter, type ListUnverifiedEvent, type RateLimitWaitEvent } from './events.ts';
import type { LeveledLogger } from './logger.ts';
import { Tracing } from './tracing.ts';

/** After so many locations, those that were logged are forgotten. */
const mostLoggedIssues = 1000;

/** What a client shares with those that `withOptions` makes from it. */
interface SharedTelemetry {
  readonly events: ClientEventEmitter;
  readonly tracing: Tracing;
  /** Locations at which a response differed from the API reference. Each is logged once. */
  readonly loggedIssues: Set<string>;
  /** When waiting for the rate limit may be logged again, on the clock of `performance.now()`. */
  readonly quietUntil: { info: number; warn: number };
  /** One object for all clients, so that an outage of the store is reported once. */
  readonly limiterObserver: LimiterObserver;
}

/** What the SDK emits, traces and logs. */
export class Telemetry {
  readonly logger: LeveledLogger;
  readonly events: ClientEventEmitter;
  readonly tracing: Tracing;
  readonly #shared: SharedTelemetry;

  /** @param shared Set to share the telemetry of another client; see {@link Telemetry.withLogger}. */
  constructor(logger: LeveledLogger, shared = newShared(logger)) {
    this.logger = logger;
    this.events = shared.events;
    this.tracing = shared.tracing;
    this.#shared = shared;
  }

  /** The same listeners, with another logger. */
  withLogger(logger: LeveledLogger): Telemetry {
    return new Telemetry(logger, this.#shared);
  }

  /** Whether the start and the end of a call are of interest. */
  get observesCalls(): boolean {
    return this.events.has('callEnd') || this.tracing.isUsed('call');
  }

  /** Whether the start and the end of an attempt are of interest. */
  get observesAttempts(): boolean {
    const { events, tracing, logger } = this;
    return events.has('request') || events.has('response') || tracing.isUsed('attempt') || logger.debug !== undefined;
  }

  /** Whether it is of interest that a call waits for the rate limit, for so many milliseconds. */
  observesWait(delay: number): boolean {
    return this.events.has('rateLimitWait') || this.tracing.isUsed('wait') || this.#logsWait(delay);
  }

  get limiterObserver(): LimiterObserver {
    return this.#shared.limiterObserver;
  }

  /** Logs that a call waits for the rate limit, unless that was logged not long ago. */
  logWait(event: RateLimitWaitEvent): void {
    const { method, path, delay, waiting } = event;
    if (!this.#logsWait(delay)) return;
    const level = levelOf(delay);
    this.#shared.quietUntil.info = this.#shared.quietUntil[level] = performance.now() + delay;
    const seconds = Math.round(delay / 1000);
    this.logger[level]?.(
      `${method} ${path} waits about ${seconds} s for the rate limit. Calls waiting: ${waiting}.`,
      event,
    );
  }

  /** One line for all calls that wait for the same reason. */
  #logsWait(delay: number): boolean {
    const level = levelOf(delay);
    return delay > 1000 && this.logger[level] !== undefined && performance.now() >= this.#shared.quietUntil[level];
  }

  /** Whether this is the first difference at a location, so that it is to be logged. */
  isNewIssue(location: string): boolean {
    const { loggedIssues } = this.#shared;
    // A path of your own in `client.request` may have an id in it, so that there is no end of locations.
    if (loggedIssues.size >= mostLoggedIssues) loggedIssues.clear();
    return loggedIssues.size < loggedIssues.add(location).size;
  }

  listUnverified(event: ListUnverifiedEvent): void {
    this.events.emit('listUnverified', event);
    const { method, path, reason } = event;
    this.logger.warn?.(`${method} ${path}: it can't be verified that each item was yielded once (${reason}).`, event);
  }
}

function newShared(logger: LeveledLogger): SharedTelemetry {
  const events = new ClientEventEmitter(logger);
  return {
    events,
    tracing: new Tracing(),
    loggedIssues: new Set(),
    quietUntil: { info: 0, warn: 0 },
    limiterObserver: {
      onStoreChange: ({ available, error }) => {
        const reason = available ? undefined : messageOf(error);
        const event = { available, reason };
        events.emit('rateLimitStore', event);
        const problem = `The rate-limit store is unavailable (${reason}). This process paces its calls on its own.`;
        if (available) logger.info?.('The rate limit is shared with other processes again.', event);
        else logger.warn?.(problem, event);
      },
      onGateChange: ({ isOpen, scope, target, reason }) => {
        const held = target ?? 'All calls of the token';
        logger.info?.(`${held}: ${isOpen ? 'sent again' : 'held'} (${reason}).`, { isOpen, scope, target, reason });
      },
    },
  };
}

/** A long wait may be a surprise. */
function levelOf(delay: number): 'info' | 'warn' {
  return delay > 10_000 ? 'warn' : 'info';
}
