import { InvalidRequestError } from '../errors/index.ts';
import type { EndpointOptions } from '../http/options.ts';
import { queryString } from '../http/route.ts';
import { escapeUnit, isRecord, parseJson } from '../utils/values.ts';
import { isId, wholeCount, type Id } from './page-body.ts';

/** How far a list has been read. A cursor encodes it, so another process can continue. */
export interface Place {
  /** The page size of the first request. */
  readonly firstSize: number;
  /** The most items that the server sends per page. */
  readonly size: number;
  /** How many items precede the place. */
  readonly position: number;
  /** How many items precede the place, were yielded, or were created before it. */
  readonly found: number;
  /** The `total_count` of the list. */
  readonly count?: number | undefined;
  /** The last page read, while the walk reads page numbers. */
  readonly page?: number | undefined;
  /** Ids of the last items before the place, which locate it again after the list has changed. */
  readonly ids: readonly Id[];
}

/** The version of the cursor's format. A cursor of another version is refused. */
const version = 5;

/**
 * Identifies the list that a cursor belongs to. It contains only a hash of the parameters' values, which may be secret.
 *
 * @throws {InvalidRequestError} when a parameter's value can't be sent in a query.
 */
export function listKey(path: string, parameters: NonNullable<EndpointOptions['query']>): string {
  const { page, per_page, ...filters } = parameters;
  const names = Object.keys(filters)
    .filter((name) => filters[name] !== undefined)
    .sort();
  let hash = 0x811c9dc5; // FNV-1a
  for (const character of queryString(Object.fromEntries(names.map((name) => [name, filters[name]]))))
    hash = Math.imul(hash ^ Number(character.codePointAt(0)), 0x01000193);
  return `${path}${names.length > 0 ? ` with ${names.join(' and ')}` : ''}#${(hash >>> 0).toString(36)}`;
}

export function encodeCursor(list: string, place: Place): string {
  return btoa(JSON.stringify({ version, list, ...place }).replace(/[^ -~]/g, escapeUnit));
}

/** @throws {InvalidRequestError} when the text is not a cursor of this list. */
export function decodeCursor(list: string, text: string): Place {
  const { version: writtenBy, list: owner, ...place } = decoded(text);
  const { firstSize, size, position, found, count, page, ids } = place as unknown as Place; // checked below
  const numbers = [firstSize, size, position, found, count ?? 0, page ?? 1];
  const isWhole = numbers.every((each) => wholeCount(each) !== undefined) && firstSize > 0 && size > 0 && page !== 0;
  const hasIds = Array.isArray(ids) && ids.every(isId);
  if (writtenBy !== version || typeof owner !== 'string' || !isWhole || !hasIds)
    throw new InvalidRequestError('cursor must be the unchanged cursor of a page or of an error.', { param: 'cursor' });
  if (owner !== list) {
    const other = owner.slice(0, owner.lastIndexOf('#'));
    const problem = `The cursor belongs to another list: GET ${other}. Pass the same parameters and values.`;
    throw new InvalidRequestError(problem, { param: 'cursor' });
  }
  return { firstSize, size, position, found, count, page, ids };
}

function decoded(text: unknown): Record<string, unknown> {
  try {
    const value = typeof text === 'string' && parseJson(atob(text));
    return isRecord(value) ? value : {};
  } catch {
    return {}; // Not base64.
  }
}
