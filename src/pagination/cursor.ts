import { InvalidRequestError } from '../errors/index.ts';
import type { EndpointOptions } from '../http/request-options.ts';
import { queryOf } from '../http/call.ts';
import { escapeUnit, parseJson } from '../utils/json.ts';
import { countOf, isId, type Id } from './page-body.ts';

type Query = NonNullable<EndpointOptions['query']>;

/** How far a list is read: all that another process needs to go on. */
export interface Place {
  /** The size that was asked for first, and how many items the server sends at most. */
  readonly asked: number;
  readonly size: number;
  /** How many items are in front of it. */
  readonly end: number;
  /** The last page that was read, if pages are read one after the other; otherwise 0. */
  readonly page: number;
  /** How many items the list has, as it says. */
  readonly count?: number | undefined;
  /** Whether items have changed their order. */
  readonly isReordered: boolean;
  /** The last items in front of it, which find it again. */
  readonly ids: readonly Id[];
}

/** The start of a page. */
export function startOf(page: number, size: number): Place {
  return { asked: size, size, end: (page - 1) * size, page: 0, isReordered: false, ids: [] };
}

/** Items of which a cursor remembers the ids: as long as one of them is in the list, it goes on there. */
const maxIds = 20;

/** The last items, after a window that holds `ids`. Those behind the last one that it shares stay the last. */
export function lastItems(last: readonly Id[], ids: readonly (Id | undefined)[]): Id[] {
  const names = ids.filter((id) => id !== undefined);
  const shared = last.findLastIndex((id) => names.includes(id));
  const behind = last.slice(shared + 1);
  const before = last.slice(0, shared + 1).filter((id) => !names.includes(id));
  return [...before, ...names, ...behind].slice(-maxIds);
}

/**
 * Which list a cursor belongs to. Values of parameters may be secret, so that only a hash of them is kept.
 *
 * @throws {InvalidRequestError} when a parameter has a value that no query can hold.
 */
export function listOf(path: string, parameters: Query): string {
  const { page, per_page, ...filters } = parameters;
  const names = Object.keys(filters)
    .filter((name) => filters[name] !== undefined)
    .sort();
  let hash = 0x811c9dc5; // FNV-1a
  for (const character of queryOf(Object.fromEntries(names.map((name) => [name, filters[name]]))))
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return `${path}${names.length > 0 ? ` with ${names.join(' and ')}` : ''}#${(hash >>> 0).toString(36)}`;
}

export function encodeCursor(list: string, place: Place): string {
  const { asked, size, end, page, count = null, isReordered, ids } = place;
  const text = JSON.stringify([3, list, asked, size, end, page, Number(isReordered), count, ...ids]);
  return btoa(text.replace(/[^ -~]/g, escapeUnit));
}

/** @throws {InvalidRequestError} when the text is not a cursor of this list. */
export function decodeCursor(list: string, text: string): Place {
  const [version, owner, ...rest] = decoded(text);
  // The cast holds for the numbers that are checked next.
  const [asked, size, end, page, isReordered, count] = rest.slice(0, 6) as number[];
  const ids = rest.slice(6).filter(isId);
  const isWhole = [asked, size, end, page, isReordered, count ?? 0].every((each) => Number(countOf(each)) >= 0);
  if (version !== 3 || typeof owner !== 'string' || !isWhole || !asked || !size || ids.length < rest.length - 6) {
    throw new InvalidRequestError('cursor must be the unchanged cursor of a page or of an error.', { param: 'cursor' });
  }
  if (owner !== list) {
    const [whole, wanted] = [owner, list].map((each) => each.slice(0, each.lastIndexOf('#')));
    const other = whole === wanted ? `${whole}, with another value` : `${whole}, not to ${wanted}`;
    throw new InvalidRequestError(
      `The cursor belongs to GET ${other}. Pass the parameters of the list that it came from.`,
      { param: 'cursor' },
    );
  }
  return {
    asked,
    size,
    end: Number(end),
    page: Number(page),
    isReordered: isReordered === 1,
    count: count ?? undefined,
    ids,
  };
}

function decoded(text: string): unknown[] {
  try {
    const value = parseJson(atob(text));
    return Array.isArray(value) ? value : [];
  } catch {
    return []; // It was changed, or never was a cursor.
  }
}
