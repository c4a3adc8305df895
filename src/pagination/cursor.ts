import { InvalidRequestError } from '../errors/index.ts';

/** A place in a list: how many items were in front of it, of how many, and the last of them, which find it again. */
export interface Cursor {
  readonly position: number;
  readonly count?: number | undefined;
  readonly ids: readonly string[];
}

/** The cursor after a window, which ends at `next` and has the items that `next` names. */
export function advance(cursor: Cursor, next: Cursor): Cursor {
  const found = cursor.ids.findLastIndex((id) => next.ids.includes(id));
  // The last items were deleted; or they are behind the window, because others were created in front of them.
  if (found < 0 && cursor.ids.length > 0 && !(Number(next.count) < Number(cursor.count))) return cursor;
  const behind = found < 0 ? [] : cursor.ids.slice(found + 1).slice(-20);
  const before = cursor.ids.filter((id) => !next.ids.includes(id) && !behind.includes(id));
  return { ...next, ids: [...[...before, ...next.ids].slice(-20), ...behind] };
}

export function encodeCursor({ position, count, ids }: Cursor): string {
  return btoa([1, position, count, ...ids.map((id) => encodeURIComponent(id.toWellFormed()))].join());
}

/** @throws {InvalidRequestError} when the text is not a cursor. */
export function decodeCursor(text: string): Cursor {
  try {
    const [version, position, count, ...ids] = atob(text).split(',').map(decodeURIComponent);
    if (version === '1' && /^\d{1,15},\d{0,15}$/.test(`${position},${count}`)) {
      return { position: Number(position), count: count ? Number(count) : undefined, ids };
    }
  } catch {
    // It was changed, or never was a cursor.
  }
  throw new InvalidRequestError('cursor must be the unchanged cursor of a page or of an error.');
}
