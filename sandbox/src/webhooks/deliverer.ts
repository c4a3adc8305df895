import type { Clock } from '../clock.ts';
import type { Random } from '../random.ts';
import type { Store } from '../store.ts';
import { attempt, type AttemptOptions } from './attempt.ts';
import { outcomeOf } from './outcome.ts';
import type { Attempt, DeliveryRecord, EndpointRecord } from './records.ts';
import { nextDelay, type RetrySchedule } from './retry-schedule.ts';

/** Attempts under way at the same time. */
const CONCURRENCY = 16;

/** Attempts that a delivery remembers. */
const KEPT_ATTEMPTS = 20;

/** Longest time a timer can be set to. */
const MAX_TIMER = 2_147_483_647;

export interface DelivererOptions extends Pick<AttemptOptions, 'fetch' | 'timeout'> {
  readonly schedule: RetrySchedule;
}

/** Makes the attempts that are due, as long as there are any; deliveries themselves are in the store. */
export class Deliverer {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #options: DelivererOptions;
  /** Deliveries that wait, and until when. */
  readonly #waiting = new Map<string, number>();
  readonly #underWay = new Map<string, Promise<void>>();
  #wakeTime = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #closing = new AbortController();

  constructor(store: Store, clock: Clock, random: Random, options: DelivererOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#random = random;
    this.#options = options;
    clock.onAdvance(() => this.#wake(0));
  }

  /** Writes a delivery down; it is attempted when it is due. */
  put(delivery: DeliveryRecord): void {
    this.#store.deliveries.put(delivery);
    this.#note(delivery);
    if (delivery.due !== undefined) this.#wake(delivery.due);
  }

  /** Takes up what the store has waiting. */
  resume(): void {
    this.#waiting.clear();
    for (const delivery of this.#store.deliveries.values()) this.#note(delivery);
    this.#wake(0);
  }

  /** Attempts everything that is due by now, and waits for the answers. */
  async flush(): Promise<void> {
    for (;;) {
      this.#start();
      if (this.#underWay.size === 0) return;
      await Promise.all(this.#underWay.values());
    }
  }

  /** Makes no further attempt, and ends those under way: what was not answered stays due. */
  async close(): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#timer);
    await Promise.all(this.#underWay.values());
  }

  #note({ id, status, due }: DeliveryRecord): void {
    if (status === 'pending' && due !== undefined) this.#waiting.set(id, due);
    else this.#waiting.delete(id);
  }

  /** Sees to it that what is due then is looked at. */
  #wake(due: number): void {
    if (this.#closing.signal.aborted || (this.#timer !== undefined && this.#wakeTime <= due)) return;
    clearTimeout(this.#timer);
    this.#wakeTime = due;
    const delay = Math.min(Math.max(due - this.#clock.now(), 0), MAX_TIMER);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#start();
    }, delay);
    // A delivery that waits keeps no process alive (in Node, where a timer would).
    if (typeof this.#timer === 'object') this.#timer.unref();
  }

  #start(): void {
    const now = this.#clock.now();
    let next = Infinity;
    for (const [id, due] of this.#waiting) {
      // Each one that ends makes room, and starts the next.
      if (this.#closing.signal.aborted || this.#underWay.size >= CONCURRENCY) return;
      if (!this.#isOpen(id)) continue;
      if (due > now) next = Math.min(next, due);
      else
        this.#underWay.set(
          id,
          this.#attempt(id).finally(() => this.#end(id)),
        );
    }
    if (next < Infinity) this.#wake(next);
  }

  #end(id: string): void {
    this.#underWay.delete(id);
    this.#wake(this.#clock.now());
  }

  /** Whether an attempt can be made: none is under way, and the endpoint takes any. */
  #isOpen(id: string): boolean {
    if (this.#underWay.has(id)) return false;
    const delivery = this.#store.deliveries.get(id);
    const endpoint = delivery && this.#store.endpoints.get(delivery.endpoint);
    if (endpoint !== undefined) return endpoint.disabled === undefined;
    this.#waiting.delete(id);
    return false;
  }

  async #attempt(id: string): Promise<void> {
    const delivery = this.#store.deliveries.get(id);
    const endpoint = delivery && this.#store.endpoints.get(delivery.endpoint);
    if (delivery === undefined || endpoint === undefined) return;
    const made = await attempt(endpoint, delivery, {
      ...this.#options,
      now: this.#clock.now,
      signal: this.#closing.signal,
    });
    if (this.#closing.signal.aborted && made.status === undefined) return;
    // Both may have been deleted, or changed, while the receiver took its time.
    const [now, there] = [this.#store.deliveries.get(id), this.#store.endpoints.get(endpoint.id)];
    if (now !== undefined && there !== undefined) this.#store.transaction(() => this.#settle(now, there, made));
  }

  #settle(delivery: DeliveryRecord, endpoint: EndpointRecord, made: Attempt): void {
    const outcome = outcomeOf(made);
    const tries = delivery.tries + 1;
    const tried = { ...delivery, tries, attempts: [...delivery.attempts, made].slice(-KEPT_ATTEMPTS) };

    if (outcome.kind === 'delivered') {
      this.put({ ...tried, status: 'delivered', due: undefined });
      this.#hasReturned(endpoint);
      return;
    }
    if (outcome.kind === 'gone') {
      this.#store.endpoints.put({ ...endpoint, disabled: 'It answered 410 Gone.' });
    }
    const delay = nextDelay(
      this.#options.schedule,
      tries,
      this.#random(),
      outcome.kind === 'failed' ? outcome.retryAfter : 0,
    );
    this.put(
      delay === undefined
        ? { ...tried, status: 'failed', due: undefined }
        : { ...tried, due: this.#clock.now() + delay },
    );
  }

  /** A receiver that takes events again gets at once what it has missed. */
  #hasReturned(endpoint: EndpointRecord): void {
    const now = this.#clock.now();
    for (const [id, due] of this.#waiting) {
      const delivery = this.#store.deliveries.get(id);
      if (due > now && delivery?.endpoint === endpoint.id) this.put({ ...delivery, due: now });
    }
  }
}
