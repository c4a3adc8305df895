import { InvalidRequestError } from '../errors/index.ts';

/** A place in a list, and how its pages are asked for. */
export interface Cursor {
  /** How many items are in front of it. */
  readonly position: number;
  /** How many the list had. */
  readonly count?: number | undefined;
  /** The size that was asked for first, and how many items it brought. */
  readonly asked: number;
  readonly full: number;
  /** The largest window to ask for. */
  readonly size: number;
  /** The last page that was read, if pages have a fixed size; otherwise 0. */
  readonly page: number;
  /** How often the server sent other sizes than asked for. */
  readonly contradictions: number;
  /** The last items in front of it, which find it again. */
  readonly ids: readonly string[];
}

/** The items to name after a window that has the items `next`. */
export function advance(ids: readonly string[], next: readonly (string | undefined)[]): string[] {
  const names = next.filter((id) => id !== undefined);
  const found = ids.findLastIndex((id) => names.includes(id));
  // They are behind the window, because others were created in front of them; or they were deleted.
  const behind = ids.slice(found + 1).slice(-20);
  const before = ids.slice(0, found + 1).filter((id) => !names.includes(id));
  return [...[...before, ...names].slice(-20), ...behind];
}

export function encodeCursor({ position, count, asked, full, size, page, contradictions, ids }: Cursor): string {
  const numbers = [2, position, count, asked, full, size, page, contradictions];
  return btoa([...numbers, ...ids.map((id) => encodeURIComponent(id.toWellFormed()))].join());
}

/** @throws {InvalidRequestError} when the text is not a cursor. */
export function decodeCursor(text: string): Cursor {
  try {
    const [version, position, count, asked, full, size, page, contradictions, ...ids] = atob(text).split(',').map(decodeURIComponent);
    if (version === '2' && /^\d{1,15},\d{0,15}(,\d{1,15}){5}$/.test([position, count, asked, full, size, page, contradictions].join())) {
      const places = { position: Number(position), asked: Number(asked), full: Number(full), size: Number(size), page: Number(page), contradictions: Number(contradictions) };
      return { ...places, count: count ? Number(count) : undefined, ids };
    }
  } catch {
    // It was changed, or never was a cursor.
  }
  throw new InvalidRequestError('cursor must be the unchanged cursor of a page or of an error.');
}
