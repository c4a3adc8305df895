import type { RequestTarget } from '../errors/index.ts';
import type { GateChange } from './limiter.ts';
import { CallQueue, type WaitingCall } from './queue.ts';
import type { Alarm } from './timing.ts';

/** Milliseconds until a refused request is tried again, unless the API says so: at first, and at most. */
const pause = { first: 1000, max: 60_000 };

/** Requests per second. The first refusal in a row lowers the rate, and each admitted request raises it. */
const law = { min: 0.5, decrease: 0.7, increase: 1.02 };

/** Admitted requests in a row that show that the refusals were not about single resources. */
const enough = 3;

/** Milliseconds after which a refusal is forgotten. */
const memory = 60_000;

/** Refusals of a resource in a row after which waiting is not believed to help. */
const maxFailures = 8;

/** The key of the token's gate. Those of routes and resources begin with a method. */
const tokenKey = '';

/**
 * Holds calls that the API refuses although the window has requests left. After a refusal, one request at a time is sent until
 * one is admitted. Then the gate sends at a rate that rises until the next refusal.
 */
export class Gate {
  readonly key: string;
  readonly scope: GateChange['scope'];
  /** The calls that it holds. */
  readonly queue = new CallQueue();
  /** Fires when the next call may pass. */
  alarm: Alarm | undefined;
  /** The call that it has let through last, and that is not sent. */
  passed: WaitingCall | undefined;
  /** Refusals in a row. */
  failures: number;
  /** The last request before the last refusal. Those before say nothing new. */
  #order: number;
  #probe: number | undefined;
  #until = -Infinity;
  #sentAt = -Infinity;
  /** When a request was last refused, or sent after it had waited. */
  #activeAt: number;
  #rate: number;
  /** Requests that were admitted since one was refused. One of a resource that had been refused counts as {@link enough}. */
  #admitted = 0;

  /**
   * @param rate Requests per second that the API has admitted lately.
   * @param order The last request that says nothing about the gate.
   */
  constructor(key: string, scope: Gate['scope'], now: number, rate: number, order: number) {
    this.key = key;
    this.scope = scope;
    this.failures = scope === 'resource' ? 0 : 1;
    this.#activeAt = now;
    this.#rate = Math.max(law.min, law.decrease * rate);
    this.#order = order;
  }

