import { APIError } from '../errors/index.ts';
import { CallPriority } from '../rate-limit/priority.ts';
import type { PageBody } from './page-body.ts';
import type { NumberedWindow, Progress } from './progress.ts';

/** Requests a window of a list. `priority` is set if nobody waits for it yet. */
export type RequestWindow<Item> = (
  window: { readonly page: number; readonly per_page: number },
  options: { readonly signal: AbortSignal; readonly priority: CallPriority | undefined },
) => PromiseLike<PageBody<Item>>;

interface Reading<Item> {
  readonly window: NumberedWindow;
  readonly body: PromiseLike<PageBody<Item>>;
  readonly priority: CallPriority | undefined;
  /** Whether it was read, but did not join. */
  readonly isKept?: boolean;
}

/**
 * Walks over a list, and yields for each window what is new in it and its page number. Requests up to `prefetch` windows
 * ahead of the consumer, but none that can't be needed for `limit` items.
 */
export async function* walk<Item>(
  progress: Progress<Item>,
  requestWindow: RequestWindow<Item>,
  prefetch: number,
  limit: number,
): AsyncGenerator<PageBody<Item> & { readonly page: number }, void, undefined> {
  /** In the order of the list. */
  const queue: Reading<Item>[] = [];
  const controller = new AbortController();
  let wanted = limit;
  let hasYielded = false;

  const request = (window: NumberedWindow, priority?: CallPriority): Reading<Item> => {
    const { page, size } = window;
    const body = requestWindow({ page, per_page: size }, { signal: controller.signal, priority });
    // A failure concerns a consumer that gets to this window. There may be none.
    body.then(undefined, () => undefined);
    return { window, body, priority };
  };

  try {
    do {
      const reading = queue.shift() ?? request(progress.next());
      const { window, priority, isKept = false } = reading;
      priority?.raise();
      let body: PageBody<Item>;
      try {
        body = await reading.body;
      } catch (error) {
        // The API may have refused the size.
        const isRefusal = error instanceof APIError && [400, 422].includes(error.status);
        if (isRefusal && progress.windows.reduce(window.size)) continue;
        throw error;
      }

      const items = progress.read(window, body);
      if (items === undefined) {
        // It may join once the gap in front of it is closed.
        if (!isKept && body.data.length > 0) queue.unshift({ ...reading, isKept: true });
        queue.unshift(request(progress.before(window, body)));
        continue;
      }
      wanted -= items.length;
      while (queue.length < prefetch) {
        const end = queue.at(-1)?.window.end ?? progress.end;
        if (end >= progress.knownEnd || end - progress.end >= wanted) break;
        queue.push(request(progress.next(end), new CallPriority('background')));
      }
      if (items.length > 0 || (progress.isDone && !hasYielded)) {
        hasYielded = true;
        yield { data: items, meta: body.meta, page: window.page };
      }
    } while (!progress.isDone && wanted > 0);
  } finally {
    controller.abort();
  }
}
