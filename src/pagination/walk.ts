import { APIError } from '../errors/index.ts';
import { CallPriority } from '../rate-limit/priority.ts';
import { toMeta, type PageBody, type PageMeta } from './page-body.ts';
import type { Progress } from './progress.ts';
import type { Window } from './windows.ts';

/** Requests a window of a list. `priority` is set if nobody waits for it yet. */
export type RequestWindow<Item> = (
  window: { readonly page: number; readonly per_page: number },
  options: { readonly signal: AbortSignal; readonly priority: CallPriority | undefined },
) => PromiseLike<PageBody<Item>>;

/** What a walk adds at one window. */
export interface WalkedPage<Item> {
  /** The items that it has not yielded before. */
  readonly items: Item[];
  readonly meta: PageMeta;
}

interface Reading<Item> {
  readonly window: Window;
  readonly body: PromiseLike<PageBody<Item>>;
  readonly priority: CallPriority | undefined;
  /** Whether it was read, but did not join. */
  readonly isKept?: true;
}

/**
 * Walks over a list and yields each item once.
 *
 * @param prefetch How many windows to request ahead of the consumer.
 * @param limit How many items are wanted: no window is requested that can't be needed for them.
 */
export async function* walk<Item>(
  progress: Progress<Item>,
  requestWindow: RequestWindow<Item>,
  prefetch: number,
  limit: number,
): AsyncGenerator<WalkedPage<Item>, void, undefined> {
  /** In the order of the list. */
  let queue: Reading<Item>[] = [];
  let controller = new AbortController();
  let wanted = limit;
  let hasYielded = false;

  const request = (window: Window, priority?: CallPriority): Reading<Item> => {
    const { page, size } = window;
    const body = requestWindow({ page, per_page: size }, { signal: controller.signal, priority });
    // A failure concerns a consumer that gets to this window. There may be none.
    body.then(undefined, () => undefined);
    return { window, body, priority };
  };
  const cancelAll = () => {
    controller.abort();
    controller = new AbortController();
    queue = [];
  };

  try {
    do {
      const reading = queue.shift() ?? request(progress.next());
      reading.priority?.raise();
      const { window } = reading;
      let body: PageBody<Item>;
      try {
        body = await reading.body;
      } catch (error) {
        const mayBeSize = error instanceof APIError && (error.status === 400 || error.status === 422);
        if (!mayBeSize || !progress.sizes.reduce(window.size)) throw error;
        cancelAll();
        continue;
      }

      const items = progress.read(window, body);
      if (items === undefined) {
        const { isKept = false } = reading;
        if (!progress.keepsWindows) cancelAll();
        // It has been read, and may join once the gap in front of it is closed.
        else if (!isKept && body.data.length > 0) queue.unshift({ ...reading, isKept: true });
        queue.unshift(request(progress.before(window, body, isKept)));
        continue;
      }
      wanted -= items.length;
      let end = queue.at(-1)?.window.end ?? progress.end;
      while (queue.length < prefetch && end < progress.knownEnd && end - progress.end < wanted) {
        const ahead = request(progress.next(end), new CallPriority('background'));
        queue.push(ahead);
        end = ahead.window.end;
      }
      if (items.length > 0 || (progress.isDone && !hasYielded)) {
        hasYielded = true;
        yield { items, meta: toMeta(body.meta, window.page) };
      }
    } while (!progress.isDone && wanted > 0);
  } finally {
    cancelAll();
  }
}
