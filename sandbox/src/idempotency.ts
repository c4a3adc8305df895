import type { Clock } from './clock.ts';
import { Failure } from './failure.ts';
import { hashPassword, verifyPassword } from './hashing.ts';
import type { Store } from './store.ts';

/** What the API answers to a request that changes something. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** How long a key is remembered, in milliseconds: a day. */
const LIFETIME = 86_400_000;

/** Keys that are remembered at most, so that a load test does not fill the memory. */
const MAX_KEYS = 10_000;

interface UnderWay {
  readonly content: string;
  readonly answer: Promise<Answer>;
}

/** Does the work of a request with an `Idempotency-Key` once, however often and however close together it arrives. */
export class Idempotency {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #underWay = new Map<string, UnderWay>();

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /**
   * @param id Token and key.
   * @param content What two requests must have in common to be the same.
   * @param prepare What may take time; it returns the change itself, which is saved together with its answer.
   */
  async once(id: string, content: string, prepare: () => Promise<() => Answer>): Promise<Answer> {
    const underWay = this.#underWay.get(id);
    if (underWay !== undefined) {
      if (underWay.content !== content) throw reused();
      return replayed(await underWay.answer);
    }

    const answer = this.#answer(id, content, prepare);
    this.#underWay.set(id, { content, answer });
    try {
      return await answer;
    } finally {
      this.#underWay.delete(id);
    }
  }

  async #answer(id: string, content: string, prepare: () => Promise<() => Answer>): Promise<Answer> {
    const saved = await this.#saved(id, content);
    return saved === undefined ? this.#work(id, content, prepare) : replayed(saved);
  }

  async #saved(id: string, content: string): Promise<Answer | undefined> {
    const record = this.#store.answers.get(id);
    if (record === undefined || this.#clock.now() - record.savedAt >= LIFETIME) return undefined;
    if (!(await verifyPassword(content, record.fingerprint))) throw reused();
    return record;
  }

  async #work(id: string, content: string, prepare: () => Promise<() => Answer>): Promise<Answer> {
    // The content holds the user's password, so its fingerprint is made with the same care.
    const [fingerprint, change] = await Promise.all([hashPassword(content), prepare()]);
    return this.#store.transaction(() => {
      const { status, body, headers } = change();
      this.#store.answers.delete(id);
      this.#store.answers.put({ id, fingerprint, status, body, headers, savedAt: this.#clock.now() });
      this.#forgetOld();
      return { status, body, headers };
    });
  }

  #forgetOld(): void {
    // Oldest first: the first that may stay ends the search.
    for (const record of this.#store.answers.values()) {
      if (this.#clock.now() - record.savedAt < LIFETIME && this.#store.answers.size <= MAX_KEYS) return;
      this.#store.answers.delete(record.id);
    }
  }
}

function replayed(answer: Answer): Answer {
  return { ...answer, headers: { ...answer.headers, 'Idempotent-Replayed': 'true' } };
}

function reused(): Failure {
  return new Failure(
    409,
    'idempotency_key_reused',
    'This Idempotency-Key came with another body before. Take a new key for a new request.',
  );
}
