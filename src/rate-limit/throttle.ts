import { backoff } from '../utils/timing.ts';

/** Milliseconds to pause after refusals in a row of a token, or to rest after those of a call. Doubles each time. */
export const refusalPause = { first: 1000, max: 60_000 };

/** Milliseconds between two requests. The longest interval still sends the documented 100 requests a minute. */
const interval = {
  /** After a refusal. */
  first: 100,
  max: 600,
  /** Below it, there is none. */
  min: 10,
  /** What each refused burst multiplies it by. */
  longer: 1.4,
  /** What each admitted request multiplies it by. */
  shorter: 0.97,
};

/** Paces a token that is refused, by the API or a gateway, although its window has requests left. */
export class Throttle {
  #interval = 0;
  /** Refused bursts in a row. */
  #bursts = 0;
  #refusedAt = -Infinity;
  #sentAt = -Infinity;
  #pausedUntil = -Infinity;
  /** When the first of the refusals came since a request was admitted. */
  since = Infinity;

  get readyAt(): number {
    return Math.max(this.#pausedUntil, this.#sentAt + this.#interval);
  }

  recordSent(now: number): void {
    this.#sentAt = now;
  }

  recordSuccess(sentAt: number): void {
    if (sentAt > this.#refusedAt) {
      this.#bursts = 0;
      this.since = Infinity;
    }
    this.#interval = this.#interval < interval.min ? 0 : interval.shorter * this.#interval;
  }

  /** A gateway has failed, which may limit requests. */
  slow(sentAt: number): void {
    this.#sentAt = Math.max(this.#sentAt, sentAt);
    this.#interval = Math.max(this.#interval, interval.first);
  }

  /** A refusal. Those that were sent before the last one came belong to the same burst. */
  recordRefusal(now: number, sentAt: number, requestedDelay = Infinity): void {
    if (sentAt <= this.#refusedAt) return;
    this.#interval = Math.max(interval.first, Math.min(interval.max, interval.longer * this.#interval));
    this.#refusedAt = now;
    this.since = Math.min(this.since, now);
    this.#pausedUntil = now + Math.min(requestedDelay, backoff(refusalPause, this.#bursts++));
  }
}
