import type { Attempt, DeliveryRecord, EndpointRecord } from '../storage/records.ts';
import type { Store } from '../storage/store.ts';
import type { Clock } from '../utils/clock.ts';
import type { Random } from '../utils/random.ts';
import { attempt, type AttemptOptions, outcomeOf } from './attempt.ts';
import type { Forwarding } from './forwarding.ts';
import { nextDelay, type RetrySchedule } from './retry-schedule.ts';

/** Maximum number of concurrent attempts. */
const maxConcurrency = 16;

/** Number of attempts to keep for each delivery. */
const keptAttempts = 20;

/** Longest delay of a timer, in milliseconds. */
const longestTimer = 2_147_483_647;

export interface DelivererOptions extends Pick<AttemptOptions, 'fetch' | 'timeout'> {
  readonly schedule: RetrySchedule;
}

/** Is told of each attempt, with its delivery as the attempt left it. */
export type AttemptListener = (delivery: DeliveryRecord, attempt: Attempt) => void;

/** Makes the attempts that are due. The deliveries themselves are in the store. */
export class Deliverer {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #options: DelivererOptions;
  readonly #forwarding: Forwarding;
  readonly #listeners = new Set<AttemptListener>();
  /** Ids of pending deliveries, and when they are due. */
  readonly #waiting = new Map<string, number>();
  readonly #inFlight = new Map<string, Promise<void>>();
  #wakeTime = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #closing = new AbortController();

  constructor(store: Store, clock: Clock, random: Random, options: DelivererOptions, forwarding: Forwarding) {
    this.#store = store;
    this.#clock = clock;
    this.#random = random;
    this.#options = options;
    this.#forwarding = forwarding;
    clock.onAdvance(() => this.#wake(0));
  }

  /** Stores a delivery, and attempts it when it is due. */
  put(delivery: DeliveryRecord): void {
    this.#store.deliveries.put(delivery);
    this.#track(delivery);
    if (delivery.due !== undefined) this.#wake(delivery.due);
  }

  /** Continues with the pending deliveries in the store. */
  resume(): void {
    this.#waiting.clear();
    for (const delivery of this.#store.deliveries.values()) this.#track(delivery);
    this.#wake(0);
  }

  /** Attempts all deliveries that are due, and waits for the responses. */
  async flush(): Promise<void> {
    for (;;) {
      this.#start();
      if (this.#inFlight.size === 0) return;
      await Promise.all(this.#inFlight.values());
    }
  }

  /** Calls `listener` after each attempt. Returns a function that unsubscribes. */
  subscribe(listener: AttemptListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Makes no further attempts, and aborts those in flight. Deliveries without a response stay due. */
  async close(): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#timer);
    await Promise.all(this.#inFlight.values());
  }

  #track({ id, status, due }: DeliveryRecord): void {
    if (status === 'pending' && due !== undefined) this.#waiting.set(id, due);
    else this.#waiting.delete(id);
  }

  /** Sets the timer to the time when the next delivery is due. */
  #wake(due: number): void {
    if (this.#closing.signal.aborted || (this.#timer !== undefined && this.#wakeTime <= due)) return;
    clearTimeout(this.#timer);
    this.#wakeTime = due;
    const delay = Math.min(Math.max(due - this.#clock.now(), 0), longestTimer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#start();
    }, delay);
    // In Node.js a timer would keep the process alive.
    if (typeof this.#timer === 'object') this.#timer.unref();
  }

  #start(): void {
    const now = this.#clock.now();
    let next = Infinity;
    for (const [id, due] of this.#waiting) {
      // The end of an attempt starts the next one.
      if (this.#closing.signal.aborted || this.#inFlight.size >= maxConcurrency) return;
      if (!this.#canSend(id)) continue;
      if (due > now) next = Math.min(next, due);
      else
        this.#inFlight.set(
          id,
          this.#attempt(id).finally(() => this.#end(id)),
        );
    }
    if (next < Infinity) this.#wake(next);
  }

  #end(id: string): void {
    this.#inFlight.delete(id);
    this.#wake(this.#clock.now());
  }

  /** Whether an attempt can start: none is in flight, and the webhook is enabled. */
  #canSend(id: string): boolean {
    if (this.#inFlight.has(id)) return false;
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
      timeout: this.#options.timeout,
      fetch: this.#forwarding.fetchFor(endpoint.id) ?? this.#options.fetch,
      now: this.#clock.now,
      signal: this.#closing.signal,
    });
    if (this.#closing.signal.aborted && made.status === undefined) return;
    // Both may have been changed or deleted during the attempt.
    const [now, there] = [this.#store.deliveries.get(id), this.#store.endpoints.get(endpoint.id)];
    if (now === undefined || there === undefined) return;
    this.#store.transaction(() => this.#settle(now, there, made));
    const settled = this.#store.deliveries.get(id) ?? now;
    for (const listener of this.#listeners) listener(settled, made);
  }

  #settle(delivery: DeliveryRecord, endpoint: EndpointRecord, made: Attempt): void {
    const outcome = outcomeOf(made);
    const tries = delivery.tries + 1;
    const tried = { ...delivery, tries, attempts: [...delivery.attempts, made].slice(-keptAttempts) };

    if (outcome.kind === 'delivered') {
      this.put({ ...tried, status: 'delivered', due: undefined });
      this.#retryWaiting(endpoint);
      return;
    }
    if (outcome.kind === 'gone') {
      this.#store.endpoints.put({ ...endpoint, disabled: 'The receiver responded with 410 Gone.' });
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

  /** Sends a receiver that has recovered all of its pending deliveries at once. */
  #retryWaiting(endpoint: EndpointRecord): void {
    const now = this.#clock.now();
    for (const [id, due] of this.#waiting) {
      const delivery = this.#store.deliveries.get(id);
      if (due > now && delivery?.endpoint === endpoint.id) this.put({ ...delivery, due: now });
    }
  }
}
