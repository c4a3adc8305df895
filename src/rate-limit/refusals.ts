import type { RequestTarget } from '../errors/index.ts';
import type { HoldChange } from './limiter.ts';
import { RefusedResource } from './refused-resource.ts';
import { SendRate } from './send-rate.ts';
import { Throttle } from './throttle.ts';
import type { Timing } from './timing.ts';

/** What refusals show that no window explains: of one resource, such as `GET /users/user_1`, or of the token. */
export class Refusals {
  readonly #token = new Throttle(2);
  readonly #rate = new SendRate();
  /** The resources that were refused lately, the oldest first. */
  readonly #resources = new Map<string, RefusedResource>();
  readonly #timing: Timing;
  readonly #onHold: (change: HoldChange) => void;
  readonly #onReady: (resource: RefusedResource) => void;
  #sent = 0;

  /** @param onReady Called when the next call of a resource may be tried. */
  constructor(timing: Timing, onHold: (change: HoldChange) => void, onReady: (resource: RefusedResource) => void) {
    this.#timing = timing;
    this.#onHold = onHold;
    this.#onReady = onReady;
  }

  get isRefusing(): boolean {
    return this.#token.failures > 0;
  }

  get admittedAt(): number {
    return this.#rate.admittedAt;
  }

  /** The resources whose calls wait. */
  get waiting(): RefusedResource[] {
    return [...this.#resources.values()].filter(({ queue }) => queue.length > 0);
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
    const key = keyOf(target);
    this.#resources.delete(key);
    // What was refused alone was not about its resource.
    if (resource.isLone && this.#rate.isLowered(now)) this.#lower(now);
    this.#onHold({ isHeld: false, target: key, reason: 'it is admitted again' });
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
    for (const [old, resource] of this.#resources) {
      if (!resource.isForgotten(now)) break;
      this.#resources.delete(old);
    }
    let resource = this.of(target);
    const isLone = resource?.isSingle(this.admittedAt) !== true && this.slowDown(now, order, wait, untilTurn);
    if (resource === undefined) {
      const key = keyOf(target);
      const added: RefusedResource = new RefusedResource(this.#timing, () => this.#onReady(added));
      this.#resources.set(key, (resource = added));
      this.#onHold({ isHeld: true, target: key, reason: 'it was refused' });
    }
    resource.refused(now, order, this.#sent, wait);
    resource.isLone = isLone;
    return resource.isHopeful && this.admittedAt > -Infinity;
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
    if (!this.#rate.isLowered(now)) {
      this.#onHold({ isHeld: true, target: undefined, reason: 'several in a row were refused' });
    }
    this.#rate.lower(Math.max(now, this.#token.readyAt));
  }
}

/** What a refusal is about, at least. */
function keyOf({ method, path }: RequestTarget): string {
  return `${method} ${path}`;
}
