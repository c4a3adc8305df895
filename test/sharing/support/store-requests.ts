import type { RateLimitStoreRequest } from '@example/sdk';

/** The first sync of a process, which knows nothing yet. */
export function firstRequest(process: string, request: Partial<RateLimitStoreRequest> = {}): RateLimitStoreRequest {
  return {
    process,
    generation: 0,
    wanted: 0,
    background: 0,
    available: 0,
    inFlight: 0,
    sent: 0,
    sentNormal: 0,
    limit: 100,
    used: 0,
    reset: 0,
    rolledOver: false,
    probeFailed: false,
    boundaryIn: -1,
    blockedFor: 0,
    processes: 1,
    ...request,
  };
}
