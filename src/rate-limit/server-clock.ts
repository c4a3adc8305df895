import { resetJitter, type ResponseFacts } from './headers.ts';

/** Milliseconds by which the computer's clock may be behind and still be used if there is no `Date`. */
const maxDisagreement = 60_000;

/**
 * The server's clock. A `Date` is its time, rounded down to a second, at some moment between `sentAt` and `now`. The
 * greatest bound is the best one, unless a response shows that it can't be true: then one of the clocks was set, or runs
 * at another speed.
 */
export class ServerClock {
  /** How far the server's clock (epoch milliseconds) is ahead of the local monotonic one, at least. */
  #ahead: number | undefined;
  /** The same by the computer's clock. It applies if there was no `Date`. */
  #localAhead: number | undefined;

  /** `undefined` while it is not known. */
  get ahead(): number | undefined {
    return this.#ahead ?? this.#localAhead;
  }

  /** Takes over what another process knows. */
  adopt(ahead: number): void {
    this.#ahead = ahead;
  }

  observe(now: number, sentAt: number, { servedAt }: ResponseFacts): void {
    if (servedAt === undefined) return;
    const max = servedAt + 1000 - sentAt;
    const known = this.#ahead !== undefined && this.#ahead <= max ? this.#ahead : -Infinity;
    this.#ahead = Math.max(known, servedAt - now);
  }

  /**
   * Takes in the first response about a window, and forgets what others have shown.
   *
   * @param length Milliseconds that a window lasts, as configured.
   */
  restart(now: number, sentAt: number, response: ResponseFacts, reset: number, length: number): void {
    this.#ahead = undefined;
    this.observe(now, sentAt, response);
    // If the window was over by the computer's clock when the request was sent, that clock is ahead.
    const left = reset * 1000 - response.receivedAt;
    const isPlausible = left > sentAt - now - 1000 * resetJitter && left < length + maxDisagreement;
    this.#localAhead = isPlausible ? response.receivedAt - now : undefined;
  }
}