  /** When the next call may pass; `Infinity` if an answer, or the call that has passed, comes first. */
  get readyAt(): number {
    if (this.passed !== undefined || this.#probe !== undefined) return Infinity;
    const rate = this.isSure ? this.#rate : law.min;
    return Math.max(this.#until, this.#sentAt + 1000 / rate);
  }

  /** Whether the refusals are known not to be about single resources. */
  get isSure(): boolean {
    return this.scope === 'resource' || this.#admitted >= enough;
  }

  isForgotten(now: number): boolean {
    const isHolding = this.passed !== undefined || this.queue.length > 0;
    return !isHolding && now >= Math.max(this.#activeAt, this.#until) + memory;
  }

  /**
   * The call to try next. A gate of a route or the token tries calls that were not refused until one is admitted, and then one
   * that was: the first can prove that the refusals were about resources, and the second that they were not.
   */
  get next(): WaitingCall | undefined {
    const { queue } = this;
    if (this.isSure) return queue.first(false) ?? queue.first(true);
    const retry = this.failures === 0 ? (queue.retry(false) ?? queue.retry(true)) : undefined;
    return retry ?? queue.newest(false) ?? queue.newest(true);
  }

  /** Predicts the milliseconds until so many calls have passed; 0 if that depends on an answer. */
  delay(now: number, calls: number): number {
    const { readyAt } = this;
    return readyAt === Infinity ? 0 : Math.max(0, readyAt - now) + ((calls - 1) * 1000) / this.#rate;
  }

  sent(now: number, order: number, hasWaited: boolean): void {
    this.passed = undefined;
    if (this.failures > 0) this.#probe = order;
    if (hasWaited) this.#activeAt = now;
    this.#sentAt = now;
  }

  /** A request came to an end. */
  ended(order: number): void {
    if (this.#probe === order) this.#probe = undefined;
  }

  /**
   * @param rate Requests per second that the API has admitted lately.
   * @param wasRefused Whether its resource had been refused.
   */
  admitted(order: number, rate: number, wasRefused: boolean): void {
    if (order <= this.#order) {
      // What was sent before shows what the API admits.
      this.#rate = Math.max(this.#rate, rate);
      return;
    }
    this.failures = 0;
    this.#admitted += wasRefused ? enough : 1;
    this.#rate *= law.increase;
  }

  /**
   * @param wait Milliseconds that the API asks to wait.
   * @param rate Requests per second that it has admitted lately.
   * @param last The last request that was sent.
   */
  refused(now: number, order: number, wait: number | undefined, rate: number, last: number): void {
    this.#activeAt = now;
    if (order <= this.#order) return;
    if (this.failures === 0) this.#rate = Math.max(law.min, law.decrease * Math.min(rate, this.#rate));
    this.#order = last;
    this.#admitted = 0;
    this.failures += 1;
    // The first refusal of a route or the token only slows it down.
    if (this.failures === 1 && this.scope !== 'resource') return;
    this.#sentAt = -Infinity;
    this.#until = now + (wait ?? Math.min(pause.first * 2 ** Math.max(0, this.failures - 2), pause.max));
  }
}

/**
 * Finds out what a refusal is about that the window doesn't explain. It counts against its resource alone, which is innocent
 * until then. Only if a second innocent resource is refused before a request that was sent later is admitted, the gate of the
 * route closes. If the second one is of another route, the gate of the token does.
 */
export class Gates {
  /** The closed gates, by `GET /users/user_1`, `GET /users/{id}` and {@link tokenKey}, the oldest first. */
  readonly #gates = new Map<string, Gate>();
  /** Of a route or the token: the first innocent member that was refused since one that was sent later was admitted. */
  readonly #suspects = new Map<string, { readonly member: string; readonly order: number }>();
  readonly #onChange: (change: GateChange, gate: Gate) => void;
  #lastOrder = 0;
  /** Requests that were admitted lately, each of which counts half after 0.7 s. */
  #admitted = 0;
  #admittedAt = -Infinity;

  constructor(onChange: (change: GateChange, gate: Gate) => void) {
    this.#onChange = onChange;
  }

  /** The closed gates that a request has to pass, the narrowest first. */
  of(now: number, target: RequestTarget): Gate[] {
    if (this.#gates.size === 0) return [];
    return [...new Set([resourceOf(target), routeOf(target), tokenKey])].flatMap((key) => this.#closed(now, key) ?? []);
  }

  /** The gate that a call has to pass next. One that closes behind a call does not call it back: others wait until it is sent. */
  holding(now: number, target: RequestTarget, call?: WaitingCall): Gate | undefined {
    const gates = this.of(now, target);
    return gates[gates.findLastIndex(({ passed }) => passed !== undefined && passed === call) + 1];
  }

  sent(now: number, target: RequestTarget, order: number, hasWaited: boolean): Gate[] {
    this.#lastOrder = order;
    const gates = this.of(now, target);
    for (const gate of gates) gate.sent(now, order, hasWaited);
    return gates;
  }

  admitted(now: number, target: RequestTarget, order: number): void {
    this.#admitted = this.#rateAt(now) + 1;
    this.#admittedAt = now;
    for (const key of this.#suspects.size > 0 ? [routeOf(target), tokenKey] : []) {
      if ((this.#suspects.get(key)?.order ?? Infinity) < order) this.#suspects.delete(key);
    }
    const gates = this.of(now, target);
    const wasRefused = gates[0]?.scope === 'resource';
    for (const gate of gates) {
      gate.admitted(order, this.#admitted, wasRefused);
      if (gate.scope === 'resource' && gate.queue.length === 0) this.#open(gate, 'it is admitted again');
    }
  }

  /**
   * @param wait Milliseconds that the API asks to wait.
   * @returns Whether waiting may help.
   */
  refused(now: number, target: RequestTarget, order: number, wait: number | undefined): boolean {
    const [resource, route] = [resourceOf(target), routeOf(target)];
    const gate = this.#closed(now, resource) ?? this.#close(now, resource, 'resource', order - 1, 'it was refused');
    gate.refused(now, order, wait, this.#rateAt(now), this.#lastOrder);
    // A route without an id is its only resource.
    if (route !== resource) this.#widen(now, 'route', route, resource, gate.failures, order);
    this.#widen(now, 'token', tokenKey, route, gate.failures, order);
    return this.#admittedAt > -Infinity && gate.failures <= maxFailures;
  }

  /**
   * Counts a refusal against a route or the token.
   *
   * @param member The resource or route that was refused.
   * @param failures How often its resource was refused in a row.
   */
  #widen(now: number, scope: 'route' | 'token', key: string, member: string, failures: number, order: number): void {
    const gate = this.#closed(now, key);
    const suspect = this.#suspects.get(key);
    if (gate !== undefined) {
      const isAcquitted = !gate.isSure && gate.failures === 0 && failures > 1;
      if (isAcquitted) this.#open(gate, 'only some resources are refused');
      else gate.refused(now, order, undefined, this.#rateAt(now), this.#lastOrder);
    } else if (failures === 1 && suspect === undefined) {
      this.#suspects.set(key, { member, order });
    } else if (failures === 1 && suspect?.member !== member) {
      this.#suspects.delete(key);
      this.#close(now, key, scope, this.#lastOrder, `${suspect?.member} and ${member} were refused in a row`);
    }
  }

  #closed(now: number, key: string): Gate | undefined {
    const gate = this.#gates.get(key);
    if (gate?.isForgotten(now) !== true) return gate;
    this.#open(gate, 'nothing was refused lately');
    return undefined;
  }

  #close(now: number, key: string, scope: Gate['scope'], order: number, reason: string): Gate {
    for (const old of this.#gates.keys()) if (this.#closed(now, old) !== undefined) break;
    const gate = new Gate(key, scope, now, this.#rateAt(now), order);
    this.#gates.set(key, gate);
    this.#onChange(changeOf(gate, false, reason), gate);
    return gate;
  }

  #open(gate: Gate, reason: string): void {
    this.#gates.delete(gate.key);
    this.#onChange(changeOf(gate, true, reason), gate);
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
