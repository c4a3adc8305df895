import { ExampleError } from '../errors/example-error.ts';
import { withTimeout } from '../utils/with-timeout.ts';
import type { ClaimedEvent, ReplayClaim } from './replay-store.ts';

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

/** How long a store takes, in milliseconds. */
export interface ClaimTimes {
  /** How long a claim lasts without renewal. */
  readonly lease: number;
  /** How long to wait for a reply of the store, or `Infinity`. */
  readonly timeout: number;
}

/** Claims an event for a process, and renews the claim until it is completed, released or lost. */
export async function renewedClaim(event: ClaimableEvent, times: ClaimTimes): Promise<ReplayClaim> {
  const claim = new RenewedClaim(event, times);
  const result = await claim.claim();
  if (result === 'claimed') return claim;
  return result === 'handled' ? { status: 'handled' } : { status: 'busy', retryAfter: result / 1_000 };
}

class RenewedClaim implements ClaimedEvent {
  readonly status = 'claimed';
  readonly #holder = crypto.randomUUID();
  readonly #lost = new AbortController();
  readonly #event: ClaimableEvent;
  readonly #times: ClaimTimes;
  #interval: ReturnType<typeof setInterval> | undefined;
  #renewal: Promise<unknown> | undefined;
  #expiry: ReturnType<typeof setTimeout> | undefined;
  /** Whether nobody wants the claim any more, so that one that is granted late has to be given back. */
  #abandoned = false;

  constructor(event: ClaimableEvent, times: ClaimTimes) {
    this.#event = event;
    this.#times = times;
  }

  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  /** Claims the event, and renews the claim three times per lease from then on. */
  async claim(): Promise<'claimed' | 'handled' | number> {
    const result = await this.#renew().catch((error: unknown) => {
      this.#abandon();
      throw error;
    });
    if (result !== 'claimed') return result;
    this.#interval = setInterval(() => {
      this.#renewal = this.#renew().then(
        (renewed) => renewed === 'claimed' || this.#lose(),
        () => undefined, // The next renewal may succeed. If none does, the claim expires.
      );
    }, this.#times.lease / 3);
    return result;
  }

  async complete(): Promise<void> {
    await this.#stopRenewing();
    if (await this.#inTime(this.#event.complete(this.#holder))) return;
    throw new ExampleError('The claim was lost: another process may have handled the event too.');
  }

  async release(): Promise<void> {
    await this.#stopRenewing();
    this.#abandoned = true;
    await this.#inTime(this.#event.release(this.#holder));
  }

  async #renew(): Promise<'claimed' | 'handled' | number> {
    const sentAt = performance.now();
    const reply = this.#event.claim(this.#holder);
    // A client that is disconnected may send its command much later, when nobody waits for the reply any more.
    void reply.then(
      (result) => result === 'claimed' && this.#abandoned && this.#abandon(),
      () => undefined,
    );
    const result = await this.#inTime(reply);
    if (result !== 'claimed') return result;
    clearTimeout(this.#expiry);
    // Counted from when it was sent: the lease in the store began later, so it ends later.
    this.#expiry = setTimeout(() => this.#lose(), this.#times.lease - (performance.now() - sentAt));
    return result;
  }

  async #stopRenewing(): Promise<void> {
    clearInterval(this.#interval);
    // A renewal in flight must not arrive after the release, which it would undo.
    await this.#renewal;
    clearTimeout(this.#expiry);
  }

  #lose(): void {
    clearInterval(this.#interval);
    clearTimeout(this.#expiry);
    this.#abandoned = true;
    this.#lost.abort(new ExampleError('The claim of this webhook was lost: another process may handle the event now.'));
  }

  /** Gives up a claim that the store may have granted. If that fails, too, the claim expires. */
  #abandon(): void {
    this.#abandoned = true;
    this.#event.release(this.#holder).catch(() => undefined);
  }

  #inTime<T>(reply: Promise<T>): Promise<T> {
    return withTimeout(reply, this.#times.timeout, 'The replay store');
  }
}
