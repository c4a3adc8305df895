/** Something that can stand in a {@link Lane}. It holds the links itself, so that a place costs no further object. */
export class Place {
  lane: Lane<this> | undefined;
  ahead: this | undefined;
  behind: this | undefined;
}

/** First in, first out; leaving from the middle takes no longer than leaving from the front. */
export class Lane<Entry extends Place> {
  front: Entry | undefined;
  length = 0;
  #back: Entry | undefined;

  join(entry: Entry): void {
    entry.lane = this;
    entry.ahead = this.#back;
    if (this.#back === undefined) this.front = entry;
    else this.#back.behind = entry;
    this.#back = entry;
    this.length += 1;
  }

  leave(entry: Entry): void {
    if (entry.ahead === undefined) this.front = entry.behind;
    else entry.ahead.behind = entry.behind;
    if (entry.behind === undefined) this.#back = entry.ahead;
    else entry.behind.ahead = entry.ahead;
    entry.lane = entry.ahead = entry.behind = undefined;
    this.length -= 1;
  }
}
