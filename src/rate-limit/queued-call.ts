import { type LinkedQueue, QueueNode } from './linked-queue.ts';
import type { Admission, Permit } from './limiter.ts';

/** A call that waits on a route. */
export class QueuedCall<Route = unknown> extends QueueNode {
  readonly admission: Admission;
  readonly route: Route;
  readonly since: number;
  /** How many requests the API had admitted by then. */
  readonly admitted: number;
  readonly resolve: (permit: Permit | Promise<never>) => void;
  /** Identifies its request among those of its priority; `undefined` if no other call can share it. */
  key: string | undefined;
  /** Calls of its priority for the same request. They are in no other queue. */
  followers: LinkedQueue<QueuedCall<Route>> | undefined;

  constructor(admission: Admission, route: Route, since: number, admitted: number, resolve: QueuedCall['resolve']) {
    super();
    this.admission = admission;
    this.route = route;
    this.since = since;
    this.admitted = admitted;
    this.resolve = resolve;
    this.key = keyOf(admission);
  }

  get isBackground(): boolean {
    return isBackground(this.admission);
  }

  /** The call and its followers. */
  get group(): QueuedCall<Route>[] {
    return this.followers === undefined ? [this] : [this, ...this.followers];
  }

  /** Resolves with a promise that is rejected: a function that rejects one would take memory for each call that waits. */
  reject(reason: unknown): void {
    this.resolve(Promise.reject(reason));
  }
}

export function isBackground({ priority }: Admission): boolean {
  return priority?.level === 'background';
}

/** The key of a request for calls of another priority than the one that has this key. A path begins with a slash. */
export function otherKey(key: string): string {
  return key.startsWith('~') ? key.slice(1) : `~${key}`;
}

export function keyOf(admission: Admission): string | undefined {
  const { key } = admission;
  return key !== undefined && isBackground(admission) ? otherKey(key) : key;
}
