import { Failure } from '../http/failure.ts';
import type { Store } from '../storage/store.ts';
import type { Clock } from '../utils/clock.ts';

/** The response to a request that changed the state. */
export interface SavedResponse {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** How long a key is remembered, in milliseconds: one day. */
const keyLifetime = 86_400_000;

/** Maximum number of keys, so that a load test does not fill the memory. */
const maxKeys = 10_000;

/** Does the work of a request with an `Idempotency-Key` once. */
export class Idempotency {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /**
   * @param id The token and the key.
   * @param content Two requests with the same key must have the same content. It is stored, so it must not be secret.
   * @param change Is saved together with its response.
   */
  once(id: string, content: string, change: () => SavedResponse): SavedResponse {
    const saved = this.#store.responses.get(id);
    if (saved !== undefined && this.#clock.now() - saved.savedAt < keyLifetime) {
      if (saved.fingerprint !== content) throw reused();
      return { ...saved, headers: { ...saved.headers, 'Idempotent-Replayed': 'true' } };
    }
    return this.#store.transaction(() => {
      const { status, body, headers } = change();
      this.#store.responses.delete(id);
      this.#store.responses.put({ id, fingerprint: content, status, body, headers, savedAt: this.#clock.now() });
      this.#evictOldest();
      return { status, body, headers };
    });
  }

  #evictOldest(): void {
    // Records are ordered by age, so the search ends at the first one that stays.
    for (const record of this.#store.responses.values()) {
      if (this.#clock.now() - record.savedAt < keyLifetime && this.#store.responses.size <= maxKeys) return;
      this.#store.responses.delete(record.id);
    }
  }
}

function reused(): Failure {
  return new Failure(
    409,
    'idempotency_key_reused',
    'This Idempotency-Key was used with another body. Use a new key for a new request.',
  );
}
