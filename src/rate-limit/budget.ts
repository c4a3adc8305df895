import { parseRetryAfter, readBudget, type ReportedBudget } from './headers.ts';
import { hasJumped, narrow, type ServerClock } from './server-clock.ts';
import type { RateLimitStoreReply, RateLimitStoreRequest } from './store.ts';
import { merge, type RateWindow, relate, shareOf, turnOf, unannounced, used, type WindowBefore } from './window.ts';

/** A request that is under way, as the budget knows it. */
export interface Sent extends WindowBefore {
  readonly at: number;
  /** It was sent to find something out, and few others along with it. */
  readonly trial: boolean;
  /** What it is to find out is whether a new window has begun. */
  readonly due: boolean;
}

/** Requests under way at once while nothing is known of the budget: few enough to be wrong with. */
const firstBurst = 10;

/** Milliseconds after which an unanswered trial no longer holds back another: some endpoints are slow. */
const patience = 1000;

/** Milliseconds by which the clock may move from one response to the next. */
const nearly = 20;

/** The longest `Retry-After` that is believed, in milliseconds. */
const longestClosure = 3_600_000;

/**
 * What may be sent, and when: the state of one token's rate limit. It holds no timer and no queue: the time is passed
 * in, local and monotonic, in milliseconds.
 */
export class Budget {
  /** Requests that the API has answered other than with 429. */
  admitted = 0;
  inFlight = 0;
  /** Count up what others would like to hear of: anything at all, new windows, and tries that were too early. */
  news = 0;
  turns = 0;
  earlies = 0;
  /** Length of a window in milliseconds, as last observed; only to foretell delays. */
  length: number;
  /** Set by {@link room}: when there will be more room if nothing else happens. */
  wakeAt = Infinity;

  #window: RateWindow;
  /** Length of a window in seconds: as documented, until the API shows another. */
  #period: number;
  #clock: ServerClock | undefined;
  /** From here on the window may be over, and one request may find out; */
  #turnAt = Infinity;
  /** from here on it is over, as far as can be known. */
  #overAt = Infinity;
  /** When the last request was sent that should have found a new window, and did not; and how many in a row. */
  #earlyAt = -Infinity;
  #early = 0;
  #closedUntil = -Infinity;
  /** Trials that may be under way at once; anything may when as many have succeeded. */
  #burst = firstBurst;
  #succeeded = 0;
  #trials = 0;
  #lastTrialAt = -Infinity;
  /** Our part of what all users of the token together use up in a window. */
  #share = 1;
  #roundedDown = false;
  /** Whether the time of the turn hangs on the estimate of the server's clock. */
  #byClock = false;
  /** When to ask what time the server has; see {@link Budget.#exceptForClock}. */
  #askAt = Infinity;
  #roundTrip = Infinity;
  #date: string | null = null;
  #second = NaN;
  /** When requests were answered while the API announces no windows: each counts for a period from then. */
  #answers: number[] = [];

  constructor(limit: number, period: number) {
    this.#window = unannounced(limit);
    this.#period = period;
    this.length = period * 1000;
  }

