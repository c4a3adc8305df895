import type { Attempt, DeliveryRecord, EndpointRecord } from '../storage/record-types.ts';
import { JournalError } from '../storage/collection.ts';
import type { Store } from '../storage/store.ts';
import type { Clock } from '../utils/clock.ts';
import { Listeners } from '../utils/listeners.ts';
import type { Random } from '../utils/random.ts';
import { attempt, type AttemptOptions, retryAfterOf } from './attempt.ts';
import { nextDelay, type RetrySchedule } from './retry-schedule.ts';

/** Number of attempts to keep for each delivery. */
const keptAttempts = 20;

/** Maximum number of concurrent attempts of a webhook, so that a receiver that hangs holds up no other. */
const maxConcurrency = 16;

/** Delay after the result of an attempt could not be stored, in milliseconds. */
const storageDelay = 5000;

/** Longest delay of a timer, in milliseconds. */
const longestTimer = 2_147_483_647;

export interface DelivererOptions extends Pick<AttemptOptions, 'fetch' | 'timeout'>, RetrySchedule {}

/** Makes the attempts that are due. The deliveries themselves are in the store. */
export class Deliverer {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #options: DelivererOptions;
  /** Each attempt, with its delivery as the attempt left it, and the webhook. */
  readonly attempted = new Listeners<[DeliveryRecord, Attempt, EndpointRecord]>();
  /** Attempts in flight, by delivery. */
  readonly #inFlight = new Map<string, { readonly endpoint: string; readonly ended: Promise<void> }>();
  /** No attempt starts before, because results can't be stored. */
  #pausedUntil = 0;
  #wakeTime = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #closing = new AbortController();

  constructor(store: Store, clock: Clock, random: Random, options: DelivererOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#random = random;
    this.#options = options;
    clock.advanced.subscribe(() => this.#wake(0));
  }

  /** Stores a delivery, and attempts it when it is due. */
  put(delivery: DeliveryRecord): DeliveryRecord {
    this.#store.deliveries.put(delivery);
    if (delivery.due !== undefined) this.#wake(delivery.due);
    return delivery;
  }

  /** Attempts all pending deliveries of a webhook at once, because it was enabled. */
  retryPending(endpoint: string): void {
    const now = this.#clock.now();
    for (const delivery of this.#pending(endpoint)) {
      if ((delivery.due ?? now) > now) this.#store.deliveries.put({ ...delivery, due: now });
    }
    this.#wake(now);
  }

  /** Continues with the pending deliveries in the store. */
  resume(): void {
    this.#wake(0);
  }

  /** Attempts all deliveries that are due, and waits for the responses. */
  async flush(): Promise<void> {
    for (;;) {
      this.#start();
      const attempts = this.#attempts();
      if (attempts.length === 0) return;
      await Promise.all(attempts);
    }
  }

  /** Makes no further attempts, and aborts those in flight. Deliveries without a response stay due. */
  async close(): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#timer);
    await Promise.all(this.#attempts());
  }

  #attempts(): Promise<void>[] {
    return Array.from(this.#inFlight.values(), ({ ended }) => ended);
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

  #pending(id: string): readonly DeliveryRecord[] {
    return this.#store.deliveries.all.filter(({ endpoint, status }) => endpoint === id && status === 'pending');
  }

  #start(): void {
    for (const { id } of this.#store.endpoints.all) this.#startFor(id);
  }

  /** Starts the attempts of a webhook that are due. The end of an attempt starts the next one. */
  #startFor(id: string): void {
    const endpoint = this.#store.endpoints.get(id);
    if (this.#closing.signal.aborted || endpoint === undefined || endpoint.disabled !== undefined) return;
    const now = this.#clock.now();
    let room = maxConcurrency - [...this.#inFlight.values()].filter((each) => each.endpoint === id).length;
    let next = Infinity;
    for (const delivery of this.#pending(id)) {
      if (room <= 0) return;
      if (this.#inFlight.has(delivery.id)) continue;
      const due = Math.max(delivery.due ?? now, this.#pausedUntil);
      if (due > now) {
        next = Math.min(next, due);
        continue;
      }
      room -= 1;
      const ended = this.#attempt(delivery, endpoint).finally(() => {
        this.#inFlight.delete(delivery.id);
        this.#startFor(id);
      });
      this.#inFlight.set(delivery.id, { endpoint: id, ended });
    }
    if (next < Infinity) this.#wake(next);
  }

  async #attempt(delivery: DeliveryRecord, endpoint: EndpointRecord): Promise<void> {
    const made = await attempt(endpoint, delivery, {
      timeout: this.#options.timeout,
      fetch: this.#options.fetch,
      now: this.#clock.now,
      signal: this.#closing.signal,
    });
    if (this.#closing.signal.aborted && made.status === undefined) return;
    // Both may have been changed or deleted during the attempt.
    const latestDelivery = this.#store.deliveries.get(delivery.id);
    const latestEndpoint = this.#store.endpoints.get(endpoint.id);
    if (latestDelivery === undefined || latestEndpoint === undefined) return;
    try {
      const settled = this.#store.transaction(() => this.#settle(latestDelivery, latestEndpoint, made));
      this.attempted.emit(settled, made, latestEndpoint);
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      // The delivery is still due: it is made again, with the same id.
      this.#pausedUntil = this.#clock.now() + storageDelay;
    }
  }

  #settle(delivery: DeliveryRecord, endpoint: EndpointRecord, made: Attempt): DeliveryRecord {
    const { status } = made;
    const tries = delivery.tries + 1;
    const tried = { ...delivery, tries, attempts: [...delivery.attempts, made].slice(-keptAttempts) };

    // Everything else is a failure, including a redirect.
    if (status !== undefined && status >= 200 && status < 300) {
      return this.put({ ...tried, status: 'delivered', due: undefined });
    }
    if (status === 410) {
      this.#store.endpoints.put({ ...endpoint, disabled: 'The receiver responded with 410 Gone.' });
    }
    const delay = nextDelay(this.#options, tries, this.#random(), retryAfterOf(made));
    return this.put(
      delay === undefined
        ? { ...tried, status: 'failed', due: undefined }
        : { ...tried, due: this.#clock.now() + delay },
    );
  }
}
