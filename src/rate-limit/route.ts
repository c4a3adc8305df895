import type { Budget } from './budget.ts';
import { CallQueue } from './call-queue.ts';
import { Hold } from './hold.ts';
import { LearnedLimits } from './learned-limits.ts';
import type { QueuedCall } from './queued-call.ts';

/** Resources to remember. */
const mostResources = 100;

/** The calls of one route that wait, and what is known of its limits and its resources. */
export class Route {
  readonly queue = new CallQueue<Route>();
  readonly limits = new LearnedLimits();
  budget: Budget;
  /** Whether a request of the route was sent. */
  wasSent = false;
  /** The limit that the API last reported for the route. */
  reportedLimit: number | undefined;
  /** The first resource that was refused since the route was admitted. */
  suspect: string | undefined;
  /** When the next held call may be sent; set by {@link first}. */
  heldUntil = Infinity;
  #admitted = 0;
  /** Resources that are held, by their paths. */
  readonly #holds = new Map<string, Hold<Route>>();
  /** Resources that were refused and not admitted since: how often while others were admitted, and how many by then. */
  readonly #refused = new Map<string, { readonly times: number; readonly admitted: number }>();
  /** Resources that were admitted lately. */
  readonly #recent = new Set<string>();

  constructor(budget: Budget) {
    this.budget = budget;
  }

  /** Calls that wait, held ones included. */
  get waiting(): number {
    let waiting = this.queue.length;
    for (const { queue } of this.#holds.values()) waiting += queue.length;
    return waiting;
  }

  get isIdle(): boolean {
    return this.waiting === 0 && this.limits.concurrency.inFlight === 0 && !this.limits.isLearned;
  }

  /** The call of a priority to send next. Calls to a held resource are set aside on the way. */
  first(now: number, isBackground: boolean): QueuedCall<Route> | undefined {
    this.heldUntil = Infinity;
    for (const { queue, readyAt } of this.#holds.values()) {
      const call = queue.first;
      if (call?.isBackground === !isBackground || call === undefined) continue;
      if (readyAt <= now) return call;
      this.heldUntil = Math.min(this.heldUntil, readyAt);
    }
    for (;;) {
      const call = this.queue.first(isBackground);
      if (call === undefined) return undefined;
      const hold = this.#holds.get(call.admission.path);
      if (hold === undefined || hold.readyAt <= now) return call;
      this.heldUntil = Math.min(this.heldUntil, hold.readyAt);
      hold.queue.take(call);
    }
  }

  /** All calls that wait. */
  *[Symbol.iterator](): Generator<QueuedCall<Route>> {
    for (const { queue } of this.#holds.values()) yield* queue;
    yield* this.queue;
  }

  /** Predicts the milliseconds until the call at a position among those that wait for the same budget is sent. */
  delay(now: number, path: string, position: number): number {
    const held = (this.#holds.get(path)?.until ?? 0) - now;
    return Math.max(this.budget.delay(now, position), this.limits.delay(now, position), held);
  }

  holdOf(path: string): Hold<Route> | undefined {
    return this.#holds.get(path);
  }

  hold(path: string): Hold<Route> {
    const hold = this.#holds.get(path) ?? new Hold<Route>();
    this.#holds.set(path, hold);
    if (this.#holds.size > mostResources) {
      for (const [other, { queue }] of this.#holds) if (queue.length === 0 && other !== path) this.#holds.delete(other);
    }
    return hold;
  }

  wasAdmitted(path: string): boolean {
    return this.#recent.has(path);
  }

  noteAdmitted(path: string): void {
    this.#admitted += 1;
    this.suspect = undefined;
    this.#refused.delete(path);
    this.#recent.delete(path);
    this.#recent.add(path);
    trim(this.#recent);
    const hold = this.#holds.get(path);
    this.#holds.delete(path);
    while (hold?.queue.first) this.queue.resume(hold.queue.first);
  }

  /** Returns how often a resource was refused in a row while others were admitted. */
  noteRefused(path: string): number {
    const { times, admitted } = this.#refused.get(path) ?? { times: 0, admitted: -1 };
    const now = this.#admitted > admitted ? times + 1 : times;
    this.#refused.set(path, { times: now, admitted: this.#admitted });
    trim(this.#refused);
    this.suspect ??= path;
    return now;
  }
}

/** The first call of a route goes ahead of all others, because its answer shows whether the route has a limit of its own. */
export function rankOf({ route, since }: QueuedCall<Route>): number {
  return route.wasSent ? since : -Infinity;
}

/** Drops the oldest entry if there are too many. */
function trim(entries: Map<string, unknown> | Set<string>): void {
  if (entries.size > mostResources) for (const oldest of entries.keys()) return void entries.delete(oldest);
}
