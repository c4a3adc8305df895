/** An entry of a {@link LinkedQueue}. It holds the links itself, so that queueing it allocates nothing. */
export class QueueNode {
  queue: LinkedQueue<this> | undefined;
  previous: this | undefined;
  next: this | undefined;
  /** Grows from one entry of a queue to the next. */
  position = 0;
}

/** A first-in, first-out queue. Removing an entry takes constant time, wherever it is. */
export class LinkedQueue<Node extends QueueNode> {
  first: Node | undefined;
  length = 0;
  #last: Node | undefined;
  #pushed = 0;

  push(node: Node): void {
    node.queue = this;
    node.position = ++this.#pushed;
    node.previous = this.#last;
    if (this.#last === undefined) this.first = node;
    else this.#last.next = node;
    this.#last = node;
    this.length += 1;
  }

  /** Moves an entry from the queue that it is in to the end of this one. */
  take(node: Node): void {
    node.queue?.remove(node);
    this.push(node);
  }

  remove(node: Node): void {
    if (node.previous === undefined) this.first = node.next;
    else node.previous.next = node.next;
    if (node.next === undefined) this.#last = node.previous;
    else node.next.previous = node.previous;
    node.queue = node.previous = node.next = undefined;
    this.length -= 1;
  }

  *[Symbol.iterator](): Generator<Node> {
    for (let node = this.first; node !== undefined; node = node.next) yield node;
  }
}
