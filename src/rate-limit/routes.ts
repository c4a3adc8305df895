import { Budget } from './budget.ts';
import type { Admission } from './limiter.ts';
import type { WaitingCalls } from './lease.ts';
import type { QueuedCall } from './queued-call.ts';
import { Route } from './route.ts';

/** Routes beyond which idle ones are dropped. */
const mostRoutes = 100;

/** The documented limit: 100 requests per minute. */
const documented = { limit: 100, window: 60_000 };

/** The routes that a token is used for, and the budget of each: routes that report the same limit share one. */
export class Routes {
  /** The budget of routes that have not reported a limit of their own. */
  budget = new Budget(documented.limit, documented.window);
  readonly #routes = new Map<string, Route>();

  /** The route of a call. */
  of({ method, route }: Admission): Route {
    const key = `${method} ${route}`;
    const known = this.#routes.get(key);
    if (known !== undefined) return known;
    if (this.#routes.size >= mostRoutes) {
      for (const [other, { isIdle }] of this.#routes) if (isIdle) this.#routes.delete(other);
    }
    const created = new Route(this.budget);
    this.#routes.set(key, created);
    return created;
  }

  /** A route reports its limit. If another route of its budget reports another one, they don't share a budget. */
  report(route: Route, limit: number): void {
    route.reportedLimit = limit;
    const { budget } = route;
    if (budget.isUnannounced !== false || limit === budget.limit) return;
    const others = [...this].filter((other) => other !== route);
    const same = others.find((other) => other.budget !== budget && other.budget.limit === limit);
    const differs = others.some(({ budget: its, reportedLimit }) => its === budget && reportedLimit !== undefined);
    if (same !== undefined) route.budget = same.budget;
    else if (differs) route.budget = new Budget(limit, documented.window);
    // The limit of all of them has changed.
    if (others.every((other) => other.budget !== this.budget)) this.budget = route.budget;
  }

  /** How many requests that wait for the same budget would be sent before that of a call that arrives now. */
  before(call: QueuedCall<Route>): number {
    const { queue, budget } = call.route;
    let before = queue.before(call.admission);
    for (const other of this) {
      if (other.queue !== queue && other.budget === budget) before += other.queue.before(call.admission);
    }
    return before;
  }

  /** Calls that wait for a budget, except those that are held. */
  waitingFor(budget: Budget): WaitingCalls {
    const waiting = { normal: 0, background: 0 };
    for (const { queue, budget: its } of this) {
      if (its !== budget) continue;
      waiting.normal += queue.normal;
      waiting.background += queue.length - queue.normal;
    }
    return waiting;
  }

  /** Normal calls that wait, except those that are held. */
  get normal(): number {
    let normal = 0;
    for (const { queue } of this) normal += queue.normal;
    return normal;
  }

  /** Whether a background call waits. */
  get hasBackground(): boolean {
    for (const { queue } of this) if (queue.first(true) !== undefined) return true;
    return false;
  }

  get isIdle(): boolean {
    return [...this].every(({ isIdle }) => isIdle);
  }

  [Symbol.iterator](): MapIterator<Route> {
    return this.#routes.values();
  }
}
