import { QueueNode } from './linked-queue.ts';
import type { Admission, Permit } from './limiter.ts';

/** A call that waits on a route. */
export class QueuedCall<Route = unknown> extends QueueNode {
  readonly admission: Admission;
  readonly route: Route;
  readonly since: number;
  /** How many requests the API had admitted by then. */
  readonly admitted: number;
  readonly resolve: (permit: Permit | Promise<never>) => void;

  constructor(admission: Admission, route: Route, since: number, admitted: number, resolve: QueuedCall['resolve']) {
    super();
    this.admission = admission;
    this.route = route;
    this.since = since;
    this.admitted = admitted;
    this.resolve = resolve;
  }

  get isBackground(): boolean {
    return isBackground(this.admission);
  }

  /** Resolves with a promise that is rejected: a function that rejects one would take memory for each call that waits. */
  reject(reason: unknown): void {
    this.resolve(Promise.reject(reason));
  }
}

export function isBackground({ priority }: Admission): boolean {
  return priority?.level === 'background';
}
