import type { Kind } from './kinds.ts';
import { List, type Item } from './list.ts';
import type { Motion } from './motions.ts';
import { below, type Random } from '../../support/random.ts';

/** How fast a list moves. */
export interface Pace {
  /** How many changes of one kind there are between two requests, at most. */
  readonly changes: number;
  /** The request after which the list is at rest: no client can read to the end of a list that grows without end. */
  readonly until: number;
}

/** A list server of some kind. Its list moves before each request but the first. */
export class Server {
  requests = 0;
  /** The largest number of requests that it answers. Whoever sends more is caught in a loop. */
  requestLimit = Infinity;
  readonly kind: Kind;
  readonly list: List;
  /** The items that were in the list when it was first asked for. */
  initial: readonly Item[] = [];
  readonly #motion: Motion;
  readonly #random: Random;
  readonly #pace: Pace;
  #staleCount: number;
  /** Where the last page ended that was sent. */
  #end = 0;

  constructor(kind: Kind, motion: Motion, size: number, pace: Pace, random: Random) {
    this.kind = kind;
    let created = 0;
    const isInMiddle = () => Math.abs(++created / size - 0.5) < kind.hidden / 2;
    this.list = new List(size, kind.isMiddleHidden ? isInMiddle : () => random() < kind.hidden);
    this.list.deleted = Math.ceil(size / 20);
    this.#motion = motion;
    this.#random = random;
    this.#pace = pace;
    this.#staleCount = Math.max(0, size - below(random, 3));
  }

  get isOverrun(): boolean {
    return this.requests > this.requestLimit;
  }

  /** What a client is given as its `fetch`. */
  readonly fetch = async (input: string | URL | Request): Promise<Response> => {
    // Responses to requests that were made at the same time arrive in any order.
    for (let turns = below(this.#random, 4); turns > 0; turns--) await Promise.resolve();
    this.requests += 1;
    if (this.isOverrun) throw new TypeError('There were far too many requests.');
    if (this.requests === 1) this.initial = [...this.list.items];
    else if (this.requests <= this.#pace.until)
      this.#motion.step(this.list, this.#random, this.#pace.changes, this.requests, this.#end);
    const { searchParams } = new URL(input instanceof Request ? input.url : input);
    return this.#answer(
      Number(searchParams.get('page') ?? 1),
      Number(searchParams.get('per_page') ?? this.kind.defaultSize),
    );
  };

  #answer(asked: number, perPage: number): Response {
    const { kind } = this;
    const { items } = this.list;
    const size = kind.sizes(perPage, this.requests);
    if (typeof size === 'object') return refusal(size.refused, 'per_page is not allowed.');

    const last = Math.max(1, Math.ceil(items.length / size));
    let page = kind.ignoresPage ? 1 : asked;
    if (page > last && kind.afterEnd === 'last page') page = last;
    if (page > last && typeof kind.afterEnd === 'object')
      return refusal(kind.afterEnd.status, 'There is no such page.');
    if (page * size > kind.depth && page > 1) return refusal(422, `Only the first ${kind.depth} items can be listed.`);

    const shown = items.slice((page - 1) * size, page * size).filter((item) => !item.isHidden);
    this.#end = page * size;
    if (this.requests % 5 === 0) this.#staleCount = items.length;
    const meta = kind.meta({
      page,
      size,
      count: items.length,
      shown: shown.length,
      staleCount: this.#staleCount,
      deleted: this.list.deleted,
    });
    const body = JSON.stringify({ data: shown.map((item) => ({ ...this.#idOf(item), name: String(item.key) })), meta });
    return new Response(kind.ids === 'unsafe' ? body.replaceAll(/"id":"(\d+)"/g, '"id":$1') : body, {
      headers: { 'Content-Type': 'application/json' },
    });
  }

  #idOf({ key }: Item): { readonly id?: string | number } {
    switch (this.kind.ids) {
      case 'string':
        return { id: `proj_${key}` };
      case 'number':
        return { id: key };
      case 'missing':
        return {};
      case 'unsafe':
        return { id: String(2n ** 60n + BigInt(key)) };
    }
  }
}

function refusal(status: number, message: string): Response {
  return Response.json({ error: { code: 'invalid_request', message, details: {} } }, { status });
}
