import { CallQueue } from './queue.ts';
import { Throttle } from './throttle.ts';
import { Alarm, type Timing } from './timing.ts';

/** Milliseconds after which it is forgotten that a resource was refused. */
const memory = 60_000;

/** Refusals in a row after which waiting is not believed to help. */
const maxFailures = 8;

/** A resource that was refused. Its calls wait here, and are tried one at a time until one is admitted. */
export class RefusedResource extends Throttle {
  readonly queue = new CallQueue();
  /** Whether its last refusal was the first in a row of the token, and may have been about it alone. */
  isLone = false;
  readonly #alarm: Alarm;
  #refusedAt = -Infinity;

  /** @param onReady Called when the next call may be tried. */
  constructor(timing: Timing, onReady: () => void) {
    super(0);
    this.#alarm = new Alarm(timing, onReady);
  }

  /** Whether waiting may help. */
  get isHopeful(): boolean {
    return this.failures <= maxFailures;
  }

  /** Sets the timer for the next call. */
  update(): void {
    this.#alarm.set(this.queue.length === 0 ? Infinity : this.readyAt);
  }

  override refused(now: number, order: number, last: number, wait: number | undefined): boolean {
    this.#refusedAt = now;
    return super.refused(now, order, last, wait);
  }

  /** Whether two refusals in a row were about it alone. `admittedAt` is when any call was last admitted. */
  isSingle(admittedAt: number): boolean {
    return this.failures > 1 && admittedAt > this.#refusedAt;
  }

  isForgotten(now: number): boolean {
    return this.queue.length === 0 && now >= Math.max(this.#refusedAt, this.readyAt) + memory;
  }
}
