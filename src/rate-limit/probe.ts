import { backoff } from '../utils/timing.ts';

/** Milliseconds until the next request after one that failed. It doubles each time. */
const failurePause = { first: 100, max: 8_000 };

/** Milliseconds after which another request is sent, if the last one has brought nothing. It doubles each time. */
const unansweredPause = { first: 1000, max: 8_000 };

/**
 * Sends one request at a time: while no window is known, until a response announces one; and while requests fail, after
 * longer and longer pauses, until one is admitted.
 */
export class Probe {
  /** When the request under way was sent. */
  #sentAt = -Infinity;
  /** Requests in a row that were sent although the one before had no response. */
  #unanswered = 0;
  /** Requests in a row that failed. */
  #failures = 0;
  /** When the last request that failed was sent. */
  #failedSentAt = -Infinity;
  /** Until when the next request waits after a failure. */
  #pausedUntil = -Infinity;
  /** Until when the API has asked to wait, when it failed. */
  askedUntil = -Infinity;

  /** True if the last probe failed, or the last request could not be sent. */
  get isFailing(): boolean {
    return this.#failures > 0;
  }

  /** @param isBacklog True if other calls wait. They pause after a failure; a call that is alone does not. */
  readyAt(isBacklog: boolean): number {
    const wait = backoff(unansweredPause, this.#unanswered);
    return Math.max(this.#sentAt + wait, isBacklog ? this.#pausedUntil : -Infinity);
  }

  sent(now: number): void {
    if (this.#sentAt > -Infinity) this.#unanswered += 1;
    this.#sentAt = now;
  }

  /** The request has ended, and another one may be sent. */
  ended(): void {
    this.#sentAt = -Infinity;
  }

  /**
   * A request has failed. During a pause, it does not prolong it: others were in flight with the first one that failed,
   * or a call was alone and did not wait.
   *
   * @param sentAt When it was sent.
   * @param wait Milliseconds that the API asks to wait.
   */
  failed(now: number, sentAt: number, wait = 0): void {
    this.#failedSentAt = Math.max(this.#failedSentAt, sentAt);
    this.askedUntil = Math.max(this.askedUntil, now + wait);
    if (now < this.#pausedUntil) return;
    this.#pausedUntil = now + backoff(failurePause, this.#failures);
    this.#failures += 1;
  }

  /** A request was admitted. A response on its way when the others failed does not show that the API works again. */
  admitted(sentAt: number): void {
    if (sentAt < this.#failedSentAt) return;
    this.#failures = this.#unanswered = 0;
    this.#pausedUntil = this.askedUntil = -Infinity;
  }
}
