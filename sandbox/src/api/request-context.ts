import type { Exchange } from '../state/recorded-request.ts';
import type { TokenRecord } from '../storage/records.ts';

/** The variables that the middleware of one request shares. */
export interface Env {
  Variables: {
    /** The request's record in the log. */
    exchange: Exchange;
    /** The request's token, once it is known. */
    token: TokenRecord | undefined;
    /** How a fault breaks the connection. */
    broken: 'reset' | 'cut' | undefined;
  };
}
