import type { RequestTarget } from '../errors/index.ts';
import { CallQueue } from './queue.ts';
import { SendRate, Throttle } from './throttle.ts';
import { Alarm, type Timing } from './timing.ts';

/** Milliseconds after which it is forgotten that a resource was refused. */
const memory = 60_000;

/** Refusals in a row of a resource after which waiting is not believed to help. */
const maxFailures = 8;

/** A resource that was refused. Its calls wait here, and are tried one at a time until one is admitted. */
export class RefusedResource extends Throttle {
  readonly queue = new CallQueue();
  refusedAt = -Infinity;
  /** Whether its last refusal was the first in a row of the token, and may have been about it alone. */
  isLone = false;
  readonly #alarm: Alarm;

  /** @param onReady Called when the next call may be tried. */
  constructor(timing: Timing, onReady: () => void) {
    super(0);
    this.#alarm = new Alarm(timing, onReady);
  }

  /** Sets the timer for the next call. */
  update(): void {
    this.#alarm.set(this.queue.next === undefined ? Infinity : this.readyAt);
  }
}

/** What refusals show that no window explains: of one resource, such as `GET /users/user_1`, or of the token. */
export class Refusals {
  readonly #token = new Throttle(2);
  readonly #rate = new SendRate();
  /** The resources that were refused lately, the oldest first. */
  readonly #resources = new Map<string, RefusedResource>();
  readonly #timing: Timing;
  readonly #onHold: (target?: string) => void;
  readonly #onReady: (resource: RefusedResource) => void;
  #sent = 0;

  /** @param onReady Called when the next call of a resource may be tried. */
  constructor(timing: Timing, onHold: (target?: string) => void, onReady: (resource: RefusedResource) => void) {
    this.#timing = timing;
    this.#onHold = onHold;
    this.#onReady = onReady;
  }

  get isRefusing(): boolean {
    return this.#token.failures > 0;
  }

  /** When any request was last admitted. */
  get admittedAt(): number {
    return this.#rate.admittedAt;
  }

  /** The resources whose calls wait. */
  get waiting(): RefusedResource[] {
    return [...this.#resources.values()].filter(({ queue }) => queue.next !== undefined);
  }

  /** The resource of a call, if it was refused lately. */
  of(target: RequestTarget): RefusedResource | undefined {
    return this.#resources.size === 0 ? undefined : this.#resources.get(keyOf(target));
  }

  /** The one that a call has to wait for. */
  holding(now: number, target: RequestTarget): RefusedResource | undefined {
    const resource = this.of(target);
    return resource !== undefined && resource.readyAt > now ? resource : undefined;
  }

  /** Whether a resource was refused twice in a row while others were not. */
  isSingle(resource: RefusedResource | undefined): boolean {
    return resource !== undefined && resource.failures > 1 && this.admittedAt > resource.refusedAt;
  }

  /** When the next request of the token may be sent. */
  readyAt(now: number): number {
    return Math.max(this.#token.readyAt, this.#rate.readyAt(now));
  }

  /** Returns which request this is. */
  send(now: number, target: RequestTarget): number {
    const order = (this.#sent += 1);
    this.#token.sent(order);
    this.#rate.sent(now);
    this.of(target)?.sent(order);
    return order;
  }

  end(target: RequestTarget, order: number): void {
    this.#token.ended(order);
    this.of(target)?.ended(order);
  }

  /** A request was admitted. Returns its resource if it was refused before. */
  admit(now: number, target: RequestTarget, order: number): RefusedResource | undefined {
    this.#token.admitted(order);
    this.#rate.admitted(now);
    const resource = this.of(target);
    if (resource === undefined) return undefined;
    this.#resources.delete(keyOf(target));
    // What was refused alone was not about its resource.
    if (resource.isLone && this.#rate.isLowered(now)) this.#lower(now);
    return resource;
  }

  /**
   * Takes in a 429.
   *
   * @param wait Milliseconds that it asks to wait.
   * @param untilTurn Milliseconds until the next window: a reason to try the token again.
   * @returns Whether waiting may help.
   */
  refuse(now: number, target: RequestTarget, order: number, wait: number | undefined, untilTurn: number): boolean {
    for (const [key, { queue, refusedAt, readyAt }] of this.#resources) {
      if (queue.next !== undefined || now < Math.max(refusedAt, readyAt) + memory) break;
      this.#resources.delete(key);
    }
    const resource = this.of(target) ?? this.#hold(keyOf(target));
    resource.isLone = !this.isSingle(resource) && this.slowDown(now, order, wait, untilTurn);
    resource.refusedAt = now;
    resource.refused(now, order, this.#sent, wait);
    return resource.failures <= maxFailures && this.admittedAt > -Infinity;
  }

  #hold(key: string): RefusedResource {
    const resource: RefusedResource = new RefusedResource(this.#timing, () => this.#onReady(resource));
    this.#resources.set(key, resource);
    this.#onHold(key);
    return resource;
  }

  /**
   * Counts a refusal against the token.
   *
   * @param isGateway Whether it can't be about a resource.
   * @returns Whether it is the first in a row, which may be about something else.
   */
  slowDown(now: number, order: number, wait: number | undefined, untilTurn: number, isGateway = false): boolean {
    if (!this.#token.refused(now, order, this.#sent, Math.min(wait ?? Infinity, untilTurn))) return false;
    const { failures } = this.#token;
    const isSure = isGateway && this.#rate.isLowered(now);
    if (failures === 2 || isSure) this.#lower(now);
    return failures === 1 && !isSure;
  }

  #lower(now: number): void {
    if (!this.#rate.isLowered(now)) this.#onHold();
    this.#rate.lower(Math.max(now, this.#token.readyAt));
  }
}

/** What a refusal is about, at least. */
function keyOf({ method, path }: RequestTarget): string {
  return `${method} ${path}`;
}
