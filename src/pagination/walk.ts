import { APIError, ExampleError } from '../errors/index.ts';
import { CallPriority } from '../rate-limit/priority.ts';
import { read, refuse } from './answers.ts';
import type { Coverage } from './coverage.ts';
import type { PageBody } from './page-body.ts';
import { windowAfter, windowOf, type Window } from './windows.ts';

/** Requests a window of a list. `priority` is set if nobody waits for it yet. */
export type RequestWindow<Item> = (
  window: { readonly page: number; readonly per_page: number },
  options: { readonly signal: AbortSignal; readonly priority: CallPriority | undefined },
) => PromiseLike<PageBody<Item>>;

/** What an answer brought that is new, and how far the walk has got with it. */
export interface Progress<Item> {
  readonly body: PageBody<Item>;
  readonly coverage: Coverage;
}

interface Reading<Item> {
  readonly window: Window;
  readonly body: PromiseLike<PageBody<Item>>;
  readonly priority: CallPriority | undefined;
  readonly number: number;
  /** The position at which it was read, but shared nothing. */
  readonly missedAt?: number;
}

/**
 * Walks over a list. Requests up to `prefetch` windows ahead of the consumer, but none that can't be needed for `limit`
 * items.
 */
export async function* walk<Item>(
  start: Coverage,
  requestWindow: RequestWindow<Item>,
  prefetch: number,
  limit: number,
): AsyncGenerator<Progress<Item>, void, undefined> {
  const controller = new AbortController();
  /** Windows that were requested ahead, in the order of the list. */
  let queue: Reading<Item>[] = [];
  let coverage = start;
  /** What is to be yielded, and the `meta` of the last answer. */
  let items: Item[] = [];
  let meta: PageBody<Item>['meta'];
  let wanted = limit;
  let ahead = prefetch;
  let requests = 0;
  let refusals = 0;
  let newest = 0;

  const request = (window: Window, priority?: CallPriority): Reading<Item> => {
    const body = requestWindow({ page: window.page, per_page: window.size }, { signal: controller.signal, priority });
    // A failure concerns a consumer that gets to this window. There may be none.
    body.then(undefined, () => undefined);
    return { window, body, priority, number: (requests += 1) };
  };

  try {
    for (let { next } = coverage; next && wanted > 0; { next } = coverage) {
      const { position, short, page, size } = coverage;
      while (!short && queue[0] && page === 0 && queue[0].window.end <= position) queue.shift();
      const first = queue[0];
      const isFit =
        first &&
        !short &&
        first.missedAt !== position &&
        (page > 0 ? first.window.page === next.page : first.window.start < position);
      const reading = (isFit ? queue.shift() : undefined) ?? request(next);
      reading.priority?.raise();
      let body: PageBody<Item>;
      try {
        body = await reading.body;
      } catch (error) {
        const changed =
          error instanceof APIError
            ? refuse(coverage, reading.window, error, (refusals += reading.priority ? 0 : 1))
            : undefined;
        if (changed === undefined) throw error;
        if (changed !== 'empty') {
          queue = [];
          coverage = changed;
          continue;
        }
        body = { data: [] };
      }
      meta = { total_count: body.meta?.total_count };
      const when = reading.number < newest ? 'before' : reading.priority ? 'ahead' : 'next';
      const step = read(coverage, reading.window, body, when);
      newest = Math.max(newest, reading.number);
      items.push(...step.items);
      ({ coverage } = step);
      if (isFit && page === 0 && coverage.position === position) {
        queue.unshift({ ...reading, missedAt: position });
        // The list moves faster than that.
        ahead = Math.floor(ahead / 2);
      }
      if (coverage.size !== size || coverage.page > 0 !== page > 0) queue = [];
      wanted -= step.items.length;
      const count = coverage.count ?? 0;
      // Not while it is open which sizes the server sends.
      const isSure = coverage.page > 0 || (body.data.length === reading.window.size && coverage.idle === 0);
      while (queue.length < ahead && coverage.next && isSure) {
        const last = queue.at(-1)?.window;
        const end = last?.end ?? coverage.position;
        const following: Window | undefined =
          coverage.page > 0
            ? windowOf((last?.page ?? coverage.page) + 1, coverage.asked)
            : windowAfter(end, coverage.size, coverage.overlap);
        const start =
          coverage.page > 0 && following ? (following.page - 1) * coverage.full : (following?.start ?? Infinity);
        // What it shares with the window before is not new.
        const firstNew = coverage.page > 0 ? start : end;
        if (!following || start >= count || firstNew - coverage.position >= wanted) break;
        queue.push(request(following, new CallPriority('background')));
      }
      // Whether the list ends here, is asked at once, so that a cursor never forgets it.
      if (coverage.short && wanted > 0) continue;
      yield { body: { data: items, meta }, coverage };
      items = [];
    }
  } catch (error) {
    // What came before it is yielded first.
    if (items.length > 0 && error instanceof ExampleError) yield { body: { data: items, meta }, coverage };
    throw error;
  } finally {
    controller.abort();
  }
}
