import type { RequestTarget } from '../errors/index.ts';
import { Gate } from './gate.ts';
import { Heap } from './heap.ts';
import type { GateChange } from './limiter.ts';
import type { WaitingCall } from './queue.ts';

/** Refusals of a resource in a row after which waiting is not believed to help. */
const mostFailures = 8;

/** Refusals of a resource in a row that may be bad luck while its route or the token is limited. */
const mostUnlucky = 2;

/** The key of the token's gate. Those of routes and resources begin with a method. */
const tokenKey = '';

/**
 * Finds out what a refusal is about that the window doesn't explain. It counts against its resource alone, which is innocent
 * until then. Only if a second innocent resource is refused before a request that was sent later is admitted, the gate of the
 * route closes. If the second one is of another route, the gate of the token does.
 */
export class Gates {
  /** The closed gates, by `GET /users/user_1`, `GET /users/{id}` and {@link tokenKey}. */
  readonly #gates = new Map<string, Gate>();
  /** Of a route or the token: the first innocent member that was refused since one that was sent later was admitted. */
  readonly #suspects = new Map<string, { readonly member: string; readonly order: number }>();
  readonly #waking = new Heap<Gate>((gate) => gate.wakeAt);
  readonly #onChange: (change: GateChange, gate: Gate) => void;
  #lastOrder = 0;
  /** Requests that were admitted lately, each of which counts half after 0.7 s. */
  #admitted = 0;
  #admittedAt = -Infinity;

  constructor(onChange: (change: GateChange, gate: Gate) => void) {
    this.#onChange = onChange;
  }

  get isEmpty(): boolean {
    return this.#gates.size === 0;
  }

  get token(): Gate | undefined {
    return this.#gates.get(tokenKey);
  }

  /** When the next gate has something to do. */
  get wakeAt(): number {
    return this.#waking.first?.wakeAt ?? Infinity;
  }

  /** The gate that has something to do: to let a call pass, to reject one, or to be forgotten. */
  due(now: number): Gate | undefined {
    return this.wakeAt <= now ? this.#waking.first : undefined;
  }

  /** The gate of a resource or a route that a call has to pass next. */
  holding(target: RequestTarget, call?: WaitingCall): Gate | undefined {
    return this.of(target).find((gate) => gate.scope !== 'token' && (call === undefined || gate.passed !== call));
  }

  /** The gates that a request has to pass. */
  of(target: RequestTarget): Gate[] {
    if (this.isEmpty) return [];
    return [resourceOf(target), routeOf(target), tokenKey].flatMap((key, index, keys) => {
      const gate = keys.indexOf(key) === index ? this.#gates.get(key) : undefined;
      return gate === undefined ? [] : [gate];
    });
  }

  /** Decides when a gate has something to do. */
  update(gate: Gate): void {
    this.#waking.remove(gate);
    if (this.#gates.get(gate.key) !== gate) return;
    const { length, expiresAt } = gate.queue;
    gate.wakeAt = length === 0 ? gate.forgottenAt : Math.min(gate.readyAt, expiresAt);
    this.#waking.push(gate);
  }

  sent(now: number, target: RequestTarget, order: number): void {
    this.#lastOrder = order;
    for (const gate of this.of(target)) {
      gate.sent(now, order);
      this.update(gate);
    }
  }

  /** A request came to an end, whatever it was. */
  ended(target: RequestTarget, order: number): void {
    for (const gate of this.of(target)) {
      gate.ended(order);
      this.update(gate);
    }
  }

  admitted(now: number, target: RequestTarget, order: number): void {
    this.#admitted = this.#rateAt(now) + 1;
    this.#admittedAt = now;
    for (const key of this.#suspects.size > 0 ? [routeOf(target), tokenKey] : []) {
      if ((this.#suspects.get(key)?.order ?? Infinity) < order) this.#suspects.delete(key);
    }
    const gates = this.of(target);
    const wasRefused = gates[0]?.scope === 'resource';
    for (const gate of gates) {
      gate.admitted(order, this.#admitted);
      gate.isConfirmed ||= wasRefused && gate.hasAdmitted;
      const isOver = gate.scope === 'resource' ? gate.queue.length === 0 : now >= gate.forgottenAt;
      if (isOver) this.open(gate, 'it is admitted again');
      else this.update(gate);
    }
  }

  /**
   * @param wait Milliseconds that the API asks to wait.
   * @returns Whether waiting may help.
   */
  refused(now: number, target: RequestTarget, order: number, wait: number | undefined): boolean {
    const [resource, route] = [resourceOf(target), routeOf(target)];
    const gate = this.#gates.get(resource) ?? this.#close(now, resource, 'resource', order - 1, 'it was refused');
    gate.refused(now, order, wait, this.#rateAt(now), this.#lastOrder);
    this.update(gate);
    // A route without an id is its only resource.
    if (route !== resource) this.#widen(now, 'route', route, resource, gate.failures, order);
    this.#widen(now, 'token', tokenKey, route, gate.failures, order);
    return this.#admittedAt > -Infinity && gate.failures <= mostFailures;
  }

  open(gate: Gate, reason: string): void {
    this.#gates.delete(gate.key);
    this.#waking.remove(gate);
    this.#onChange(changeOf(gate, true, reason), gate);
  }

  /**
   * Counts a refusal against a route or the token.
   *
   * @param member The resource or route that was refused.
   * @param failures How often its resource was refused in a row.
   */
  #widen(now: number, scope: 'route' | 'token', key: string, member: string, failures: number, order: number): void {
    const gate = this.#gates.get(key);
    const suspect = this.#suspects.get(key);
    if (gate !== undefined) {
      const mostShared = gate.isConfirmed ? mostUnlucky : 1;
      if (failures > mostShared && gate.hasAdmitted && gate.failures === 0) {
        // Others are admitted meanwhile, so that it is about the resource. If that happens twice, all refusals were.
        if (!gate.isConfirmed && ++gate.refusedAgain > 1) this.open(gate, 'only some resources are refused');
        return;
      }
      gate.refused(now, order, undefined, this.#rateAt(now), this.#lastOrder);
      this.update(gate);
    } else if (failures === 1 && suspect === undefined) {
      this.#suspects.set(key, { member, order });
    } else if (failures === 1 && suspect?.member !== member) {
      this.#suspects.delete(key);
      this.#close(now, key, scope, this.#lastOrder, `${suspect?.member} and ${member} were refused in a row`);
    }
  }

  #close(now: number, key: string, scope: Gate['scope'], order: number, reason: string): Gate {
    const gate = new Gate(key, scope, now, this.#rateAt(now), order);
    this.#gates.set(key, gate);
    this.update(gate);
    this.#onChange(changeOf(gate, false, reason), gate);
    return gate;
  }

  /** Requests per second that were admitted lately. */
  #rateAt(now: number): number {
    return this.#admitted === 0 ? 0 : this.#admitted * Math.exp((this.#admittedAt - now) / 1000);
  }
}

function changeOf({ key, scope }: Gate, isOpen: boolean, reason: string): GateChange {
  return { isOpen, scope, target: scope === 'token' ? undefined : key, reason };
}

function resourceOf({ method, path }: RequestTarget): string {
  return `${method} ${path}`;
}

function routeOf({ method, route }: RequestTarget): string {
  return `${method} ${route}`;
}
