import { milliseconds, wholeNumber } from '../utils/arguments.ts';
import { readOptions } from '../utils/options.ts';
import { defaultRetention, type ReplayStore } from './replay-store.ts';

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
  const retention = milliseconds('retention', given.retention ?? defaultRetention);
  const running = new Set<string>();
  /** Expiry by id, the oldest first. */
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
