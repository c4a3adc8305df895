/** Tells subscribers, such as open pages of the dashboard, that the state has changed. */
export class Changes {
  readonly #listeners = new Set<() => void>();

  readonly emit = (): void => {
    for (const listener of this.#listeners) listener();
  };

  /** Returns a function that unsubscribes. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
