import type { RateStanding } from './rate-windows.ts';
import type { PendingRequest } from './request-log.ts';
import type { TokenRecord } from './store.ts';

/** What the parts of the app tell each other about one request, in hono's terms. */
export interface Env {
  Variables: {
    /** The request's line in the log. */
    entry: PendingRequest;
    /** Whose request it is, once that is known. */
    token: TokenRecord | undefined;
    /** What the rate-limit headers shall say, where that is not the truth. */
    standing: RateStanding | undefined;
    /** How the connection shall break. */
    broken: 'reset' | 'cut' | undefined;
  };
}
