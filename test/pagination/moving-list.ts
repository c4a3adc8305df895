import type { FetchPage } from '../../src/pagination/page-reader.ts';
import type { Drift, WalkedPage, WalkOptions } from '../../src/pagination/walk.ts';

export interface Item {
  readonly id: number;
}

/** One item created or deleted; `at` says where, from 0 (the list's beginning) to 1 (its end). */
export interface Change {
  readonly kind: 'insert' | 'delete';
  readonly at: number;
}

/** A list, what happens to it while it is read, and who reads it how. */
export interface History {
  readonly length: number;
  readonly pageSize: number;
  readonly prefetch: number;
  /** What happens right before the n-th answer is made up; the walk begins with the first. */
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
  readonly drift: Drift | undefined;
}

export type Walk = (fetchPage: FetchPage<Item>, options: WalkOptions) => AsyncIterable<WalkedPage<Item>>;

interface Pending {
  readonly page: number;
  readonly answer: (page: Awaited<ReturnType<FetchPage<Item>>>) => void;
}

/** Walks over the list while its history happens. Nothing depends on time: one step is one answer or one page consumed. */
export async function play(walk: Walk, history: History): Promise<Outcome> {
  const { pageSize, prefetch, changes, overtaking } = history;
  const random = randomFrom(history.schedule);
  const pick = <T>(from: T[]) => from.splice(Math.floor(random() * from.length), 1)[0];

  let next = history.length;
  const list = Array.from({ length: history.length }, (_, id) => id);
  const stayed = new Set(list);
  const change = ({ kind, at }: Change) => {
    if (kind === 'insert') list.splice(Math.round(at * list.length), 0, next++);
    else for (const id of list.splice(Math.min(Math.floor(at * list.length), list.length - 1), 1)) stayed.delete(id);
  };

  const pending: Pending[] = [];
  const travelling: (() => void)[] = [];
  const fetchPage: FetchPage<Item> = (page, { signal }) =>
    new Promise((answer, reject) => {
      const request = { page, answer };
      pending.push(request);
      signal.addEventListener('abort', () => {
        if (pending.includes(request)) pending.splice(pending.indexOf(request), 1);
        reject(signal.reason);
      });
    });

  let requests = 0;
  const serve = ({ page, answer }: Pending) => {
    for (const each of changes[requests - 1] ?? []) change(each);
    requests += 1;
    const data = list.slice((page - 1) * pageSize, page * pageSize).map((id) => ({ id }));
    const meta = { current_page: page, total_pages: Math.ceil(list.length / pageSize), total_count: list.length };
    travelling.push(() => answer({ data, meta }));
    if (!overtaking) travelling.pop()?.();
  };

  const yielded: number[] = [];
  const told: Drift[] = [];
  const resting: (() => void)[] = [];
  const isSlow = random() < 0.3;
  const ended: true[] = [];
  const consumer = (async () => {
    const options = { first: 1, prefetch, limit: Infinity, onDrift: (drift: Drift) => told.push(drift) };
    for await (const { data } of walk(fetchPage, options)) {
      yielded.push(...data.map(({ id }) => id));
      if (isSlow && random() < 0.3) await new Promise<void>((resolve) => resting.push(resolve));
    }
  })().finally(() => ended.push(true));

  for (let step = 0; ended.length === 0; step += 1) {
    if (step === 20_000) throw new Error('The walk does not end.');
    await new Promise(setImmediate);
    const possible: (() => void)[] = [];
    if (pending.length > 0) possible.push(() => serve(pick(pending)!));
    if (travelling.length > 0) possible.push(() => pick(travelling)!());
    if (resting.length > 0) possible.push(() => pick(resting)!());
    pick(possible)?.();
  }
  await consumer;
  return { yielded, stayed: [...stayed], requests, drift: told[0] };
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
