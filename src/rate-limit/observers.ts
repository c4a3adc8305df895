import type { GateChange, LimiterObserver } from './limiter.ts';
import type { RateLimitStoreChange } from './share.ts';

/** Tells the clients whose calls are in progress what changes. A client without calls is not held. */
export class Observers {
  readonly #calls = new Map<LimiterObserver, number>();
  #outage: RateLimitStoreChange | undefined;
  /** Those that know of the outage. */
  readonly #notified = new Set<LimiterObserver>();

  /** A call begins. */
  add(observer: LimiterObserver | undefined): void {
    if (observer === undefined) return;
    this.#calls.set(observer, (this.#calls.get(observer) ?? 0) + 1);
    this.#notify(observer);
  }

  /** A call has ended. */
  remove(observer: LimiterObserver | undefined): void {
    if (observer === undefined) return;
    const calls = (this.#calls.get(observer) ?? 0) - 1;
    if (calls > 0) this.#calls.set(observer, calls);
    else this.#calls.delete(observer);
  }

  onGateChange(change: GateChange): void {
    for (const observer of this.#calls.keys()) observer.onGateChange(change);
  }

  onStoreChange(change: RateLimitStoreChange): void {
    this.#outage = change.available ? undefined : change;
    for (const observer of this.#calls.keys()) this.#notify(observer);
    if (!change.available) return;
    for (const observer of this.#notified) observer.onStoreChange(change);
    this.#notified.clear();
  }

  #notify(observer: LimiterObserver): void {
    if (this.#outage === undefined || this.#notified.has(observer)) return;
    this.#notified.add(observer);
    observer.onStoreChange(this.#outage);
  }
}
