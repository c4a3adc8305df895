import { ExampleError } from '../errors/example-error.ts';
import { milliseconds, text, wholeNumber } from '../utils/arguments.ts';
import { withTimeout } from '../utils/timing.ts';
import { defaultRetention, type ReplayClaim } from './store.ts';

/** Options of a replay store that several processes use. */
export interface ReplayStoreOptions {
  /**
   * Prefix of the keys. A fingerprint of the endpoint's secret and the `webhook-id` follow, so endpoints can share a
   * database. Default: `example-sdk:webhook:` in Redis, none in SQLite.
   */
  prefix?: string | undefined;
  /**
   * How long a claim lasts without renewal, in milliseconds. While handlers run, it is renewed three times per lease.
   * After a crash, another process can handle the event at most this much later. Default: 15 000.
   */
  lease?: number | undefined;
  /** How long a handled id is remembered, in milliseconds. Default: 345 600 000 (four days). */
  retention?: number | undefined;
}

/** Checks the options, and adds the defaults. */
export function leaseOptions(given: ReplayStoreOptions, defaultPrefix: string) {
  return {
    prefix: text('prefix', given.prefix ?? defaultPrefix),
    lease: milliseconds('lease', wholeNumber('lease', given.lease ?? 15_000, 1)),
    retention: wholeNumber('retention', given.retention ?? defaultRetention, 1),
  };
}

/** An event in a store that several processes use. Its claim expires unless it is renewed. */
export interface StoredEvent {
  /**
   * Claims the event for a holder, or renews the holder's claim. Leaves a handled event as it is.
   *
   * @returns `'claimed'` if the holder has the event, even if it has handled it; `'handled'` if another holder has
   *   handled it; or how many milliseconds the claim of another holder lasts.
   */
  claim(holder: string): Promise<'claimed' | 'handled' | number>;
  /** Records that the holder handled the event. Repeatable. Resolves to `false` if another holder has the event now. */
  complete(holder: string): Promise<boolean>;
  /** Gives up the holder's claim. */
  release(holder: string): Promise<void>;
}

/**
 * Claims an event for a process, and renews the claim three times per lease until it is completed, released or lost.
 *
 * @param lease How long a claim lasts without renewal, in milliseconds.
 * @param timeout How long to wait for the store's reply, in milliseconds, or `Infinity`.
 */
export async function leasedClaim(event: StoredEvent, lease: number, timeout: number): Promise<ReplayClaim> {
  const holder = crypto.randomUUID();
  const lost = new AbortController();
  let expiry: ReturnType<typeof setTimeout> | undefined;
  let lastExpiry: ReturnType<typeof setTimeout> | undefined;
  let renewal: Promise<unknown> | undefined;
  /** If the store grants a claim after it was abandoned, the claim has to be given back. */
  let state: 'held' | 'abandoned' | 'completed' = 'held';

  const inTime = <T>(reply: Promise<T>): Promise<T> => withTimeout(reply, timeout, 'The replay store');

  /** Gives up a claim that the store may have granted. If this fails, the claim expires. */
  function abandon(): void {
    state = 'abandoned';
    event.release(holder).catch(() => undefined);
  }

  function end(as: 'abandoned' | 'completed'): void {
    state = as;
    clearInterval(interval);
    clearTimeout(expiry);
    clearTimeout(lastExpiry);
  }

  function lose(): void {
    if (state !== 'held') return;
    end('abandoned');
    lost.abort(new ExampleError('The claim of this webhook was lost: another process may handle the event now.'));
  }

  async function renew(): Promise<'claimed' | 'handled' | number> {
    const sentAt = performance.now();
    const reply = event.claim(holder);
    // A disconnected client may send its command much later, when nobody waits for the reply any more.
    void reply.then(
      (result) => result === 'claimed' && state === 'abandoned' && abandon(),
      () => undefined,
    );
    const result = await inTime(reply);
    if (result !== 'claimed' || state !== 'held') return result;
    clearTimeout(expiry);
    // Counted from when the command was sent. The lease in the store begins later, so it also ends later.
    expiry = setTimeout(lose, lease - (performance.now() - sentAt));
    return result;
  }

  const result = await renew().catch((error: unknown) => {
    abandon();
    throw error;
  });
  if (result === 'handled') return { status: 'handled' };
  if (result !== 'claimed') return { status: 'busy', retryAfter: result / 1_000 };

  const interval = setInterval(() => {
    renewal = renew().then(
      (renewed) => renewed === 'claimed' || lose(),
      () => undefined, // The next renewal may succeed. If none does, the claim expires.
    );
  }, lease / 3);
  return {
    status: 'claimed',
    signal: lost.signal,
    async complete() {
      if (state === 'completed') return;
      // If recording fails, the claim is renewed and recording repeated, but only for one more lease.
      if (state === 'held') lastExpiry ??= setTimeout(lose, lease);
      if (await inTime(event.complete(holder))) {
        end('completed');
        return;
      }
      lose();
      throw new ExampleError('The claim was lost: another process may have handled the event too.');
    },
    async release() {
      clearInterval(interval);
      // A renewal that arrived after the release would undo it.
      await renewal;
      end('abandoned');
      await inTime(event.release(holder));
    },
  };
}
