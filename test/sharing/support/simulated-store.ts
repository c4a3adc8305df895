import { rateLimitStep } from '../../../src/sharing/step.ts';
import type { RateLimitStoreReply, RateLimitStoreRequest } from '../../../src/sharing/store.ts';

/** What a store does: works, rejects, refuses to be written, executes but does not answer, or does nothing at all. */
export type StoreCondition = 'up' | 'down' | 'read-only' | 'deaf' | 'silent';

export type Step = typeof rateLimitStep;

/** The virtual time of a simulation. */
interface StoreTime {
  now(): number;
  after(delay: number, run: () => void): unknown;
}

/** A store in virtual time, which can fail. */
export class SimulatedStore {
  condition: StoreCondition = 'up';
  /** One way, in milliseconds. */
  latency = 0.5;
  syncs = 0;
  writes = 0;
  readonly #time: StoreTime;
  readonly #states = new Map<string, string>();

  constructor(time: StoreTime) {
    this.#time = time;
  }

  /** Forgets everything. */
  flush(): void {
    this.#states.clear();
  }

  sync(key: string, request: RateLimitStoreRequest, step: Step = rateLimitStep): Promise<RateLimitStoreReply> {
    this.syncs += 1;
    return new Promise((resolve, reject) => {
      this.#time.after(this.latency, () => {
        if (this.condition === 'silent') return;
        if (this.condition === 'down') {
          reject(new Error('connect ECONNREFUSED'));
          return;
        }
        const stored = this.#states.get(key);
        const { state, reply } = step(stored, request, Math.floor(epoch + this.#time.now()));
        if (state !== stored) {
          if (this.condition === 'read-only') {
            reject(new Error('READONLY'));
            return;
          }
          this.writes += 1;
          this.#states.set(key, state);
        }
        if (this.condition !== 'deaf') this.#time.after(this.latency, () => resolve(reply));
      });
    });
  }
}

/** The store's clock when virtual time begins. */
const epoch = 1_700_000_000_000;
