import type { PendingRequest } from './request-log.ts';
import type { TokenRecord } from './store.ts';

/** What the parts of the app tell each other about one request, in hono's terms. */
export interface Env {
  Variables: {
    /** The request's line in the log. */
    entry: PendingRequest;
    /** Whose request it is, once that is known. */
    token: TokenRecord | undefined;
  };
}
