/**
 * The items that `page` and `per_page` select. `start` and `end` are positions, from 0. A `size` of 0 leaves it to the
 * server.
 */
export interface Window {
  readonly page: number;
  readonly size: number;
  readonly start: number;
  readonly end: number;
}

/** Smaller windows can't overlap everywhere: no window of up to 10 items holds both item 2519 and item 2520. */
export const leastSize = 11;

export function windowOf(page: number, size: number): Window {
  return { page, size, start: (page - 1) * size, end: page * size };
}

/** The page after another of the same size. */
export function pageAfter({ window }: { readonly window: Window }): Window {
  return windowOf(window.page + 1, window.size);
}

/**
 * Of the windows of up to `size` items that hold the `overlap` items before `end`, the one that reaches furthest beyond
 * it. Takes a smaller overlap if no window holds so many; `undefined` if none holds even one.
 */
export function windowAfter(end: number, size: number, overlap: number): Window | undefined {
  for (let shared = overlap; shared > 0; shared--) {
    const window = windowAt(Math.max(0, end - shared), size);
    if (window.end > end) return window;
  }
  return undefined;
}

/** The page to search after so many tries: alternately before and after `center`, further and further away. */
export function seekWindow(center: number, tries: number, size: number): Window {
  const pages = Array.from({ length: 2 * tries }, (_, step) => center + (step % 2 ? -(step + 1) / 2 : step / 2));
  return windowOf(pages.filter((page) => page > 0)[tries - 1] ?? center + tries, size);
}

/** Of the windows of up to `size` items that hold the item at `position`, the one that reaches furthest. */
export function windowAt(position: number, size: number): Window {
  let best = windowOf(Math.floor(position / size) + 1, size);
  // A window that holds the position ends at most its own size after it.
  for (let each = size - 1; position + each > best.end; each--) {
    const window = windowOf(Math.floor(position / each) + 1, each);
    if (window.end > best.end) best = window;
  }
  return best;
}
