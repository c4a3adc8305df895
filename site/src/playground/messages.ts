import type { DeliveryRecord, RecordedRequest } from '@example/sandbox';
import type { RateLimitSnapshot } from '@example/sdk';

/** What the page tells the worker that runs the code. */
export interface Command {
  readonly code?: string;
  /** Code that was compiled with the page. */
  readonly script?: string | undefined;
  /** How many times as fast as the real one the clock is. */
  readonly speed: number;
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
