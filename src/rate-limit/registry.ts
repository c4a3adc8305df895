import type { Permit, RateLimiter } from './limiter.ts';
import type { RateLimitStore } from './store.ts';

/** Whose budget it is, and what the client says of it. */
export interface LimiterOptions {
  readonly baseUrl: string;
  readonly token: string;
  readonly store?: RateLimitStore | undefined;
  readonly limit?: number | undefined;
}

/** A limiter that lets everything through; the real one takes its place. */
export function rateLimiterFor({ limit = 100 }: LimiterOptions): RateLimiter {
  let admitted = 0;
  const permit: Permit = {
    waited: false,
    answered: (status) => {
      if (status !== 429) admitted++;
    },
    unsent: () => undefined,
    lost: () => undefined,
  };
  return {
    acquire: () => permit,
    get admitted() {
      return admitted;
    },
    snapshot: { limit, remaining: limit, reset: undefined, waiting: 0 },
  };
}
