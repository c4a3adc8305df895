import { readOptions, wholeNumber } from '../utils/arguments.ts';

/** Remembers handled events, so that none is handled twice. Implement it to use your own database. */
export interface ReplayStore {
  /**
   * Claims an event in order to handle it. Of all concurrent claims, in any process, one succeeds. If this rejects, no
   * handler runs and the sender retries later. It must settle: a webhook waits for it.
   *
   * @param key Identifies the event at your endpoint: a fingerprint of the endpoint's secret, a colon, and the
   * `webhook-id`. The API sends an event to all endpoints under one id, which alone is not enough.
   */
  claim(key: string): ReplayClaim | Promise<ReplayClaim>;
}

/** Result of {@link ReplayStore.claim}. */
export type ReplayClaim =
  | ClaimedEvent
  | {
      /** Another process or request is handling the event. */
      readonly status: 'busy';
      /** Seconds after which the sender should retry. */
      readonly retryAfter: number;
    }
  | {
      /** The event was handled. */
      readonly status: 'handled';
    };

/** A claim that was granted. It lasts until one of the two methods is called or the process dies. */
export interface ClaimedEvent {
  /** The event is yours to handle. */
  readonly status: 'claimed';
  /** Aborts when the claim is lost and another process may handle the event. Absent if the claim can't be lost. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Records that the event was handled. If it rejects and the signal has not aborted, the event still counts as
   * handled, and it is called again until it resolves or the signal aborts; without a signal, for 15 seconds.
   */
  complete(): unknown;
  /** Gives the event back. The next attempt can claim it. */
  release(): unknown;
}

/** How long an id is remembered by default, in milliseconds: longer than the retries in the specification's example. */
export const defaultRetention = 4 * 24 * 60 * 60 * 1_000;

/** Options of {@link memoryReplayStore}. */
export interface MemoryReplayStoreOptions {
  /** How many handled ids are remembered; the oldest are forgotten first. Default: 10 000 (about 2 MB). */
  maxIds?: number | undefined;
  /** How long a handled id is remembered, in milliseconds. Default: 345 600 000 (four days). */
  retention?: number | undefined;
}

/**
 * Remembers handled events in memory. Use it if you run a single process.
 *
 * @throws {InvalidRequestError} when an option is invalid.
 */
export function memoryReplayStore(options: MemoryReplayStoreOptions = {}): ReplayStore {
  const given = readOptions('options', options, ['maxIds', 'retention']);
  const maxIds = wholeNumber('maxIds', given.maxIds ?? 10_000, 1);
  const retention = wholeNumber('retention', given.retention ?? defaultRetention, 1);
  const running = new Set<string>();
  /** When each id expires, on a monotonic clock. The id that was handled last stands last. */
  const handled = new Map<string, number>();

  return {
    claim(id) {
      if ((handled.get(id) ?? 0) > performance.now()) return { status: 'handled' };
      if (running.has(id)) return { status: 'busy', retryAfter: 1 };

      running.add(id);
      return {
        status: 'claimed',
        complete() {
          running.delete(id);
          handled.delete(id); // `set` would leave a known id in its place.
          handled.set(id, performance.now() + retention);
          const [oldest] = handled.size > maxIds ? handled.keys() : [];
          if (oldest !== undefined) handled.delete(oldest);
        },
        release: () => void running.delete(id),
      };
    },
  };
}
