import type { DeliveryRecord, RecordedRequest } from '@example/sandbox';
import type { RateLimitSnapshot } from '@example/sdk';

/** What the page tells the worker that runs the code. */
export type Command =
  | {
      readonly type: 'run';
      readonly code: string;
      /** The code as it was compiled with the page, if nobody has changed it. */
      readonly script: string | undefined;
      /** How many times as fast as the real one the clock is. */
      readonly speed: number;
      readonly trouble: Trouble;
    }
  | { readonly type: 'set'; readonly trouble: Trouble };

/** What is switched on to go wrong. */
export interface Trouble {
  /** One response in five is a 500. */
  readonly faults: boolean;
  /** Each response takes 800 ms longer. */
  readonly latency: boolean;
  /** Each response is a 503. */
  readonly outage: boolean;
}

export type Level = 'debug' | 'error' | 'info' | 'log' | 'warn';

/** A request to the API that the page runs, as it is now. */
export type ShownRequest = Pick<RecordedRequest, 'id' | 'method' | 'target' | 'state' | 'status' | 'body'> & {
  readonly response: unknown;
};

export type ShownDelivery = Pick<DeliveryRecord, 'id' | 'event' | 'status' | 'tries' | 'body'>;

/** What the worker tells the page. */
export type Report =
  | { readonly type: 'console'; readonly level: Level; readonly text: string }
  | {
      readonly type: 'state';
      /** Milliseconds of the virtual clock since the code was started. */
      readonly elapsed: number;
      /** `undefined` until the code makes a client. */
      readonly budget: Pick<RateLimitSnapshot, 'limit' | 'remaining' | 'waiting'> | undefined;
      /** Requests that are new or have changed since the last report. */
      readonly requests: readonly ShownRequest[];
      readonly deliveries: readonly ShownDelivery[];
    }
  | { readonly type: 'end'; readonly error: string | undefined };
