import { ExampleError } from '../errors/example-error.ts';
import { withTimeout } from '../utils/with-timeout.ts';
import type { ReplayClaim } from './replay-store.ts';

/** One event in a store that several processes use. Claims expire, unless they are renewed. */
export interface ClaimableEvent {
  /**
   * Claims the event for a holder, or renews the holder's claim.
   *
   * @returns `'claimed'`; `'handled'` if it was handled before; or how many milliseconds the claim of another holder lasts.
   */
  claim(holder: string): Promise<'claimed' | 'handled' | number>;
  /** Records that the event was handled. Resolves to `false` if another holder has claimed it meanwhile. */
  complete(holder: string): Promise<boolean>;
  /** Gives the claim of the holder up. */
  release(holder: string): Promise<void>;
}

/**
 * Claims an event for a process, and renews the claim three times per lease until it is completed, released or lost.
 *
 * @param lease How long a claim lasts without renewal, in milliseconds.
 * @param timeout How long to wait for a reply of the store, in milliseconds, or `Infinity`.
 */
export async function renewedClaim(event: ClaimableEvent, lease: number, timeout: number): Promise<ReplayClaim> {
  const holder = crypto.randomUUID();
  const lost = new AbortController();
  let expiry: ReturnType<typeof setTimeout> | undefined;
  let renewal: Promise<unknown> | undefined;
  /** Whether nobody wants the claim any more. One that is granted late has to be given back. */
  let isAbandoned = false;

  const inTime = <T>(reply: Promise<T>): Promise<T> => withTimeout(reply, timeout, 'The replay store');

  /** Gives up a claim that the store may have granted. If that fails, too, the claim expires. */
  function abandon(): void {
    isAbandoned = true;
    event.release(holder).catch(() => undefined);
  }

  function lose(): void {
    clearInterval(interval);
    clearTimeout(expiry);
    isAbandoned = true;
    lost.abort(new ExampleError('The claim of this webhook was lost: another process may handle the event now.'));
  }

  async function renew(): Promise<'claimed' | 'handled' | number> {
    const sentAt = performance.now();
    const reply = event.claim(holder);
    // A client that is disconnected may send its command much later, when nobody waits for the reply any more.
    void reply.then(
      (result) => result === 'claimed' && isAbandoned && abandon(),
      () => undefined,
    );
    const result = await inTime(reply);
    if (result !== 'claimed') return result;
    clearTimeout(expiry);
    // Counted from when it was sent: the lease in the store began later, so it ends later.
    expiry = setTimeout(lose, lease - (performance.now() - sentAt));
    return result;
  }

  async function stopRenewing(): Promise<void> {
    clearInterval(interval);
    // A renewal in flight must not arrive after the release, which it would undo.
    await renewal;
    clearTimeout(expiry);
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
      await stopRenewing();
      if (await inTime(event.complete(holder))) return;
      throw new ExampleError('The claim was lost: another process may have handled the event too.');
    },
    async release() {
      await stopRenewing();
      isAbandoned = true;
      await inTime(event.release(holder));
    },
  };
}
