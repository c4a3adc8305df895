/** What an action did, for the page after it. */
export interface Notice {
  readonly text: string;
  /** A value that is shown only here. */
  readonly secret?: { readonly label: string; readonly value: string };
}

/**
 * Notices on their way from an action to the page that it redirects to. Each is shown once, so that reloading the page
 * repeats neither the action nor the notice.
 */
export class Notices {
  readonly #waiting = new Map<string, Notice>();

  /** Returns the key to {@link take} it with. */
  add(notice: Notice): string {
    const key = crypto.randomUUID();
    this.#waiting.set(key, notice);
    return key;
  }

  take(key: string): Notice | undefined {
    const notice = this.#waiting.get(key);
    this.#waiting.delete(key);
    return notice;
  }
}
