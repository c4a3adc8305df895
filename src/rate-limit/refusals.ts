import type { RequestTarget } from '../errors/index.ts';
import { Alarm, type Timing } from '../utils/timing.ts';
import { CallQueue, type WaitingCall } from './queue.ts';
import { SendRate } from './send-rate.ts';
import { Throttle } from './throttle.ts';

/** Milliseconds after which the refusal of a resource is forgotten, once it holds no call any more. */
const resourceMemory = 60_000;

/** Refusals in a row of a resource after which waiting is unlikely to help. */
const maxFailures = 8;

/** A resource that was refused. Its calls wait in its queue, and are sent one at a time until one is admitted. */
export class RefusedResource extends Throttle {
  readonly queue = new CallQueue();
  refusedAt = -Infinity;
  /** True if its last refusal was the first in a row of the token, which may be about this resource alone. */
  wasFirstOfToken = false;
  /** The request that tries whether the API admits it again. */
  #probe: number | undefined;
  readonly #alarm: Alarm;

  /** @param onReady Called when the next call may be tried. */
  constructor(timing: Timing, onReady: () => void) {
    super(0);
    this.#alarm = new Alarm(timing, onReady);
  }

  /** When the next request may be sent; `Infinity` if a response comes first. */
  get readyAt(): number {
    return this.#probe === undefined ? this.pausedUntil : Infinity;
  }

  /** True if its calls are sent like those of any other resource again. */
  isForgotten(now: number): boolean {
    return this.queue.next === undefined && now >= Math.max(this.refusedAt, this.readyAt) + resourceMemory;
  }

  sent(sequence: number): void {
    this.#probe = sequence;
  }

  /** A request came to an end. */
  ended(sequence: number): void {
    if (this.#probe === sequence) this.#probe = undefined;
  }

  /** Sets the timer for the next call. */
  setAlarm(): void {
    this.#alarm.set(this.queue.next === undefined ? Infinity : this.readyAt);
  }
}

/** Routes may contain ids, so their number is unbounded. */
const maxRoutes = 100;

/** Refusals that no window explains, of one resource, such as `GET /users/user_1`, or of the token. */
export class Refusals {
  readonly #token = new Throttle(2);
  readonly #rate = new SendRate();
  /** The resources that were refused lately, the oldest first. */
  readonly #resources = new Map<string, RefusedResource>();
  readonly #timing: Timing;
  readonly #onHold: (target?: string) => void;
  readonly #release: (calls: readonly WaitingCall[]) => void;
  /** When a request of each route was last admitted, the latest last. */
  readonly #admittedAt = new Map<string, number>();
  #sentCount = 0;

  /** @param release Called with those of a resource's calls that need not wait for it any more. */
  constructor(timing: Timing, onHold: (target?: string) => void, release: (calls: readonly WaitingCall[]) => void) {
    this.#timing = timing;
    this.#onHold = onHold;
    this.#release = release;
  }

  get isTokenRefused(): boolean {
    return this.#token.failures > 0;
  }

