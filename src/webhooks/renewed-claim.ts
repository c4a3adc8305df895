import { ExampleError } from '../errors/example-error.ts';
import type { ClaimedEvent } from './replay-store.ts';

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

/** A claim that is renewed until it is completed, released or lost. */
export class RenewedClaim implements ClaimedEvent {
  readonly status = 'claimed';
  readonly #holder = crypto.randomUUID();
  readonly #lost = new AbortController();
  readonly #event: ClaimableEvent;
  readonly #lease: number;
  #interval: ReturnType<typeof setInterval> | undefined;
  #renewal: Promise<unknown> | undefined;
  #expiry: ReturnType<typeof setTimeout> | undefined;

  /** @param lease How long a claim lasts without renewal, in milliseconds. */
  constructor(event: ClaimableEvent, lease: number) {
    this.#event = event;
    this.#lease = lease;
  }

  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  /** Claims the event, and renews the claim three times per lease from then on. */
  async claim(): Promise<'claimed' | 'handled' | number> {
    const result = await this.#renew();
    if (result !== 'claimed') return result;
    this.#interval = setInterval(() => {
      this.#renewal = this.#renew().then(
        (renewed) => renewed === 'claimed' || this.#lose(),
        () => undefined, // The next renewal may succeed. If none does, the claim expires.
      );
    }, this.#lease / 3);
    return result;
  }

  async complete(): Promise<void> {
    await this.#stopRenewing();
    if (await this.#event.complete(this.#holder)) return;
    throw new ExampleError('The claim was lost: another process may have handled the event too.');
  }

  async release(): Promise<void> {
    await this.#stopRenewing();
    await this.#event.release(this.#holder);
  }

  async #renew(): Promise<'claimed' | 'handled' | number> {
    const sentAt = performance.now();
    const result = await this.#event.claim(this.#holder);
    if (result !== 'claimed') return result;
    clearTimeout(this.#expiry);
    // Counted from when it was sent: the lease in the store began later, so it ends later.
    this.#expiry = setTimeout(() => this.#lose(), this.#lease - (performance.now() - sentAt));
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
    this.#lost.abort(new ExampleError('The claim of this webhook was lost: another process may handle the event now.'));
  }
}
