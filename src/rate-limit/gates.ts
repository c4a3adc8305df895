import type { RequestTarget } from '../errors/index.ts';
import { Gate } from './gate.ts';
import { Heap } from './heap.ts';
import type { GateChange } from './limiter.ts';
import type { WaitingCall } from './queue.ts';

/** Refusals of a resource in a row after which waiting is not believed to help. */
const mostFailures = 8;

/** Refusals of a resource in a row that are still bad luck while its route or the token is limited. */
const mostUnlucky = 2;

/** What was refused first since one that was sent later was admitted. */
interface Suspect {
  readonly member: string;
  readonly order: number;
}

/** A refused request. */
export interface Refusal extends RequestTarget {
  readonly order: number;
  /** Milliseconds that the API asks to wait. */
  readonly wait: number | undefined;
}

/**
 * Finds out what a refusal is about that the window doesn't explain. It counts against its resource alone. Only if a second
 * innocent one is refused before one that was sent later is admitted, the gate of the route closes; with two routes, the gate
 * of the token. A resource is innocent while nothing is held against it.
 */
export class Gates {
  token: Gate | undefined;
  readonly #resources = new Map<string, Gate>();
  readonly #routes = new Map<string, Gate>();
  /** By route, and for the token. */
  readonly #suspects = new Map<string, Suspect>();
  readonly #waking = new Heap<Gate>((gate) => gate.wakeAt);
  readonly #onChange: (change: GateChange, gate: Gate) => void;
  /** Requests that were admitted lately; halves in about 0.7 s. */
  #admitted = 0;
  #admittedAt = -Infinity;

  constructor(onChange: (change: GateChange, gate: Gate) => void) {
    this.#onChange = onChange;
  }

  get isEmpty(): boolean {
    return this.#waking.first === undefined && this.token === undefined;
  }

  /** Whether anything was ever admitted. */
  get hasAdmitted(): boolean {
    return this.#admittedAt > -Infinity;
  }

  /** When the next gate has something to do. */
  get wakeAt(): number {
    return this.#waking.first?.wakeAt ?? Infinity;
  }

  /** The gate that a call has to pass next, unless it is the token's. */
  holding(target: RequestTarget, call?: WaitingCall): Gate | undefined {
    if (this.isEmpty) return undefined;
    const resource = this.#resources.get(resourceOf(target));
    if (resource !== undefined && !hasPassed(resource, call)) return resource;
    const route = this.#routes.get(routeOf(target));
    return route !== undefined && !hasPassed(route, call) ? route : undefined;
  }

