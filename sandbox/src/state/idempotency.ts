import { Failure } from '../http/failure.ts';
import type { Store } from '../storage/store.ts';
import type { Clock } from '../utils/clock.ts';
import { hashPassword, verifyPassword } from '../utils/hashing.ts';

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

interface InFlight {
  readonly content: string;
  readonly response: Promise<SavedResponse>;
}

/** Does the work of a request with an `Idempotency-Key` once, even when the same request arrives several times at once. */
export class Idempotency {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #inFlight = new Map<string, InFlight>();

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /**
   * @param id The token and the key.
   * @param content Two requests with the same key must have the same content.
   * @param prepare Does the asynchronous part and returns the change, which is saved together with its response.
   */
  async once(id: string, content: string, prepare: () => Promise<() => SavedResponse>): Promise<SavedResponse> {
    const inFlight = this.#inFlight.get(id);
    if (inFlight !== undefined) {
      if (inFlight.content !== content) throw reused();
      return replayed(await inFlight.response);
    }

    const response = this.#response(id, content, prepare);
    this.#inFlight.set(id, { content, response });
    try {
      return await response;
    } finally {
      this.#inFlight.delete(id);
    }
  }

  async #response(id: string, content: string, prepare: () => Promise<() => SavedResponse>): Promise<SavedResponse> {
    const saved = await this.#saved(id, content);
    return saved === undefined ? this.#work(id, content, prepare) : replayed(saved);
  }

  async #saved(id: string, content: string): Promise<SavedResponse | undefined> {
    const record = this.#store.responses.get(id);
    if (record === undefined || this.#clock.now() - record.savedAt >= keyLifetime) return undefined;
    if (!(await verifyPassword(content, record.fingerprint))) throw reused();
    return record;
  }

  async #work(id: string, content: string, prepare: () => Promise<() => SavedResponse>): Promise<SavedResponse> {
    // The content includes the user's password, so it is hashed like one.
    const [fingerprint, change] = await Promise.all([hashPassword(content), prepare()]);
    return this.#store.transaction(() => {
      const { status, body, headers } = change();
      this.#store.responses.delete(id);
      this.#store.responses.put({ id, fingerprint, status, body, headers, savedAt: this.#clock.now() });
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

function replayed(response: SavedResponse): SavedResponse {
  return { ...response, headers: { ...response.headers, 'Idempotent-Replayed': 'true' } };
}

function reused(): Failure {
  return new Failure(
    409,
    'idempotency_key_reused',
    'This Idempotency-Key was used with another body. Use a new key for a new request.',
  );
}
