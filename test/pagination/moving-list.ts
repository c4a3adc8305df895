import { decodeCursor, encodeCursor, type Cursor } from '../../src/pagination/cursor.ts';
import { startAtCursor, startAtPage } from '../../src/pagination/coverage.ts';
import { walk, type RequestWindow } from '../../src/pagination/walk.ts';

export interface Item {
  readonly id: number;
}

/** So many neighbours are created or deleted at once; `at` says where, from 0 (the list's beginning) to 1 (its end). */
export interface Change {
  readonly kind: 'insert' | 'delete';
  readonly at: number;
  readonly count: number;
}

/** A list, what happens to it while it is read, and who reads it how. */
export interface History {
  readonly length: number;
  /** `per_page` of the caller. */
  readonly perPage: number;
  /** The largest page that the server gives. */
  readonly most: number;
  /** Whether the server says how long the list is. */
  readonly counts: boolean;
  readonly prefetch: number;
  /** After how many pages the walk is left, and goes on from its cursor. */
  readonly pagesPerWalk: number;
  /** What happens right before the n-th answer is made up, counted from the second. */
  readonly changes: readonly (readonly Change[])[];
  /** Whether answers may overtake one another on their way back. */
  readonly overtaking: boolean;
  /** Decides which request is served next, and when the consumer comes back for more. */
  readonly schedule: number;
}

export interface Outcome {
  /** Ids in the order they were yielded. */
  readonly yielded: number[];
  /** Ids that were in the list from the first answer to the last. */
  readonly stayed: number[];
  readonly requests: number;
  readonly unverified: string[];
  readonly error: unknown;
}

/** Walks from a cursor on, calls `yielded` with each page, and returns the cursor to go on from, if it is not done. */
export type Walk = (
  request: RequestWindow<Item>,
  from: Cursor | undefined,
  history: History,
  yielded: (items: readonly Item[]) => Promise<void>,
) => Promise<{ readonly next: Cursor | undefined; readonly unverified?: string | undefined }>;

/** The walk of the SDK. */
export const sdkWalk: Walk = async (request, from, { perPage, prefetch, pagesPerWalk }, yielded) => {
  let coverage = from ? startAtCursor(from) : startAtPage(1, perPage);
  let pages = 0;
  for await (const { body, ...progress } of walk(coverage, request, prefetch, Infinity)) {
    ({ coverage } = progress);
    if (body.data.length === 0) continue;
    await yielded(body.data);
    if (++pages === pagesPerWalk) break;
  }
  const next = coverage.next ? decodeCursor('/items', encodeCursor('/items', coverage)) : undefined;
  return { next, unverified: coverage.unverified };
};

/** Walks over the list while its history happens. Nothing depends on time: one step is one answer or one page consumed. */
export async function play(walkOnce: Walk, history: History): Promise<Outcome> {
  const { changes, overtaking, counts, most } = history;
  const random = randomFrom(history.schedule);
  const pick = <T>(from: T[]) => from.splice(Math.floor(random() * from.length), 1)[0]!;

  let nextId = history.length;
  const list = Array.from({ length: history.length }, (_, id) => id);
  const stayed = new Set(list);
  const change = ({ kind, at, count }: Change) => {
    if (kind === 'insert') {
      const created = Array.from({ length: count }, () => nextId++);
      list.splice(Math.round(at * list.length), 0, ...created);
    } else for (const id of list.splice(Math.floor(at * list.length), count)) stayed.delete(id);
  };

  const pending: (() => void)[] = [];
  const travelling: (() => void)[] = [];
  let requests = 0;
  const request: RequestWindow<Item> = ({ page, per_page }, { signal }) =>
    new Promise((answer, reject) => {
      const serve = () => {
        if (requests > 0) for (const each of changes[requests - 1] ?? []) change(each);
        requests += 1;
        const size = Math.min(per_page, most);
        const data = list.slice((page - 1) * size, page * size).map((id) => ({ id }));
        const meta = { current_page: page, total_pages: Math.ceil(list.length / size), total_count: list.length };
        travelling.push(() => answer(counts ? { data, meta } : { data, meta: { current_page: page } }));
        if (!overtaking) travelling.pop()?.();
      };
      pending.push(serve);
      signal.addEventListener('abort', () => {
        if (pending.includes(serve)) pending.splice(pending.indexOf(serve), 1);
        reject(signal.reason as Error);
      });
    });

  const yielded: number[] = [];
  const unverified: string[] = [];
  const resting: (() => void)[] = [];
  const isSlow = random() < 0.3;
  const state = { hasEnded: false };
  const consume = async () => {
    let from: Cursor | undefined;
    do {
      const result = await walkOnce(request, from, history, async (items) => {
        yielded.push(...items.map(({ id }) => id));
        if (isSlow && random() < 0.3) await new Promise<void>((resolve) => resting.push(resolve));
      });
      from = result.next;
      if (result.unverified !== undefined) unverified.push(result.unverified);
    } while (from !== undefined);
  };
  const consumer = consume()
    .catch((error: unknown) => error)
    .finally(() => (state.hasEnded = true));

  for (let step = 0; !state.hasEnded; step += 1) {
    if (step === 200_000) throw new Error('The walk does not end.');
    await new Promise(setImmediate);
    const possible = [pending, travelling, resting].filter((actions) => actions.length > 0);
    if (possible.length > 0) pick(pick(possible))();
  }
  return { yielded, stayed: [...stayed], requests, unverified, error: await consumer };
}

/** Marsaglia's xorshift: the same numbers for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
