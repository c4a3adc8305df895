/** The items that `page` and `per_page` select. `start` and `end` are positions, from 0. */
export interface Range {
  readonly page: number;
  readonly size: number;
  readonly start: number;
  readonly end: number;
}

/** Smaller ranges can't overlap everywhere: no range of up to 10 items holds both item 2520 and item 2521. */
export const leastSize = 11;

export function rangeOf(page: number, size: number): Range {
  return { page, size, start: (page - 1) * size, end: page * size };
}

/** Of the ranges of up to `size` items that hold the item at `position`, the one that reaches furthest. */
export function rangeAt(position: number, size: number): Range {
  let best = rangeOf(Math.floor(position / size) + 1, size);
  // A range that holds the position ends at most its own size after it.
  for (let each = size - 1; position + each > best.end; each--) {
    const range = rangeOf(Math.floor(position / each) + 1, each);
    if (range.end > best.end) best = range;
  }
  return best;
}

/** The same for the `overlap` items before `end`, or for as many of them as a range can hold that reaches beyond it. */
export function rangeAfter(end: number, size: number, overlap: number): Range | undefined {
  for (let shared = overlap; shared > 0; shared--) {
    const range = rangeAt(Math.max(0, end - shared), size);
    if (range.end > end) return range;
  }
  return undefined;
}

/** The numbers of the pages around `center`, ever further away, up to `most` in each direction. */
export function pagesAround(center: number, most: number): number[] {
  const pages = Array.from({ length: most }, (_, index) => [center - index - 1, center + index + 1]);
  return [center, ...pages.flat()].filter((page) => page > 0);
}
