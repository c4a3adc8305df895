import { InvalidRequestError } from '../errors/index.ts';
import type { ItemId } from './known-ids.ts';

/** A place in a list. */
export interface Cursor {
  /** How many items were in front of it. */
  readonly position: number;
  /** How many items the list had; `undefined` if the server did not say. */
  readonly count?: number | undefined;
  /** The last items in front of it, by which it is found again. */
  readonly ids: readonly string[];
}

/** The cursor after a window. */
export function advance(cursor: Cursor, window: readonly ItemId[], position: number, count?: number): Cursor {
  const { ids } = cursor;
  const added = window.filter((id) => id !== undefined);
  const found = ids.findLastIndex((id) => added.includes(id));
  // The last items were deleted; or they are behind the window, because others were created in front of them.
  if (found < 0 && ids.length > 0 && !(Number(count) < Number(cursor.count))) return cursor;
  const behind = found < 0 ? [] : ids.slice(found + 1).slice(-20);
  const names = [...ids.filter((id) => !added.includes(id) && !behind.includes(id)), ...added].slice(-20);
  return { position, count, ids: [...names, ...behind] };
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
