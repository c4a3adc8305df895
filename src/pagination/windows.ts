/** A run of neighbouring items, as `page` and `per_page` select it; `start` and `end` are positions, from 0. */
export interface Window {
  readonly page: number;
  readonly size: number;
  readonly start: number;
  readonly end: number;
}

/** Smaller windows can't overlap everywhere: none of up to 10 items holds both item 2519 and item 2520. */
export const leastSize = 11;

export function windowOf(page: number, size: number): Window {
  return { page, size, start: (page - 1) * size, end: page * size };
}

/** The numbered page behind another. */
export function pageAfter({ window }: { readonly window: Window }): Window {
  return windowOf(window.page + 1, window.size);
}

/**
 * The window of up to `size` items that reaches furthest behind `end` and also holds the `overlap` items in front of
 * it, or fewer if no window does; `undefined` if there is none.
 */
export function windowAfter(end: number, size: number, overlap: number): Window | undefined {
  for (let shared = overlap; shared > 0; shared--) {
    const window = windowAt(Math.max(0, end - shared), size);
    if (window.end > end) return window;
  }
  return undefined;
}

/** The page to look at after so many tries: one in front of `center` and one behind it in turn, ever further away. */
export function seekWindow(center: number, tries: number, size: number): Window {
  const pages = Array.from({ length: 2 * tries }, (_, step) => center + (step % 2 ? -(step + 1) / 2 : step / 2));
  return windowOf(pages.filter((page) => page > 0)[tries - 1] ?? center + tries, size);
}

/** Of the windows of up to `size` items that hold the item at `position`, the one that reaches furthest. */
export function windowAt(position: number, size: number): Window {
  let best = windowOf(Math.floor(position / size) + 1, size);
  // A window that holds the position ends at most its size behind it.
  for (let each = size - 1; position + each > best.end; each--) {
    const window = windowOf(Math.floor(position / each) + 1, each);
    if (window.end > best.end) best = window;
  }
  return best;
}
