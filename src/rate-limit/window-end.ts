import { hasJumped, narrow, type ServerClock } from './server-clock.ts';
import { type RateWindow, turnOf } from './window.ts';

/** Milliseconds by which the clock may move from one response to the next. */
const nearly = 20;

/** Milliseconds to which it is worth knowing the server's clock; and no closer than a round trip allows. */
const closeEnough = 8;

/** When the current window ends: what is known of the server's clock, of the length of windows and of the rounding of `reset`. */
export class WindowEnd {
  /** From here on the window may be over, and one request may find out; */
  turnAt = Infinity;
  /** from here on it is over, as far as can be known. */
  overAt = Infinity;
  /** Length of a window in seconds: as documented, until the API shows another. */
  period: number;
  /** The same in milliseconds, as last observed; only to foretell delays. */
  length: number;
  /** The server's time minus ours, in milliseconds, or somewhat less. */
  get offset(): number {
    return this.#clock?.low ?? 0;
  }

  #clock: ServerClock | undefined;
  #roundTrip = Infinity;
  #date: string | null = null;
  #second = NaN;
  #roundedDown = false;
  /** Whether `turnAt` hangs on the estimate of the server's clock. */
  #byClock = false;
  /** When the last request was sent that should have found a new window, and did not; and how many in a row. */
  #earlyAt = -Infinity;
  #early = 0;
  /** When to ask what time the server has; see {@link WindowEnd.sparing}. */
  #askAt = Infinity;

  constructor(length: number) {
    this.length = length;
    this.period = length / 1000;
  }

  assume(length: number): void {
    this.length = length;
    this.period = length / 1000;
  }

  /** Takes in the `Date` of a response. Most have that of the one before. */
  readClock(window: RateWindow, sentAt: number, now: number, date: string | null): void {
    this.#roundTrip = Math.min(this.#roundTrip, now - sentAt);
    if (date !== this.#date) {
      this.#date = date;
      this.#second = date === null ? NaN : Date.parse(date) / 1000;
    }
    if (!(this.#second > 0)) return;
    const clock = narrow(this.#clock, this.#second, sentAt, now);
    if (hasJumped(this.#clock, clock)) {
      // The window's end has moved with the clock.
      window.start = undefined;
      window.sentAt = sentAt;
      window.toldAt = now;
      this.#earlyAt = -Infinity;
    }
    this.#clock = clock;
  }

  /** The epoch second that lies `seconds` from the response that was just read, or up to two less. */
  secondsFromNow(seconds: number, now: number): number {
    if (this.#second > 0) return this.#second + 1 + seconds;
    // Without a `Date` any clock will do.
    this.#clock ??= { low: 0, high: 0, at: now };
    return (now + this.#clock.low) / 1000 + 1 + seconds;
  }

  /** Another window has begun. */
  turned({ reset: announced, start, seen }: RateWindow, now: number, reset: number, reported: number): void {
    this.#early = 0;
    this.#earlyAt = -Infinity;
    if (announced === undefined) return;
    if (reset - announced <= this.period + 1) this.length = Math.max(1, reset - announced) * 1000;
    if (this.#clock === undefined || start === undefined || reported >= seen) return;
    // Over before its reset: that was rounded up. As the window began with a request of ours, we know its length.
    const early = announced * 1000 - (now + this.#clock.high);
    if (early > 50 && early <= 1000) this.period = Math.max(1, Math.floor((now - start[0]) / 1000));
  }

  /** A request that was sent at `sentAt` to find a new window found the old one. */
  notYet({ reset, start }: RateWindow, sentAt: number, refused: boolean): void {
    this.#earlyAt = sentAt;
    this.#early += 1;
    if (!refused || reset === undefined || this.#clock === undefined) return;
    // It still refuses after its reset: that was rounded down. The bounds on the clock may have widened since.
    if (sentAt + this.#clock.low < reset * 1000 - nearly) return;
    this.#roundedDown = true;
    if (start !== undefined) this.period = Math.max(1, Math.floor((sentAt - start[1]) / 1000) + 1);
  }

  /** Draws the conclusions from all of this. */
  plan(window: RateWindow): void {
    if (window.reset === undefined) {
      this.turnAt = this.overAt = Infinity;
      return;
    }
    const turn = turnOf(window, this.#clock, this.period, this.#roundedDown);
    this.#byClock = turn.byClock;
    // A time that is a hair later than the last try is the same one, seen by another clock.
    const tried = this.#earlyAt + (turn.byClock ? nearly : 0);
    const next = Math.min(...[window.retryAt, turn.first, turn.last].filter((time) => time > tried));
    // Nothing that was announced has come true.
    const pause = this.period * 1000 * Math.min(1, 2 ** this.#early / 32);
    this.turnAt = next < Infinity ? next : this.#earlyAt + pause;
    this.overAt = Math.max(turn.last, this.turnAt);
  }

  /**
   * How many of the `left` requests to send now if more are waiting, or when to look again.
   *
   * Where the turn hangs on the server's clock, the last few are sent when their `Date` will tell most: each at a
   * moment at which the server's second may or may not be over, so that each halves the uncertainty. They cost nothing,
   * as they are sent within the window all the same.
   */
  sparing(now: number, left: number, inFlight: number): { readonly room: number; readonly wakeAt: number } {
    const clock = this.#clock;
    if (!this.#byClock || clock === undefined) return { room: left, wakeAt: Infinity };
    const width = clock.high - clock.low;
    const spare = Math.ceil(Math.log2(width / Math.max(closeEnough, 2 * this.#roundTrip)));
    // The window may be over a second before its reset.
    const deadline = this.turnAt - 1000 - width;
    if (spare <= 0 || now >= deadline) return { room: left, wakeAt: Infinity };
    if (left > spare) return { room: left - spare, wakeAt: Infinity };
    if (inFlight > 0) return { room: 0, wakeAt: deadline };

    if (this.#askAt > now + 1000) {
      this.#askAt = now + 1000 - ((now + (clock.low + clock.high + this.#roundTrip) / 2) % 1000);
    }
    if (now < this.#askAt) return { room: 0, wakeAt: Math.min(this.#askAt, deadline) };
    this.#askAt = Infinity;
    return { room: 1, wakeAt: Infinity };
  }
}
