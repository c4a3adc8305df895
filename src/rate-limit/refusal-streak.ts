/** Refusals in a row that can be explained by other clients, which use up each window before us. */
const longestContention = 10;

/** The refusals since a request was last admitted, except those of requests that were in flight at a refusal. */
export class RefusalStreak {
  #length = 0;
  #refusedAt = -Infinity;

  answered(sentAt: number, now: number, refused: boolean): void {
    if (!refused) this.#length = 0;
    else if (sentAt >= this.#refusedAt) this.#length += 1;
    if (refused) this.#refusedAt = now;
  }

  /** Whether other clients may be the reason. An API that admits nothing for long is not believed. */
  get mayBeContention(): boolean {
    return this.#length <= longestContention;
  }
}