  /** The gates that a request is about. */
  *of(target: RequestTarget): Generator<Gate> {
    if (this.isEmpty) return;
    const gates = [this.#resources.get(resourceOf(target)), this.#routes.get(routeOf(target)), this.token];
    for (const gate of gates) if (gate !== undefined) yield gate;
  }

  /** A gate that has something to do: to let a call pass, to reject one, or to be forgotten. */
  due(now: number): Gate | undefined {
    const gate = this.#waking.first;
    return gate !== undefined && gate.wakeAt <= now ? gate : undefined;
  }

  /** Decides anew when a gate has something to do. */
  update(gate: Gate): void {
    this.#waking.remove(gate);
    if (!this.#isClosed(gate)) return;
    const { queue } = gate;
    gate.wakeAt = queue.length === 0 ? gate.forgottenAt : Math.min(gate.readyAt, queue.expiresAt);
    this.#waking.push(gate);
  }

  sent(target: RequestTarget, now: number, order: number): void {
    for (const gate of this.of(target)) {
      gate.sent(now, order);
      this.update(gate);
    }
  }

  /** A request came to an end, whatever it was. */
  settled(target: RequestTarget, order: number): void {
    for (const gate of this.of(target)) {
      gate.settled(order);
      this.update(gate);
    }
  }

  admitted(now: number, target: RequestTarget, order: number, isRetry: boolean): void {
    this.#admitted = this.#rateAt(now) + 1;
    this.#admittedAt = now;
    const { token } = this;
    for (const key of [routeOf(target), tokenKey]) {
      const suspect = this.#suspects.get(key);
      if (suspect !== undefined && suspect.order < order) this.#suspects.delete(key);
    }
    for (const gate of this.of(target)) {
      gate.admitted(order, isRetry, this.#admitted);
      if (gate.scope === 'resource' ? gate.queue.length === 0 : now >= gate.forgottenAt) this.open(gate, 'it is admitted again');
      else if (gate !== token) this.update(gate);
    }
  }

  /** @param last The last request that was sent. Returns whether waiting may help. */
  refused(now: number, refusal: Refusal, last: number): boolean {
    const rate = this.#rateAt(now);
    const { order, wait } = refusal;
    const [resource, route] = [resourceOf(refusal), routeOf(refusal)];
    const known = this.#resources.get(resource);
    const gate = known ?? this.#close('resource', resource, resource, now, rate, order - 1, 'it was refused');
    gate.refused(now, order, wait, rate, last);
    this.update(gate);
    // A route without ids is the same as its resource.
    if (route !== resource) this.#widen('route', route, resource, gate.failures, now, refusal, last);
    this.#widen('token', tokenKey, route, gate.failures, now, refusal, last);
    return this.hasAdmitted && gate.failures <= mostFailures;
  }

  open(gate: Gate, why: string): void {
    const { scope, target } = gate;
    if (scope === 'token') this.token = undefined;
    else this.#mapOf(scope).delete(target ?? '');
    this.#waking.remove(gate);
    this.#onChange({ isOpen: true, scope, target, reason: why }, gate);
  }

  /** Counts a refusal against a route or the token, one of whose members it is about. */
  #widen(
    scope: 'route' | 'token',
    key: string,
    member: string,
    failures: number,
    now: number,
    refusal: Refusal,
    last: number,
  ): void {
    const { order } = refusal;
    const gate = scope === 'token' ? this.token : this.#routes.get(key);
    if (gate !== undefined) {
      // Others are admitted meanwhile, so that it is about the resource.
      if (failures > (gate.isConfirmed ? mostUnlucky : 1) && gate.hasAdmitted && gate.failures === 0) {
        if (!gate.isConfirmed && ++gate.refusedAgain > 1) this.open(gate, 'only some resources are refused, again and again');
        return;
      }
      gate.refused(now, order, undefined, this.#rateAt(now), last);
      this.update(gate);
      return;
    }
    if (failures > 1) return;
    const suspect = this.#suspects.get(key);
    if (suspect === undefined) this.#suspects.set(key, { member, order });
    else if (suspect.member !== member) {
      this.#suspects.delete(key);
      const reason = `${suspect.member} and ${member} were refused in a row`;
      this.#close(scope, key, resourceOf(refusal), now, this.#rateAt(now), last, reason);
    }
  }

  #close(scope: Gate['scope'], key: string, closedBy: string, now: number, rate: number, order: number, reason: string): Gate {
    const target = scope === 'token' ? undefined : key;
    const gate = new Gate(scope, target, closedBy, now, rate, order);
    if (scope === 'token') this.token = gate;
    else this.#mapOf(scope).set(key, gate);
    this.update(gate);
    this.#onChange({ isOpen: false, scope, target, reason }, gate);
    return gate;
  }

  #mapOf(scope: 'resource' | 'route'): Map<string, Gate> {
    return scope === 'resource' ? this.#resources : this.#routes;
  }

  #isClosed(gate: Gate): boolean {
    if (gate.scope === 'token') return false; // It holds no calls of its own.
    return this.#mapOf(gate.scope).get(gate.target ?? '') === gate;
  }

  /** Requests per second that were admitted lately. */
  #rateAt(now: number): number {
    return this.#admitted === 0 ? 0 : this.#admitted * Math.exp((this.#admittedAt - now) / 1000);
  }
}

function hasPassed(gate: Gate, call: WaitingCall | undefined): boolean {
  return call !== undefined && gate.passed === call;
}

/** No route begins without a method. */
const tokenKey = '';

function resourceOf({ method, path }: RequestTarget): string {
  return `${method} ${path}`;
}

function routeOf({ method, route }: RequestTarget): string {
  return `${method} ${route}`;
}
