import type { QueuedCall } from './queued-call.ts';
import { LinkedQueue } from './linked-queue.ts';

/** Milliseconds until a refused resource is tried again, unless the API says so: at first, and at most. */
const retryDelay = { first: 1000, longest: 60_000 };

/** Holds the calls to one resource that the API refuses while it admits others. One call at a time probes it. */
export class Hold<Route = unknown> {
  readonly queue = new LinkedQueue<QueuedCall<Route>>();
  /** Whether a probe is in flight. */
  isProbing = false;
  until = -Infinity;
  #refusedAt = -Infinity;
  failures = 0;

  refused(sentAt: number, now: number, wait: number | undefined): void {
    if (sentAt <= this.#refusedAt) return;
    this.until = now + (wait ?? Math.min(retryDelay.first * 2 ** this.failures, retryDelay.longest));
    this.failures += 1;
    this.#refusedAt = now;
  }

  /** When the next call may be sent; `Infinity` if an answer has to arrive first. */
  get readyAt(): number {
    return this.isProbing ? Infinity : this.until;
  }
}
