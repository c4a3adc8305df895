import { parseRetryAfter, readBudget, type ReportedBudget } from './headers.ts';
import type { RateLimitStoreReply, RateLimitStoreRequest } from './store.ts';
import { Trials } from './trials.ts';
import { merge, type RateWindow, relate, shareOf, unannounced, used, type WindowBefore } from './window.ts';
import { WindowEnd } from './window-end.ts';

/** A request that is under way, as the budget knows it. */
export interface Sent extends WindowBefore {
  readonly at: number;
  /** It was sent to find something out, and few others along with it. */
  readonly trial: boolean;
  /** What it is to find out is whether a new window has begun. */
  readonly due: boolean;
}

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
  /** Set by {@link room}: when there will be more room if nothing else happens. */
  wakeAt = Infinity;

  readonly #end: WindowEnd;
  #window: RateWindow;
  #closedUntil = -Infinity;
  /** How often in a row the API refused without a reason that we know of. */
  #unexplained = 0;
  readonly #trials = new Trials();
  /** Our part of what all users of the token together use up in a window. */
  #share = 1;
  /** When requests were answered while the API announces no windows: each counts for a period from then. */
  #answers: number[] = [];

  /** @param length Of a window, in milliseconds. */
  constructor(limit: number, length: number) {
    this.#window = unannounced(limit);
    this.#end = new WindowEnd(length);
  }

  /** Assumes another budget, as long as the API has not announced one. */
  assume(limit: number | undefined, length: number | undefined): void {
    if (this.#window.reset !== undefined) return;
    this.#window.limit = limit ?? this.#window.limit;
    if (length !== undefined) this.#end.assume(length);
  }

  get limit(): number {
    return this.#window.limit;
  }

  /** Epoch seconds on the server's clock; `undefined` while no window is known. */
  reset(now: number): number | undefined {
    return now < this.#end.overAt ? this.#window.reset : undefined;
  }

  /** Requests left in the current window, as far as known. */
  left(now: number): number {
    return now < this.#end.overAt ? this.#left(now) : this.#window.limit;
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
    const opensAgain = now < this.#end.overAt ? Math.min(this.#end.turnAt, this.#expiry()) : Infinity;
    const turn = Math.min(Math.max(0, opensAgain - now), this.#end.length);
    return Math.max(opens, turn) + (Math.ceil(beyond / this.#window.limit) - 1) * this.#end.length;
  }

  /** Whether the API answers, but says nothing of a limit. */
  get isSilent(): boolean {
    return this.#window.reset === undefined && this.admitted > 0;
  }

  /** Whether nothing that was granted for the current window is worth anything. */
  isOver(now: number): boolean {
    return now >= this.#end.overAt;
  }

  /** What a store should know. */
  facts(now: number): Pick<RateLimitStoreRequest, 'inFlight' | 'limit' | 'used' | 'reset' | 'over' | 'closed'> {
    const { limit, seen, reset } = this.#window;
    return {
      inFlight: this.inFlight,
      limit,
      used: Math.min(seen, limit),
      reset: reset ?? 0,
      over: reset === undefined ? -1 : Math.max(0, this.#end.turnAt - now),
      closed: Math.max(0, this.#closedUntil - now),
    };
  }

  /** Takes over what a store knows better. */
  adopt(now: number, { limit, reset, over, closed }: RateLimitStoreReply, isNew: boolean): void {
    const known = this.#window.reset ?? 0;
    if (reset > (isNew ? known : known + 1)) this.#window = { ...unannounced(limit), reset, sentAt: now, toldAt: now };
    if (reset >= known && over > 0) this.#window.retryAt = now + over;
    if (closed > 0) this.#closedUntil = Math.max(this.#closedUntil, now + closed);
    this.#end.plan(this.#window);
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
    return granted > 0 && waiting > granted ? this.#sparing(now, granted) : granted;
  }

  /** How many of `waiting` requests may be sent now. */
  room(now: number, waiting: number): number {
    this.wakeAt = Infinity;
    if (now < this.#closedUntil) return this.#sleepUntil(this.#closedUntil);

    const left = this.#left(now);
    const due = this.#isDue(now, left);
    if (left === 0 && !due) return this.#sleepUntil(Math.min(this.#end.turnAt, this.#expiry()));

    if (due || this.#trials.areNeeded) {
      const trials = this.#trials.room(now, left);
      if (trials === 0) return this.#sleepUntil(this.#trials.nextAt);
      return due ? trials : Math.min(trials, left);
    }
    const share = Math.min(this.#share, shareOf(this.#window));
    if (share < 1) return Math.min(left, Math.max(0, Math.max(1, Math.floor((left * share) / 2)) - this.inFlight));
    return waiting > left ? this.#sparing(now, left) : left;
  }

  /**
   * Counts a request that is sent now.
   *
   * @param due Whether it is to find out if the window is over.
   */
  send(now: number, due = this.#isDue(now, this.#left(now))): Sent {
    const window = this.#window;
    const trial = due || this.#trials.areNeeded;
    if (trial) this.#trials.begin(now);
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
    this.#end.readClock(this.#window, sent.at, now, headers.get('date'));
    const refused = status === 429;
    const report = readBudget(headers);
    const isNews =
      report === undefined ? this.#unreported(sent, now, refused) : this.#reported(sent, now, refused, report);

    if (refused) {
      if (isNews) this.#close(sent, now, report, headers);
    } else {
      this.admitted += 1;
      if (sent.trial && this.#trials.succeed()) this.#unexplained = 0;
    }
    this.#end.plan(this.#window);
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
    return (this.#answers[0] ?? Infinity) + this.#end.period * 1000;
  }

  #isDue(now: number, left: number): boolean {
    return now >= this.#end.turnAt && (left === 0 || now >= this.#end.overAt);
  }

  #sleepUntil(time: number): 0 {
    this.wakeAt = time;
    return 0;
  }

  #sparing(now: number, left: number): number {
    const { room, wakeAt } = this.#end.sparing(now, left, this.inFlight);
    this.wakeAt = wakeAt;
    return room;
  }

  #settle(sent: Sent): void {
    this.inFlight -= 1;
    if (sent.trial) this.#trials.end();
  }

  /** Takes in what the response says of the budget; `false` if that is out of date. */
  #reported(sent: Sent, now: number, refused: boolean, report: ReportedBudget): boolean {
    const limit = Math.max(1, report.limit);
    const reported = Math.max(0, limit - report.remaining);
    const { relative } = report;
    const reset = relative ? this.#end.secondsFromNow(report.reset, now) : report.reset;
    if (report.window !== undefined && report.window > 0) this.#end.period = report.window;

    const window = this.#window;
    // A request that is let through uses up one; one that is refused may not.
    const relation = relate(window, reset, refused ? reported + 1 : reported, sent);
    if (relation === 'newer') {
      this.#end.turned(window, now, reset, reported);
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
      if (window.reset !== undefined) this.turns += 1;
      this.news += 1;
    } else {
      if (refused || relation === 'older') window.own -= 1;
      if (relation === 'older') return false;
      merge(window, limit, reported, sent);
      window.reset = Math.max(window.reset ?? 0, reset);
      if (sent.due) this.#notYet(sent, refused && sent.window === window);
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
      if (sent.due) this.#notYet(sent, false);
    } else if (sent.due && sent.at >= this.#end.overAt) {
      this.#window = unannounced(this.#window.limit);
      this.#answers = [now];
    }
    return true;
  }

  #notYet(sent: Sent, refused: boolean): void {
    this.#end.notYet(this.#window, sent.at, refused);
    this.earlies += 1;
    this.news += 1;
  }

  /** The API refused a request: nothing goes out until it is likely to be let through, and then one at first. */
  #close(sent: Sent, now: number, report: ReportedBudget | undefined, headers: Headers): void {
    // Others of the same burst are refused as well, which says nothing new.
    if (sent.at < this.#closedUntil) return;
    this.#trials.restart();
    this.news += 1;
    this.#end.plan(this.#window);
    const asked = parseRetryAfter(headers, now + this.#end.offset);
    const wait = asked === undefined || asked === 0 ? undefined : Math.min(asked, longestClosure);

    if (report === undefined || report.remaining > 0) {
      // The limit that refused it is not the one that is announced, if any is.
      const guess = this.#window.reset === undefined ? Infinity : 1000 * 2 ** this.#unexplained;
      this.#closedUntil = now + (wait ?? Math.min(guess, this.#end.period * 1000));
      this.#unexplained += 1;
    } else if (wait !== undefined && Math.abs(now + wait - this.#end.turnAt) > 1500) {
      // `Retry-After` is the `reset` once more, unless they are more than a rounding apart.
      if (now + wait > this.#end.turnAt) this.#closedUntil = now + wait;
      else this.#window.retryAt = now + wait;
    }
  }
}
