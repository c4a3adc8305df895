/** What a process still has to do for the webhooks that it has received. */
export class Tasks {
  readonly #running = new Set<Promise<unknown>>();

  /** Returns the task, which must not reject. */
  add<T>(task: Promise<T>): Promise<T> {
    this.#running.add(task);
    return task.finally(() => this.#running.delete(task));
  }

  /** Resolves when nothing is left to do. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) {
      await Promise.all(this.#running);
      // Servers send what a handler returned in the same turn of the event loop.
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
}
