import { milliseconds, wholeNumber } from '../utils/arguments.ts';
import { DEFAULT_RETENTION, type ReplayStore } from './replay-store.ts';

/** How much is remembered. */
export interface MemoryReplayStoreOptions {
  /** How many handled ids to remember; beyond that the oldest are forgotten. Default: 10 000, about 2 MB. */
  maxIds?: number | undefined;
  /** How long to remember a handled id, in milliseconds. Default: 345 600 000, four days. */
  retention?: number | undefined;
}

/**
 * Remembers handled events in this process: for one process, or where the sender's retries always come to the same one.
 *
 * @throws {InvalidRequestError} for an option that makes no sense.
 */
export function memoryReplayStore(options: MemoryReplayStoreOptions = {}): ReplayStore {
  const maxIds = wholeNumber('maxIds', options.maxIds ?? 10_000, 1);
  const retention = milliseconds('retention', options.retention ?? DEFAULT_RETENTION);
  const running = new Set<string>();
  /** When each is forgotten, the oldest first. */
  const handled = new Map<string, number>();

  return {
    claim(id) {
      if ((handled.get(id) ?? 0) > Date.now()) return { status: 'handled' };
      if (running.has(id)) return { status: 'busy', retryAfter: 1 };

      running.add(id);
      return {
        status: 'claimed',
        complete() {
          running.delete(id);
          handled.delete(id);
          handled.set(id, Date.now() + retention);
          const [oldest] = handled.size > maxIds ? handled.keys() : [];
          if (oldest !== undefined) handled.delete(oldest);
        },
        release() {
          running.delete(id);
        },
      };
    },
  };
}
