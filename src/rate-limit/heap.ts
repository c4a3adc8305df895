/** A binary heap whose entries know where they are, so that they can be removed. */
export class Heap<Entry extends { index: number }> {
  readonly #entries: Entry[] = [];
  readonly #timeOf: (entry: Entry) => number;

  constructor(timeOf: (entry: Entry) => number) {
    this.#timeOf = timeOf;
  }

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

  /** Puts an entry at a free place, and moves it up or down to where it belongs. */
  #place(entry: Entry, free: number): void {
    const entries = this.#entries;
    const time = this.#timeOf(entry);
    let index = free;
    for (;;) {
      const parent = entries[(index - 1) >> 1];
      if (index === 0 || parent === undefined || this.#timeOf(parent) <= time) break;
      this.#set(parent, index);
      index = (index - 1) >> 1;
    }
    for (;;) {
      const [left, right] = [entries[2 * index + 1], entries[2 * index + 2]];
      if (left === undefined) break;
      const isRight = right !== undefined && this.#timeOf(right) < this.#timeOf(left);
      const child = isRight ? right : left;
      if (this.#timeOf(child) >= time) break;
      this.#set(child, index);
      index = 2 * index + (isRight ? 2 : 1);
    }
    this.#set(entry, index);
  }

  #set(entry: Entry, index: number): void {
    this.#entries[index] = entry;
    entry.index = index;
  }
}
