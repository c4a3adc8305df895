import { InvalidRequestError } from '../errors/index.ts';
import type { EndpointOptions } from '../http/request-options.ts';
import { queryOf } from '../http/url.ts';
import { escapeUnit, parseJson } from '../utils/json.ts';
import { countOf, isId, type Id } from './page-body.ts';

type Query = NonNullable<EndpointOptions['query']>;

/** How far a list has been read. A cursor encodes it, so another process can continue. */
export interface Place {
  /** The page size of the first request. */
  readonly askedSize: number;
  /** The most items that the server sends per page. */
  readonly size: number;
  /** How many items precede the place. */
  readonly end: number;
  /** The last page read, while the walk reads numbered pages. */
  readonly page?: number | undefined;
  /** The `total_count` of the list. */
  readonly count?: number | undefined;
  /** True once known items have changed places. */
  readonly isReordered: boolean;
  /** Ids of the last items before the place, which locate it again after the list has changed. */
  readonly ids: readonly Id[];
}

export function startOfPage(page: number, size: number): Place {
  return { askedSize: size, size, end: (page - 1) * size, isReordered: false, ids: [] };
}

/**
 * Identifies the list that a cursor belongs to. It contains only a hash of the parameters' values, which may be secret.
 *
 * @throws {InvalidRequestError} when a parameter's value can't be sent in a query.
 */
export function listKey(path: string, parameters: Query): string {
  const { page, per_page, ...filters } = parameters;
  const names = Object.keys(filters)
    .filter((name) => filters[name] !== undefined)
    .sort();
  let hash = 0x811c9dc5; // FNV-1a
  for (const character of queryOf(Object.fromEntries(names.map((name) => [name, filters[name]]))))
    hash = Math.imul(hash ^ Number(character.codePointAt(0)), 0x01000193);
  return `${path}${names.length > 0 ? ` with ${names.join(' and ')}` : ''}#${(hash >>> 0).toString(36)}`;
}

export function encodeCursor(list: string, place: Place): string {
  const { askedSize, size, end, page = 0, count = null, isReordered, ids } = place;
  const text = JSON.stringify([3, list, askedSize, size, end, page, Number(isReordered), count, ...ids]);
  return btoa(text.replace(/[^ -~]/g, escapeUnit));
}

/** @throws {InvalidRequestError} when the text is not a cursor of this list. */
export function decodeCursor(list: string, text: string): Place {
  const [version, owner, ...rest] = decoded(text);
  // The cast is safe because `isWhole` checks the numbers.
  const [askedSize, size, end, page, isReordered, count] = rest as number[];
  const ids = rest.slice(6).filter(isId);
  const isWhole = [askedSize, size, end, page, isReordered, count ?? end].every((each) => Number(countOf(each)) >= 0);
  if (version !== 3 || typeof owner !== 'string' || !isWhole || !askedSize || !size || ids.length < rest.length - 6) {
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
    askedSize,
    size,
    end: Number(end),
    page: page === 0 ? undefined : page,
    isReordered: isReordered === 1,
    count: count ?? undefined,
    ids,
  };
}

function decoded(text: unknown): unknown[] {
  try {
    const value = typeof text === 'string' && parseJson(atob(text));
    return Array.isArray(value) ? value : [];
  } catch {
    return []; // Not base64.
  }
}
