import { APIError } from '../errors/index.ts';
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
  /** Whether it was read, but shared nothing. */
  readonly isKept?: boolean;
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
  let wanted = limit;
  let requests = 0;
  let covered = 0;

  const request = (window: Window, priority?: CallPriority): Reading<Item> => {
    const body = requestWindow({ page: window.page, per_page: window.size }, { signal: controller.signal, priority });
    // A failure concerns a consumer that gets to this window. There may be none.
    body.then(undefined, () => undefined);
    return { window, body, priority, number: (requests += 1) };
  };

  try {
    for (let { next } = coverage; next && wanted > 0; { next } = coverage) {
      const { position, question, page, size } = coverage;
      while (!question && queue[0] && page === 0 && queue[0].window.end <= position) queue.shift();
      const ahead = queue[0];
      const isFit = ahead && !question && (page > 0 ? ahead.window.page === next.page : ahead.window.start < position);
      const reading = isFit ? (queue.shift() ?? ahead) : request(next);
      reading.priority?.raise();
      let body: PageBody<Item>;
      try {
        body = await reading.body;
      } catch (error) {
        const changed = error instanceof APIError ? refuse(coverage, reading.window, error) : undefined;
        if (changed === undefined) throw error;
        if (changed !== 'empty') {
          queue = [];
          coverage = changed;
          continue;
        }
        body = { data: [] };
      }
      const step = read(coverage, reading.window, body, reading.number < covered);
      if (step.items === undefined) {
        if (!reading.isKept && body.data.length > 0) queue.unshift({ ...reading, isKept: true });
      } else covered = Math.max(covered, reading.number);
      const items = step.items ?? [];
      ({ coverage } = step);
      if (coverage.size !== size || coverage.page > 0 !== page > 0) queue = [];
      wanted -= items.length;
      const count = coverage.count ?? 0;
      while (queue.length < prefetch && coverage.next && !coverage.question) {
        const last = queue.at(-1)?.window;
        const ahead: Window | undefined =
          coverage.page > 0
            ? windowOf((last?.page ?? coverage.page) + 1, coverage.asked)
            : windowAfter(last?.end ?? coverage.position, coverage.size, coverage.overlap);
        const start = coverage.page > 0 && ahead ? (ahead.page - 1) * coverage.full : (ahead?.start ?? Infinity);
        if (!ahead || start >= count || start - coverage.position >= wanted) break;
        queue.push(request(ahead, new CallPriority('background')));
      }
      yield { body: { data: [...items], meta: { total_count: body.meta?.total_count } }, coverage };
    }
  } finally {
    controller.abort();
  }
}
