import type { RateLimitStore } from '@example/sdk';
import { createRateLimitStore, rateLimitStep } from '@example/sdk/rate-limit';
import type { Clock } from './clock.ts';

/** What a store does: works, rejects, can't be written, applies the step but doesn't respond, or does nothing. */
export type StoreCondition = 'up' | 'down' | 'read-only' | 'deaf' | 'silent';

const forever = () => new Promise<never>(() => undefined);

/** A store for a world's processes, with one key. Like Redis or SQLite, it applies the step. */
export class MemoryStore {
  condition: StoreCondition = 'up';
  /** In milliseconds, one way. */
  latency = 1;
  state: string | undefined;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A connection of a process. @param step The step of another version. */
  connect(step = rateLimitStep): RateLimitStore {
    return createRateLimitStore(async (_, request) => {
      await this.#clock.sleep(this.latency);
      if (this.condition === 'down') throw new Error('connect ECONNREFUSED');
      if (this.condition === 'silent') return forever();
      const { state, reply } = step(this.state, request, Date.now());
      if (state !== this.state && this.condition === 'read-only') throw new Error('READONLY');
      this.state = state;
      if (this.condition === 'deaf') return forever();
      await this.#clock.sleep(this.latency);
      return reply;
    });
  }
}