  /** True if a request of a route was admitted after that time. */
  wasAdmitted(route: string, time: number): boolean {
    return (this.#admittedAt.get(route) ?? -Infinity) > time;
  }

  /** The resources whose calls wait. */
  get waiting(): RefusedResource[] {
    return [...this.#resources.values()].filter(({ queue }) => queue.next !== undefined);
  }

  /** The resource of a call, if it was refused lately. */
  refusedResourceOf(target: RequestTarget): RefusedResource | undefined {
    const resource = this.#resources.size === 0 ? undefined : this.#resources.get(keyOf(target));
    return resource?.isForgotten(this.#timing.now()) === true ? undefined : resource;
  }

  /** The resource of a call, if the call has to wait for it. */
  heldResource(now: number, target: RequestTarget): RefusedResource | undefined {
    const resource = this.refusedResourceOf(target);
    return resource !== undefined && resource.readyAt > now ? resource : undefined;
  }

  /** True if a resource was refused twice in a row while others were not. */
  isRefusedAlone(resource: RefusedResource | undefined): boolean {
    return resource !== undefined && resource.failures > 1 && this.#rate.admittedAt > resource.refusedAt;
  }

  /** When the next request of the token may be sent. */
  readyAt(now: number): number {
    return Math.max(this.#token.pausedUntil, this.#rate.readyAt(now));
  }

  /** Returns which request this is. */
  sent(now: number, target: RequestTarget): number {
    const sequence = (this.#sentCount += 1);
    this.#rate.sent(now);
    this.refusedResourceOf(target)?.sent(sequence);
    return sequence;
  }

  /** A request was not admitted. */
  ended(target: RequestTarget, sequence: number): void {
    this.refusedResourceOf(target)?.ended(sequence);
  }

  /** A request was admitted. */
  admitted(now: number, target: RequestTarget, sequence: number): void {
    this.#token.admitted(sequence);
    this.#rate.admitted(now);
    this.#admittedAt.delete(target.route);
    this.#admittedAt.set(target.route, now);
    const [oldest] = this.#admittedAt.size > maxRoutes ? this.#admittedAt.keys() : [];
    if (oldest !== undefined) this.#admittedAt.delete(oldest);
    const resource = this.refusedResourceOf(target);
    if (resource === undefined) return;
    this.#resources.delete(keyOf(target));
    // This resource is admitted again, so its lone refusal was about the token.
    if (resource.wasFirstOfToken && this.#rate.isLowered(now)) this.#lower(now);
    this.#release(resource.queue.toArray());
    resource.setAlarm();
  }

  /**
   * Takes in a 429.
   *
   * @param wait Milliseconds that it asks to wait.
   * @param tokenWait Milliseconds to wait with the token at most: the next window is a reason to try again.
   * @returns true if waiting may help.
   */
  refused(now: number, target: RequestTarget, sequence: number, wait: number | undefined, tokenWait: number): boolean {
    for (const [old, resource] of this.#resources) {
      if (!resource.isForgotten(now)) break;
      this.#resources.delete(old);
    }
    const key = keyOf(target);
    const resource = this.refusedResourceOf(target) ?? this.#hold(key);
    this.#resources.delete(key);
    this.#resources.set(key, resource); // The latest refusal stands last.
    resource.wasFirstOfToken = !this.isRefusedAlone(resource) && this.countAgainstToken(now, sequence, tokenWait);
    resource.refusedAt = now;
    resource.refused(now, sequence, this.#sentCount, wait);
    return resource.failures <= maxFailures && this.#rate.admittedAt > -Infinity;
  }

  #hold(key: string): RefusedResource {
    const resource: RefusedResource = new RefusedResource(this.#timing, () => {
      const { next } = resource.queue;
      this.#release(next === undefined ? [] : [next]);
    });
    this.#resources.set(key, resource);
    this.#onHold(key);
    return resource;
  }

  /**
   * Counts a refusal against the token.
   *
   * @param isGateway True if it can't be about a resource.
   * @returns true if it is the first in a row, which may be about something else.
   */
  countAgainstToken(now: number, sequence: number, tokenWait: number, isGateway = false): boolean {
    if (!this.#token.refused(now, sequence, this.#sentCount, tokenWait)) return false;
    const { failures } = this.#token;
    const isSure = isGateway && this.#rate.isLowered(now);
    if (failures === 2 || isSure) this.#lower(now);
    return failures === 1 && !isSure;
  }

  #lower(now: number): void {
    if (!this.#rate.isLowered(now)) this.#onHold();
    this.#rate.lower(Math.max(now, this.#token.pausedUntil));
  }
}

/** Identifies a resource. A refusal is about at least one. */
function keyOf({ method, path }: RequestTarget): string {
  return `${method} ${path}`;
}
