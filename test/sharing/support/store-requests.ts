import type { RateLimitStoreReply, RateLimitStoreRequest } from '@example/sdk';
import type { Grant, Report } from '../../../src/sharing/step.ts';

/** What a process sends. Users can't see into it. */
const request = (report: Report): RateLimitStoreRequest => report as unknown as RateLimitStoreRequest;

/** What a process is granted. */
export const grantOf = (reply: RateLimitStoreReply): Grant => reply as unknown as Grant;

/** The first sync of a process, which knows nothing yet. */
export function firstRequest(process: string, report: Partial<Report> = {}): RateLimitStoreRequest {
  const nothing = { normal: 0, background: 0, available: 0, inFlight: 0, sent: 0, arrived: 0 };
  return request({ process, ...nothing, limit: 100, used: 0, reset: 0, timeLeft: 0, probeFailed: false, ...report });
}

/** What a store replies that grants nothing and knows no window. */
export function reply(grant: Partial<Grant> = {}): RateLimitStoreReply {
  const nothing = { normal: 0, background: 0, limit: 100, used: 0, reset: 0, timeLeft: 0, processes: 1, nextSyncIn: 0 };
  return { ...nothing, ...grant } as unknown as RateLimitStoreReply;
}
