import type { GateChange, LimiterObserver, RateLimitStoreChange } from './limiter.ts';

/** The clients whose calls are in progress, and what they were told. A client without calls is not held. */
export class Observers {
  readonly #calls = new Map<LimiterObserver, number>();
  /** The outage of the store, if there is one, and who knows of it. */
  #outage: RateLimitStoreChange | undefined;
  readonly #notified = new Set<LimiterObserver>();

  /** A call begins. */
  add(observer: LimiterObserver | undefined): void {
    if (observer === undefined) return;
    this.#calls.set(observer, (this.#calls.get(observer) ?? 0) + 1);
    if (this.#outage !== undefined) this.#notify(observer, this.#outage);
  }

  /** A call has ended. */
  remove(observer: LimiterObserver | undefined): void {
    if (observer === undefined) return;
    const calls = this.#calls.get(observer) ?? 0;
    if (calls > 1) this.#calls.set(observer, calls - 1);
    else this.#calls.delete(observer);
  }

  onGateChange(change: GateChange): void {
    for (const observer of this.#calls.keys()) observer.onGateChange(change);
  }

  onStoreChange(change: RateLimitStoreChange): void {
    this.#outage = change.available ? undefined : change;
    if (change.available) {
      for (const observer of this.#notified) observer.onStoreChange(change);
      this.#notified.clear();
    } else for (const observer of this.#calls.keys()) this.#notify(observer, change);
  }

  #notify(observer: LimiterObserver, outage: RateLimitStoreChange): void {
    if (this.#notified.has(observer)) return;
    this.#notified.add(observer);
    observer.onStoreChange(outage);
  }
}
