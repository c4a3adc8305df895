/** A run of neighbouring items, as `page` and `per_page` select it. Positions count from 0. */
export interface Window {
  readonly page: number;
  readonly size: number;
  /** The position of its first item. */
  readonly start: number;
  /** The position after its last item. */
  readonly end: number;
}

/** The sizes that a window may have: up to `preferred`, or up to `most` where no smaller one overlaps. */
export interface WindowSizes {
  readonly least: number;
  readonly preferred: number;
  readonly most: number;
}

export function windowOf(page: number, size: number): Window {
  return { page, size, start: (page - 1) * size, end: page * size };
}

/**
 * The window that reaches furthest beyond `end` and also holds the items right before it. Up to a 25th of the size, a
 * larger overlap costs no requests, and it saves some when items are deleted. Small windows can't overlap everywhere: none
 * of up to 10 items holds both item 2519 and item 2520, as every size divides 2520.
 */
export function windowAfter(end: number, { least, preferred, most }: WindowSizes): Window {
  const windowAt = (position: number, size: number) => windowOf(Math.floor(Math.max(position, 0) / size) + 1, size);
  for (let overlap = Math.ceil(preferred / 25); overlap > 0; overlap--) {
    let best = windowAt(end - overlap, least);
    for (let size = least + 1; size <= preferred || (size <= most && overlap === 1 && best.end <= end); size++) {
      const window = windowAt(end - overlap, size);
      if (window.end >= best.end) best = window;
    }
    if (best.end > end) return best;
  }
  return windowAt(end, preferred);
}
