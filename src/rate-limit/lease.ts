import type { Budget } from './budget.ts';
import type { RateLimitStore, RateLimitStoreReply, RateLimitStoreRequest, RateLimitSync } from './store.ts';
import type { Timing } from './timing.ts';

/** Milliseconds that a store may take to answer; then the process goes on alone. */
const slowest = 400;

/** Milliseconds after which slots that nobody needed are given back. */
const idle = 250;

/** Requests to take along for calls that are yet to come, at most: they come one by one, the store is asked in between. */
const largestBlock = 16;

/** Milliseconds between two questions to a store that is out of reach: at first, and at most. */
const retry = { first: 1000, longest: 30_000 };

/** Milliseconds between two looks at what another process is finding out: at first, and at most. */
const look = { first: 4, longest: 64 };

/** A store on a database of your own: `sync` is one atomic step on it. */
export function rateLimitStore(sync: RateLimitSync): RateLimitStore {
  return { lease: (token, budget, timing) => new Lease(sync, sha256(token), budget, timing) };
}

/** In hexadecimal. */
async function sha256(text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The part of a shared budget that this process may use: it is taken in blocks, so that few calls ask the store. */
export class Lease {
  /** Requests that may be sent without asking. */
  left = 0;
  /** The one that is left is to find out whether the window is over. */
  isTrial = false;
  /** Why the store can't be used; `undefined` while it can. */
  outage: { readonly error: unknown } | undefined;

  readonly #sync: RateLimitSync;
  readonly #key: Promise<string>;
  readonly #budget: Budget;
  readonly #timing: Timing;
  #version = 0;
  #unused = 0;
  #news = 0;
  #turns = 0;
  #earlies = 0;
  #isAsking = false;
  /** When it makes sense to ask again. */
  #askAt = -Infinity;
  #askedAt = -Infinity;
  /** There was more to be had when the store was last asked. */
  #more = true;
  #block = 1;
  #pause = look.first;
  #retryAfter = retry.first;
  #last: RateLimitStoreReply | undefined;
  #cancelReturn: (() => void) | undefined;

  constructor(sync: RateLimitSync, key: Promise<string>, budget: Budget, timing: Timing) {
    this.#sync = sync;
    this.#key = key;
    this.#budget = budget;
    this.#timing = timing;
  }

  /** Takes one of what is left; its version is to be handed back with it. */
  take(): number {
    this.left -= 1;
    this.isTrial = false;
    return this.#version;
  }

  /** A request that was granted under a version did not count after all. */
  giveBack(version: number): void {
    if (version === this.#version) this.left += 1;
  }

  /** A request from an earlier window, which was counted in this one to be safe, turned out not to count in it. */
  release(version: number): void {
    if (version !== this.#version) this.#unused += 1;
  }

  /** When to ask next for `waiting` calls; the past if that is now, `Infinity` if there is no need or it is being done. */
  nextAsk(waiting: number): number {
    if (this.#isAsking) return Infinity;
    if (this.outage === undefined && this.#news !== this.#budget.news) return -Infinity;
    return waiting > this.left && (this.left === 0 || this.#more) ? this.#askAt : Infinity;
  }

  /** Asks the store; calls back when that has changed anything. */
  ask(now: number, waiting: number, done: () => void): void {
    this.#isAsking = true;
    this.#cancelReturn?.();
    this.#cancelReturn = undefined;
    // Calls that come one by one get a block along, the more so the faster they come; a queue takes what it needs.
    if (waiting > 0)
      this.#block = waiting === 1 && now - this.#askedAt < 1000 ? Math.min(2 * this.#block, largestBlock) : 1;
    this.#askedAt = now;
    const want = waiting > 0 ? Math.max(0, Math.max(waiting, this.#block) - this.left) : 0;
    const request = { ...this.#budget.facts(now), ...this.#said(), version: this.#version, want, unused: this.#unused };
    this.#unused = 0;

    let isLate = false;
    const finish = (result: RateLimitStoreReply | undefined, error?: unknown) => {
      if (isLate) return;
      isLate = true;
      cancel();
      this.#isAsking = false;
      if (result === undefined) this.#fail(error);
      else this.#apply(result, request);
      done();
    };
    // In two halves: when this process itself has been too busy, the answer is there and is read in between.
    let cancel = this.#timing.after(slowest / 2, () => {
      cancel = this.#timing.after(slowest / 2, () => {
        finish(undefined, new Error(`The rate-limit store did not answer within ${slowest} ms.`));
      });
    });
    // A store of the user's own may also throw at once.
    const sync = async () => this.#sync(await this.#key, request);
    sync().then(finish, (error: unknown) => finish(undefined, error));
  }

  /** Gives back what is left, if nobody needs it for a moment. That keeps no process alive. */
  returnLater(): void {
    if (this.left + this.#unused === 0 || this.outage !== undefined) return;
    this.#cancelReturn ??= this.#timing.after(
      idle,
      () => {
        this.#cancelReturn = undefined;
        this.#unused += this.left;
        this.left = 0;
        if (!this.#isAsking) this.ask(this.#timing.now(), 0, () => undefined);
      },
      true,
    );
  }

  /** Calls are coming: what is left is needed. */
  keep(): void {
    this.#cancelReturn?.();
    this.#cancelReturn = undefined;
  }

  /** The window is over, and what is left of it worth nothing. */
  void(): void {
    this.left = 0;
  }

  #said(): Pick<RateLimitStoreRequest, 'turned' | 'early'> {
    const { news, turns, earlies } = this.#budget;
    const said = { turned: turns !== this.#turns, early: earlies !== this.#earlies };
    this.#news = news;
    this.#turns = turns;
    this.#earlies = earlies;
    return said;
  }

  #apply(reply: RateLimitStoreReply, { want }: RateLimitStoreRequest): void {
    const now = this.#timing.now();
    this.outage = undefined;
    this.#retryAfter = retry.first;
    this.#last = reply;
    const isNew = reply.version !== this.#version;
    if (isNew) this.left = 0;
    this.#version = reply.version;
    this.left += reply.granted;
    this.isTrial = reply.granted > 0 && reply.over === 0;
    this.#more = reply.granted > 0 && !this.isTrial && reply.used < reply.limit;
    this.#budget.adopt(now, reply, isNew);

    if (reply.granted > 0 || want === 0) {
      this.#pause = look.first;
      this.#askAt = this.isTrial ? now + 1000 : now;
    } else if (reply.closed > 0) {
      this.#askAt = now + reply.closed;
    } else if (reply.over === 0 || reply.reset === 0) {
      this.#askAt = now + this.#pause;
      this.#pause = Math.min(2 * this.#pause, look.longest);
    } else {
      // Not only at the end: until then, slots may be given back, and others may come to know better when it is.
      this.#askAt = now + Math.max(look.first, 0.75 * reply.over);
    }
  }

  #fail(error: unknown): void {
    if (this.outage === undefined) {
      this.outage = { error };
      if (this.#last !== undefined) this.#budget.goAlone(this.#last);
    }
    this.left = 0;
    this.#version = 0;
    this.#askAt = this.#timing.now() + this.#retryAfter;
    this.#retryAfter = Math.min(2 * this.#retryAfter, retry.longest);
  }
}
