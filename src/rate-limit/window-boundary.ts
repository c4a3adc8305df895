import { hasJumped, narrow, type ServerClock } from './server-clock.ts';
import { boundaryOf, type RateWindow } from './window.ts';

/** Milliseconds by which the estimate of the clock may move from one response to the next. */
const tolerance = 20;

/** Milliseconds within which it is worth knowing the server's clock, unless a round trip takes longer. */
const precision = 8;

/** When the current window ends, from what is known of the server's clock, window length and rounding of `reset`. */
export class WindowBoundary {
  /** When the window may have ended, and one probe may be sent to find out. */
  probeAt = Infinity;
  /** When the window has ended, as far as is known. */
  expiresAt = Infinity;
  /** Length of a window in seconds: as documented, until the API shows another. */
  period: number;
  /** The same in milliseconds, as last observed. Only used to predict delays. */
  length: number;
  /** The server's time minus ours in milliseconds, or slightly less. */
  get offset(): number {
    return this.#clock?.low ?? 0;
  }

  #clock: ServerClock | undefined;
  #roundTrip = Infinity;
  #date: string | null = null;
  #second = NaN;
  #roundedDown = false;
  /** Whether `probeAt` depends on the estimate of the server's clock. */
  #byClock = false;
  /** When the last probe was sent that found the old window, and how many failed in a row. */
  #failedAt = -Infinity;
  #failures = 0;
  #slides = false;
  #maySlide = false;
  /** When to sample the server's clock next; see {@link WindowBoundary.sampleClock}. */
  #sampleAt = Infinity;

  constructor(length: number) {
    this.length = length;
    this.period = length / 1000;
  }

  assume(length: number): void {
    this.length = length;
    this.period = length / 1000;
  }

  /** Reads the `Date` of a response. Most have the same as the one before. */
  readClock(window: RateWindow, sentAt: number, now: number, date: string | null): void {
    this.#roundTrip = Math.min(this.#roundTrip, now - sentAt);
    if (date !== this.#date) {
      this.#date = date;
      this.#second = date === null ? NaN : Date.parse(date) / 1000;
    }
    if (!(this.#second > 0)) return;
    const clock = narrow(this.#clock, this.#second, sentAt, now);
    if (hasJumped(this.#clock, clock)) {
      // The end of the window has moved with the clock.
      window.start = undefined;
      window.sentAt = sentAt;
      window.answeredAt = now;
      this.#failedAt = -Infinity;
    }
    this.#clock = clock;
  }

  /** The epoch second that is `seconds` after the response that was just read, or up to two seconds earlier. */
  secondsFromNow(seconds: number, now: number): number {
    if (this.#second > 0) return this.#second + 1 + seconds;
    // Without a `Date`, any clock will do.
    this.#clock ??= { low: 0, high: 0, at: now };
    return (now + this.#clock.low) / 1000 + 1 + seconds;
  }

  /** A new window has begun; the given one has ended. */
  rolledOver(ended: RateWindow, now: number, reset: number, reported: number): void {
    this.#failures = 0;
    this.#failedAt = -Infinity;
    this.#maySlide = this.#slides;
    if (ended.reset === undefined) return;
    if (reset - ended.reset <= this.period + 1) this.length = Math.max(1, reset - ended.reset) * 1000;
    if (this.#clock === undefined || ended.start === undefined || reported >= ended.reported) return;
    // It ended before its reset, which was rounded up. It began with a request of ours, so its length is known.
    const early = ended.reset * 1000 - (now + this.#clock.high);
    if (early > 50 && early <= 1000) this.period = Math.max(1, Math.floor((now - ended.start[0]) / 1000));
  }

  /** A probe that was sent at `sentAt` found the old window. */
  probeFailed({ reset, start }: RateWindow, sentAt: number, refused: boolean): void {
    this.#failedAt = sentAt;
    this.#failures += 1;
    if (!refused || reset === undefined || this.#clock === undefined) return;
    // Refused after the reset, which was rounded down. The bounds on the clock may have widened since.
    if (sentAt + this.#clock.low < reset * 1000 - tolerance) return;
    this.#roundedDown = true;
    if (start !== undefined) this.period = Math.max(1, Math.floor((sentAt - start[1]) / 1000) + 1);
  }

  /**
   * A probe has found that the limit is used up. If that is so as a window begins, or if the probe was admitted before one
   * begins, the limit refills continuously: it slides.
   */
  probedFull(isNewer: boolean, isSameWindow: boolean, refused: boolean): void {
    if (isNewer && isSameWindow && !refused) this.#slides = true;
    else if (!isNewer && refused) this.#slides = false;
    this.#maySlide = this.#slides || isNewer;
  }

  /** When a limit that is used up allows the next request; `Infinity` if that is when the window ends. */
  refillsAt(now: number, limit: number): number {
    return this.#maySlide ? now + (this.period * 1000) / limit : Infinity;
  }

  /** Computes `probeAt` and `expiresAt` again. */
  update(window: RateWindow): void {
    if (window.reset === undefined) {
      this.probeAt = this.expiresAt = Infinity;
      return;
    }
    const { earliest, latest, byClock } = boundaryOf(window, this.#clock, this.period, this.#roundedDown);
    this.#byClock = byClock;
    // A time that is a few milliseconds after the failed probe is the same time, by a better estimate of the clock.
    const tried = this.#failedAt + (byClock ? tolerance : 0);
    const next = Math.min(...[window.retryAt, earliest, latest].filter((time) => time > tried));
    // Every announced time has passed.
    const pause = this.period * 1000 * Math.min(1, 2 ** this.#failures / 32);
    this.probeAt = next < Infinity ? next : this.#failedAt + pause;
    this.expiresAt = Math.max(latest, this.probeAt);
  }

  /**
   * How many of the `remaining` requests to send now if more calls wait, or when to look again.
   *
   * If the boundary depends on the server's clock, the last few requests of a window are sent when their `Date` tells
   * most: at a moment when the server's second may or may not have passed, so that each halves the uncertainty. They
   * cost nothing, because they are sent within the window all the same.
   */
  sampleClock(
    now: number,
    remaining: number,
    inFlight: number,
  ): { readonly available: number; readonly wakeAt: number } {
    const clock = this.#clock;
    if (!this.#byClock || clock === undefined) return { available: remaining, wakeAt: Infinity };
    const width = clock.high - clock.low;
    const samples = Math.ceil(Math.log2(width / Math.max(precision, 2 * this.#roundTrip)));
    // The window may end a second before its reset.
    const deadline = this.probeAt - 1000 - width;
    if (samples <= 0 || now >= deadline) return { available: remaining, wakeAt: Infinity };
    if (remaining > samples) return { available: remaining - samples, wakeAt: Infinity };
    if (inFlight > 0) return { available: 0, wakeAt: deadline };

    if (this.#sampleAt > now + 1000) {
      this.#sampleAt = now + 1000 - ((now + (clock.low + clock.high + this.#roundTrip) / 2) % 1000);
    }
    if (now < this.#sampleAt) return { available: 0, wakeAt: Math.min(this.#sampleAt, deadline) };
    this.#sampleAt = Infinity;
    return { available: 1, wakeAt: Infinity };
  }
}

/** Whether a window looks as if it had been used up when it began. The probe that reports it may be a second late. */
export function isNearlyFull(reported: number, limit: number): boolean {
  return reported >= 0.9 * limit;
}
