import { readOptions, wholeNumber } from '../utils/arguments.ts';

/** Remembers handled events, so that no event is handled twice. Implement it to use your own database. */
export interface ReplayStore {
  /**
   * Claims an event in order to handle it. Only one of several concurrent claims succeeds, in any process. If this
   * rejects, no handler runs and the sender retries later. It must settle, because a webhook waits for it.
   *
   * @param key Identifies the event at your endpoint: a fingerprint of the endpoint's secret, a colon, and the
   * `webhook-id`. The id alone is not enough, because the API sends an event to all endpoints under the same one.
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
  /** Aborts if the claim is lost, so that another process may handle the event. Absent if it can't be lost. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Records that the event was handled. If it rejects, it is called again until it resolves or the signal aborts;
   * without a signal, for 15 seconds. Meanwhile, the event counts as handled.
   */
  complete(): unknown;
  /** Gives the event back. The next attempt can claim it. */
  release(): unknown;
}

/** Milliseconds that an id is remembered by default: longer than the specification's example keeps retrying. */
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
  /** When each id expires, on a monotonic clock. The id that was handled last comes last. */
  const handled = new Map<string, number>();

  return {
    claim(id) {
      if (Number(handled.get(id)) > performance.now()) return { status: 'handled' };
      if (running.has(id)) return { status: 'busy', retryAfter: 1 };

      running.add(id);
      return {
        status: 'claimed',
        complete() {
          running.delete(id);
          handled.delete(id); // `set` alone would keep the position of a known id.
          handled.set(id, performance.now() + retention);
          const [oldest] = handled.size > maxIds ? handled.keys() : [];
          if (oldest !== undefined) handled.delete(oldest);
        },
        release: () => void running.delete(id),
      };
    },
  };
}
