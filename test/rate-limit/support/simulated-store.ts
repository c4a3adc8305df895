import { createRateLimitStore } from '../../../src/rate-limit/create-store.ts';
import { rateLimitStep } from '../../../src/rate-limit/shared-budget.ts';
import type { RateLimitStore, RateLimitStoreReply, RateLimitStoreRequest } from '../../../src/rate-limit/store.ts';
import type { VirtualTime } from './simulation.ts';

/** What a store does: works, rejects, executes but does not answer, or does nothing at all. */
export type StoreCondition = 'up' | 'down' | 'deaf' | 'silent';

/** A store in virtual time, which can fail. */
export class SimulatedStore {
  /** What a client is configured with. */
  readonly shared: RateLimitStore = createRateLimitStore((key, request) => this.sync(key, request));
  condition: StoreCondition = 'up';
  /** One way, in milliseconds. */
  latency = 0.5;
  syncs = 0;
  readonly #time: VirtualTime;
  readonly #states = new Map<string, string>();

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  /** Forgets everything. */
  flush(): void {
    this.#states.clear();
  }

  sync(key: string, request: RateLimitStoreRequest): Promise<RateLimitStoreReply> {
    this.syncs += 1;
    return new Promise((resolve, reject) => {
      this.#time.after(this.latency, () => {
        if (this.condition === 'silent') return;
        if (this.condition === 'down') {
          reject(new Error('connect ECONNREFUSED'));
          return;
        }
        const { state, reply } = rateLimitStep(this.#states.get(key), request, Math.floor(epoch + this.#time.now()));
        this.#states.set(key, state);
        if (this.condition === 'up') this.#time.after(this.latency, () => resolve(reply));
      });
    });
  }
}

/** The store's clock when virtual time begins. */
const epoch = 1_700_000_000_000;
