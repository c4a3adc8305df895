import { CallQueue } from './queue.ts';
import { Throttle } from './throttle.ts';
import { Alarm, type Timing } from './timing.ts';

/** Milliseconds after which it is forgotten that a resource was refused. */
const memory = 60_000;

/** Refusals in a row after which waiting is not believed to help. */
const maxFailures = 8;

/** Refusals in a row after which more of them say nothing about the token, if other calls are admitted. */
const enough = 2;

/** A resource that was refused. Its calls wait here, and are tried one at a time until one is admitted. */
export class RefusedResource {
  readonly throttle = new Throttle(0);
  readonly queue = new CallQueue();
  /** Whether its last refusal was the first in a row of the token, and may have been about it alone. */
  isLone = false;
  readonly #alarm: Alarm;
  #refusedAt = -Infinity;

  /** @param onReady Called when the next call may be tried. */
  constructor(timing: Timing, onReady: () => void) {
    this.#alarm = new Alarm(timing, onReady);
  }

  /** Whether waiting may help. */
  get isHopeful(): boolean {
    return this.throttle.failures <= maxFailures;
  }

  /** Sets the timer for the next call. */
  update(): void {
    this.#alarm.set(this.queue.length === 0 ? Infinity : this.throttle.readyAt);
  }

  refused(now: number, order: number, last: number, wait: number | undefined, isLone: boolean): void {
    this.throttle.refused(now, order, last, wait);
    this.#refusedAt = now;
    this.isLone = isLone;
  }

  /** Whether its refusals are known to be about it alone. `admittedAt` is when any call was last admitted. */
  isSingle(admittedAt: number): boolean {
    return this.throttle.failures >= enough && admittedAt > this.#refusedAt;
  }

  isForgotten(now: number): boolean {
    return this.queue.length === 0 && now >= Math.max(this.#refusedAt, this.throttle.readyAt) + memory;
  }
}