  /** Assumes another budget, as long as the API has not announced one. */
  assume(limit: number | undefined, period: number | undefined): void {
    if (this.#window.reset !== undefined) return;
    this.#window.limit = limit ?? this.#window.limit;
    this.#period = period ?? this.#period;
    this.length = this.#period * 1000;
  }

  get limit(): number {
    return this.#window.limit;
  }

  /** Epoch seconds on the server's clock; `undefined` while no window is known. */
  reset(now: number): number | undefined {
    return now < this.#overAt ? this.#window.reset : undefined;
  }

  /** Requests left in the current window, as far as known. */
  left(now: number): number {
    return now < this.#overAt ? this.#left(now) : this.#window.limit;
  }

  /** Whether there is nothing here that a new budget would not know as well. */
  isFresh(now: number): boolean {
    return this.inFlight === 0 && now >= this.#closedUntil && this.left(now) === this.#window.limit;
  }

  /** Milliseconds until the request at a place in the queue will be sent, as far as can be foretold; the first place is 1. */
  delay(now: number, place: number): number {
    const beyond = place - this.left(now);
    const opens = Math.max(0, this.#closedUntil - now);
    if (beyond <= 0) return opens;
    const opensAgain = now < this.#overAt ? Math.min(this.#turnAt, this.#expiry()) : Infinity;
    const turn = Math.min(Math.max(0, opensAgain - now), this.length);
    return Math.max(opens, turn) + (Math.ceil(beyond / this.#window.limit) - 1) * this.length;
  }

  /** Whether the API answers, but says nothing of a limit. */
  get isSilent(): boolean {
    return this.#window.reset === undefined && this.admitted > 0;
  }

  /** Whether nothing that was granted for the current window is worth anything. */
  isOver(now: number): boolean {
    return now >= this.#overAt;
  }

  /** What a store should know. */
  facts(now: number): Pick<RateLimitStoreRequest, 'inFlight' | 'limit' | 'used' | 'reset' | 'over' | 'closed'> {
    const { limit, seen, reset } = this.#window;
    return {
      inFlight: this.inFlight,
      limit,
      used: Math.min(seen, limit),
      reset: reset ?? 0,
      over: reset === undefined ? -1 : Math.max(0, this.#turnAt - now),
      closed: Math.max(0, this.#closedUntil - now),
    };
  }

  /** Takes over what a store knows better. */
  adopt(now: number, { limit, reset, over, closed }: RateLimitStoreReply): void {
    const known = this.#window.reset ?? 0;
    if (reset > known + 1) this.#window = { ...unannounced(limit), reset, sentAt: now, toldAt: now };
    if (reset >= known && over > 0) this.#window.retryAt = now + over;
    if (closed > 0) this.#closedUntil = Math.max(this.#closedUntil, now + closed);
    this.#plan();
  }

  /** The store can't be reached: others still use the budget, as far as it last said. */
  goAlone({ reset, used, sharers }: RateLimitStoreReply): void {
    if (reset >= (this.#window.reset ?? 0)) this.#window.seen = Math.max(this.#window.seen, used - this.inFlight);
    this.#share = 1 / sharers;
  }

  /** How many of `waiting` requests may be sent now, of `granted` that a store has granted. */
  roomWithin(granted: number, now: number, waiting: number): number {
    this.wakeAt = Infinity;
    if (now < this.#closedUntil) return this.#sleepUntil(this.#closedUntil);
    return granted > 0 && waiting > granted ? this.#exceptForClock(now, granted) : granted;
  }

  /** How many of `waiting` requests may be sent now. */
  room(now: number, waiting: number): number {
    this.wakeAt = Infinity;
    if (now < this.#closedUntil) return this.#sleepUntil(this.#closedUntil);

    const left = this.#left(now);
    const due = this.#isDue(now, left);
    if (left === 0 && !due) return this.#sleepUntil(Math.min(this.#turnAt, this.#expiry()));

    if (due || this.#burst < Infinity) {
      const trials = Math.min(this.#burst, left > 0 ? firstBurst : 1) - this.#trials;
      if (trials > 0) return due ? trials : Math.min(trials, left);
      return now < this.#lastTrialAt + patience ? this.#sleepUntil(this.#lastTrialAt + patience) : 1;
    }
    const share = Math.min(this.#share, shareOf(this.#window));
    if (share < 1) return Math.min(left, Math.max(0, Math.max(1, Math.floor((left * share) / 2)) - this.inFlight));
    return waiting > left ? this.#exceptForClock(now, left) : left;
  }

  /**
   * Counts a request that is sent now.
   *
   * @param due Whether it is to find out if the window is over.
   */
  send(now: number, due = this.#isDue(now, this.#left(now))): Sent {
    const window = this.#window;
    const trial = due || this.#burst < Infinity;
    if (trial) {
      this.#trials += 1;
      this.#lastTrialAt = now;
    }
    const sent = { window, reset: window.reset, seen: window.seen, lost: window.lost, at: now, trial, due };
    window.own += 1;
    this.inFlight += 1;
    return sent;
  }

  /** Nothing of the request reached the API. */
  unsent(sent: Sent): void {
    this.#settle(sent);
    this.#window.own -= 1;
  }

  /** The request may have been counted, but nobody will say. */
  lost(sent: Sent, now: number): void {
    this.#settle(sent);
    this.#window.lost += 1;
    if (this.#window.reset === undefined) this.#answers.push(now);
  }

  /** The API has answered; `false` if that says nothing of the current window. */
  answered(sent: Sent, now: number, status: number, headers: Headers): boolean {
    this.#settle(sent);
    this.#readClock(sent, now, headers.get('date'));
    const refused = status === 429;
    const report = readBudget(headers);
    const isNews =
      report === undefined ? this.#unreported(sent, now, refused) : this.#reported(sent, now, refused, report);

    if (refused) {
      if (isNews) this.#close(sent, now, report, headers);
    } else {
      this.admitted += 1;
      if (sent.trial && (++this.#succeeded >= this.#burst || this.#trials === 0)) this.#burst = Infinity;
    }
    this.#plan();
    return isNews;
  }

  #left(now: number): number {
    const { limit, reset } = this.#window;
    if (reset !== undefined) return Math.max(0, limit - used(this.#window, this.inFlight));
    while (this.#expiry() <= now) this.#answers.shift();
    return Math.max(0, limit - this.inFlight - this.#answers.length);
  }

  /** When the oldest answer ceases to count, while the API announces no windows. */
  #expiry(): number {
    return (this.#answers[0] ?? Infinity) + this.#period * 1000;
  }

  #isDue(now: number, left: number): boolean {
    return now >= this.#turnAt && (left === 0 || now >= this.#overAt);
  }

  #sleepUntil(time: number): 0 {
    this.wakeAt = time;
    return 0;
  }

  /**
   * Where the time of the turn hangs on the server's clock, and more requests wait than may be sent, the last few are
   * sent when their `Date` will tell most: each at a moment at which the server's second may or may not be over, so
   * that each halves the uncertainty. They cost nothing, as they are sent within the window all the same.
   */
  #exceptForClock(now: number, left: number): number {
    const clock = this.#clock;
    if (!this.#byClock || clock === undefined) return left;
    const width = clock.high - clock.low;
    const kept = Math.ceil(Math.log2(width / Math.max(8, 2 * this.#roundTrip)));
    const deadline = this.#turnAt - 1000 - width;
    if (kept <= 0 || now >= deadline) return left;
    if (left > kept) return left - kept;
    if (this.inFlight > 0) return this.#sleepUntil(deadline);

    if (this.#askAt > now + 1000) {
      this.#askAt = now + 1000 - ((now + (clock.low + clock.high + this.#roundTrip) / 2) % 1000);
    }
    if (now < this.#askAt) return this.#sleepUntil(Math.min(this.#askAt, deadline));
    this.#askAt = Infinity;
    return 1;
  }

  #settle(sent: Sent): void {
    this.inFlight -= 1;
    if (sent.trial) this.#trials -= 1;
  }

  #readClock(sent: Sent, now: number, date: string | null): void {
    this.#roundTrip = Math.min(this.#roundTrip, now - sent.at);
    if (date !== this.#date) {
      this.#date = date;
      this.#second = date === null ? NaN : Date.parse(date) / 1000;
    }
    if (!(this.#second > 0)) return;
    const clock = narrow(this.#clock, this.#second, sent.at, now);
    if (hasJumped(this.#clock, clock)) {
      // The window's end has moved with the clock.
      this.#window.start = undefined;
      this.#window.sentAt = sent.at;
      this.#window.toldAt = now;
      this.#earlyAt = -Infinity;
    }
    this.#clock = clock;
  }

  /** Takes in what the response says of the budget; `false` if that is out of date. */
  #reported(sent: Sent, now: number, refused: boolean, report: ReportedBudget): boolean {
    const limit = Math.max(1, report.limit);
    const reported = Math.max(0, limit - report.remaining);
    const { relative } = report;
    const reset = report.reset + (relative ? this.#serverSecond(now) + 1 : 0);
    if (report.window !== undefined && report.window > 0) this.#period = report.window;

    const window = this.#window;
    // A request that is let through uses up one; one that is refused may not.
    const relation = relate(window, reset, refused ? reported + 1 : reported, sent);
    if (relation === 'newer') {
      this.#learnFromTurn(now, reset, reported);
      if (sent.trial) this.#share = shareOf(window);
      const own = this.inFlight + (refused ? 0 : 1);
      const foreign = Math.max(0, reported - own);
      this.#window = {
        ...unannounced(limit),
        reset,
        relative,
        seen: reported,
        own,
        foreign,
        history: sent.trial ? 0 : foreign,
        sentAt: sent.at,
        toldAt: now,
      };
      this.#answers = [];
      this.#early = 0;
      this.#earlyAt = -Infinity;
      if (window.reset !== undefined) this.turns += 1;
      this.news += 1;
    } else {
      if (refused || relation === 'older') window.own -= 1;
      if (relation === 'older') return false;
      merge(window, limit, reported, sent);
      window.reset = Math.max(window.reset ?? 0, reset);
      if (sent.due) {
        if (refused && sent.window === window) this.#learnFromRefusal(sent);
        this.#wasEarly(sent);
      }
    }
    if (reported === 1 && !refused) this.#window.start ??= [sent.at, now];
    return true;
  }

  /** An answer without a word on the budget; `false` if it is out of date. */
  #unreported(sent: Sent, now: number, refused: boolean): boolean {
    if (this.#window.reset === undefined) {
      if (!refused) this.#answers.push(now);
    } else if (refused) {
      this.#window.own -= 1;
      if (sent.due) this.#wasEarly(sent);
    } else if (sent.due && sent.at >= this.#overAt) {
      this.#window = unannounced(this.#window.limit);
      this.#answers = [now];
    }
    return true;
  }

  #wasEarly(sent: Sent): void {
    this.#earlyAt = sent.at;
    this.#early += 1;
    this.earlies += 1;
    this.news += 1;
  }

  /** The API refused a request: nothing goes out until it is likely to be let through, and then one at first. */
  #close(sent: Sent, now: number, report: ReportedBudget | undefined, headers: Headers): void {
    // Others of the same burst are refused as well, which says nothing new.
    if (sent.at < this.#closedUntil) return;
    this.#burst = 1;
    this.#succeeded = 0;
    this.news += 1;
    this.#plan();
    const asked = parseRetryAfter(headers, now + (this.#clock?.low ?? 0));
    const wait = asked === undefined || asked === 0 ? undefined : Math.min(asked, longestClosure);

    if (report === undefined || report.remaining > 0) {
      // The limit that refused it is not the one that is announced, if any is.
      const guess = this.#window.reset === undefined ? Infinity : 1000 * 2 ** this.#early;
      this.#closedUntil = now + (wait ?? Math.min(guess, this.#period * 1000));
      this.#early += 1;
    } else if (wait !== undefined && Math.abs(now + wait - this.#turnAt) > 1500) {
      // `Retry-After` is the `reset` once more, unless they are more than a rounding apart.
      if (now + wait > this.#turnAt) this.#closedUntil = now + wait;
      else this.#window.retryAt = now + wait;
    }
  }

  /** The server's time in seconds, for a reset that it counts from now. Without a `Date` any clock will do. */
  #serverSecond(now: number): number {
    if (this.#second > 0) return this.#second;
    this.#clock ??= { low: 0, high: 0, at: now };
    return (now + this.#clock.low) / 1000;
  }

  /** A window that is over before its `reset` had that rounded up: if it began with a request of ours, we know its length. */
  #learnFromTurn(now: number, reset: number, reported: number): void {
    const { reset: announced, start, seen } = this.#window;
    if (announced === undefined) return;
    if (reset - announced <= this.#period + 1) this.length = Math.max(1, reset - announced) * 1000;
    if (this.#clock === undefined || start === undefined || reported >= seen) return;
    const early = announced * 1000 - (now + this.#clock.high);
    if (early > 50 && early <= 1000) this.#period = Math.max(1, Math.floor((now - start[0]) / 1000));
  }

  /** A window that still refuses after its `reset` had that rounded down. */
  #learnFromRefusal(sent: Sent): void {
    const { reset, start } = this.#window;
    // The request went out at the very moment, by bounds on the clock that have widened a little since.
    if (reset === undefined || this.#clock === undefined || sent.at + this.#clock.low < reset * 1000 - nearly) return;
    this.#roundedDown = true;
    if (start !== undefined) this.#period = Math.max(1, Math.floor((sent.at - start[1]) / 1000) + 1);
  }

  #plan(): void {
    if (this.#window.reset === undefined) {
      this.#turnAt = this.#overAt = Infinity;
      return;
    }
    const turn = turnOf(this.#window, this.#clock, this.#period, this.#roundedDown);
    this.#byClock = turn.byClock;
    // A time that is a hair later than the last try is the same one, seen by another clock.
    const tried = this.#earlyAt + (turn.byClock ? nearly : 0);
    const backoff = Math.min(1000 * 2 ** (this.#early - 1), this.#period * 1000);
    const next = [this.#window.retryAt, turn.first, turn.last].filter((time) => time > tried);
    this.#turnAt = Math.min(...next);
    if (this.#turnAt === Infinity) this.#turnAt = this.#earlyAt + backoff;
    this.#overAt = Math.max(turn.last, this.#turnAt);
  }
}
