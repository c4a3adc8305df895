import type { Redactor } from '../auth/redaction.ts';
import { APIError, type ExampleError, type RequestTarget, type ValidationIssue } from '../errors/index.ts';
import { parseRateLimit } from '../rate-limit/headers.ts';
import type { RateLimitStoreChange } from '../rate-limit/limiter.ts';
import { messageOf } from '../utils/foreign.ts';
import { locationOf } from '../utils/validation.ts';
import { ClientEventEmitter, type ListDriftEvent } from './events.ts';
import type { LeveledLogger } from './logger.ts';

/** What a client shares with those that `withOptions` makes from it. */
interface SharedTelemetry {
  readonly events: ClientEventEmitter;
  /** Locations at which a response differed from the API reference. Each is logged once. */
  readonly loggedIssues: Set<string>;
  /** When waiting for the rate limit may be logged again, on the clock of `performance.now()`. */
  readonly quietUntil: { info: number; warn: number };
  /** One function for all clients, so that an outage of the store is reported once. */
  readonly onStoreChange: (change: RateLimitStoreChange) => void;
}

/** Everything that the SDK emits and logs about calls. */
export class Telemetry {
  readonly #logger: LeveledLogger;
  readonly #shared: SharedTelemetry;

  /** @param shared Set to share the telemetry of another client; see {@link Telemetry.withLogger}. */
  constructor(logger: LeveledLogger, shared = newShared(logger)) {
    this.#logger = logger;
    this.#shared = shared;
  }

  /** The same listeners, with another logger. */
  withLogger(logger: LeveledLogger): Telemetry {
    return new Telemetry(logger, this.#shared);
  }

  get events(): ClientEventEmitter {
    return this.#shared.events;
  }

  get onStoreChange(): SharedTelemetry['onStoreChange'] {
    return this.#shared.onStoreChange;
  }

  attemptStarted(call: RequestTarget, attempt: number): void {
    const { events } = this;
    if (events.has('request')) events.emit('request', { ...target(call), attempt });
  }

  /** @param time Milliseconds since the attempt was started. */
  attemptEnded(
    call: RequestTarget,
    attempt: number,
    response: Response | undefined,
    time: number,
    redactor: Redactor,
  ): void {
    const { events } = this;
    const duration = Math.round(time);
    const outcome = response ? `answered ${response.status}` : 'no answer';
    this.#logger.debug?.(`${call.method} ${call.path}: ${outcome} after ${duration} ms.`);
    if (!response || !events.has('response')) return;
    const id = response.headers.get('x-request-id');
    events.emit('response', {
      ...target(call),
      attempt,
      status: response.status,
      duration,
      requestId: id === null ? undefined : redactor.redact(id),
      rateLimit: parseRateLimit(response.headers),
    });
  }

  retry(call: RequestTarget, attempt: number, delay: number, error: ExampleError): void {
    const status = error instanceof APIError ? error.status : undefined;
    this.events.emit('retry', { ...target(call), attempt, delay, status, reason: error.message });
    this.#logger.info?.(`${error.name}: ${error.message} Retrying in ${Math.round(delay)} ms.`);
  }

  rateLimitWait(call: RequestTarget, delay: number, waiting: number): void {
    this.events.emit('rateLimitWait', { ...target(call), delay, waiting });
    const now = performance.now();
    const level = delay > 10_000 ? 'warn' : 'info';
    const { quietUntil } = this.#shared;
    if (delay <= 1000 || now < quietUntil[level]) return;
    // One line for all calls that wait for the same reason.
    quietUntil.info = quietUntil[level] = now + delay;
    const seconds = Math.round(delay / 1000);
    this.#logger[level]?.(
      `${call.method} ${call.path} waits about ${seconds} s for the rate limit. Calls waiting: ${waiting}.`,
    );
  }

  validationIssues(call: RequestTarget, issues: readonly ValidationIssue[]): void {
    const { loggedIssues } = this.#shared;
    for (const issue of issues) {
      // By route, so that a difference is logged once for all ids.
      const location = `${call.method} ${call.route}, body${locationOf(issue)}`;
      if (loggedIssues.has(location)) continue;
      loggedIssues.add(location);
      this.#logger.warn?.(`A response differs from the documentation at ${location}: ${issue.message}.`);
    }
    this.events.emit('validationIssue', { ...target(call), issues });
  }

  listDrift(drift: ListDriftEvent): void {
    this.events.emit('listDrift', drift);
    this.#logger.warn?.(
      `${drift.method} ${drift.path} moved while it was read: items may be missing at ${drift.openSeams} places.`,
    );
  }
}

function newShared(logger: LeveledLogger): SharedTelemetry {
  const events = new ClientEventEmitter(logger);
  return {
    events,
    loggedIssues: new Set(),
    quietUntil: { info: 0, warn: 0 },
    onStoreChange: ({ available, error }) => {
      const reason = available ? undefined : messageOf(error);
      events.emit('rateLimitStore', { available, reason });
      if (available) logger.info?.('The rate limit is shared with other processes again.');
      else logger.warn?.(`The rate-limit store is unavailable (${reason}). This process paces its calls on its own.`);
    },
  };
}

/** Only the target of a call. */
function target({ method, path, route }: RequestTarget): RequestTarget {
  return { method, path, route };
}
