/** A binary heap whose entries know where they are (`index`; -1 for nowhere), so that any of them can be removed. */
export class Heap<Entry extends { index: number }> {
  readonly #entries: Entry[] = [];
  readonly #timeOf: (entry: Entry) => number;

  constructor(timeOf: (entry: Entry) => number) {
    this.#timeOf = timeOf;
  }

  /** The entry whose time comes first. */
  get first(): Entry | undefined {
    return this.#entries[0];
  }

  push(entry: Entry): void {
    this.#place(entry, this.#entries.length);
  }

  remove(entry: Entry): void {
    const { index } = entry;
    if (index < 0) return;
    entry.index = -1;
    const last = this.#entries.pop();
    if (last !== undefined && last !== entry) this.#place(last, index);
  }

  /** Moves an entry from a free place up or down to where it belongs. */
  #place(entry: Entry, free: number): void {
    const entries = this.#entries;
    const time = this.#timeOf(entry);
    const timeAt = (index: number) => (entries[index] === undefined ? Infinity : this.#timeOf(entries[index]));
    let index = free;
    const moveTo = (next: number) => {
      const other = entries[next];
      if (other !== undefined) this.#set(other, index);
      index = next;
    };
    while (index > 0 && timeAt((index - 1) >> 1) > time) moveTo((index - 1) >> 1);
    for (;;) {
      const child = timeAt(2 * index + 2) < timeAt(2 * index + 1) ? 2 * index + 2 : 2 * index + 1;
      if (timeAt(child) >= time) break;
      moveTo(child);
    }
    this.#set(entry, index);
  }

  #set(entry: Entry, index: number): void {
    this.#entries[index] = entry;
    entry.index = index;
  }
}
