/** Functions that are called when something happens. */
export class Listeners<Args extends readonly unknown[] = []> {
  readonly #listeners = new Set<(...args: Args) => void>();

  readonly emit = (...args: Args): void => {
    for (const listener of this.#listeners) listener(...args);
  };

  /** Returns a function that unsubscribes. */
  subscribe(listener: (...args: Args) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
