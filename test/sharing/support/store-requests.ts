import type { RateLimitStoreRequest } from '@example/sdk';

/** The first sync of a process, which knows nothing yet. */
export function firstRequest(process: string, request: Partial<RateLimitStoreRequest> = {}): RateLimitStoreRequest {
  return {
    process,
    processes: 1,
    normal: 0,
    background: 0,
    available: 0,
    inFlight: 0,
    sent: 0,
    limit: 100,
    used: 0,
    reset: 0,
    timeLeft: 0,
    probeFailed: false,
    wasOut: false,
    ...request,
  };
}

const nothing = { normal: 0, background: 0, limit: 100, used: 0, reset: 0 };
/** What a store replies that grants nothing and knows no window. */
export const reply = { ...nothing, timeLeft: 0, processes: 1, nextSyncIn: 0 };
