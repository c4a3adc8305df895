/**
 * What is known of the events that were handled before, by `webhook-id`: the API delivers an event at least once, and
 * with this its handlers succeed only once. Two are ready: {@link memoryReplayStore}, and `redisReplayStore` of
 * `@example/sdk/redis` for several processes.
 */
export interface ReplayStore {
  /**
   * Asks to handle an event. Of all that ask at the same time, in any process, one gets it. If this rejects, no handler
   * is run and the sender tries again later.
   */
  claim(id: string): ReplayClaim | Promise<ReplayClaim>;
}

/** The answer to {@link ReplayStore.claim}. */
export type ReplayClaim =
  | {
      /** It was handled before. */
      readonly status: 'handled';
    }
  | {
      /** It is being handled at this moment. */
      readonly status: 'busy';
      /** Seconds until it is worth asking again. */
      readonly retryAfter: number;
    }
  | ClaimedEvent;

/** An event that nobody else handles until one of the two methods is called, or the process dies. */
export interface ClaimedEvent {
  /** It is yours to handle. */
  readonly status: 'claimed';
  /** Aborts when the claim was lost and another process may have taken over. Absent if it can't be lost. */
  readonly signal?: AbortSignal | undefined;
  /** It was handled: from now on it counts as `handled`. */
  complete(): unknown;
  /** It was not: the next attempt gets it. */
  release(): unknown;
}

/** The default of how long an id is remembered, in milliseconds: longer than the retries of the specification's example go on. */
export const DEFAULT_RETENTION = 4 * 24 * 60 * 60 * 1_000;
