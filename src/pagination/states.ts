import type { ListUnverifiedEvent } from '../telemetry/events.ts';
import type { Ids } from './known-items.ts';
import type { Id } from './page-body.ts';
import type { Window } from './windows.ts';

/** Why it can't be verified that each item is yielded once. */
export type Reason = ListUnverifiedEvent['reason'];

/** What to request next, and how the answer is read. */
export type State = Start | Seek | Overlap | Pages | End;

/** The first page of a walk. */
interface Start {
  readonly kind: 'start';
  readonly next: Window;
}

/** The items in front of a cursor are looked for, ever further away from where they should be. */
export interface Seek {
  readonly kind: 'seek';
  readonly next: Window;
  readonly center: number;
  readonly tries: number;
}

/** The next window also holds the last items that were read, so that nothing can be between. */
export interface Overlap {
  readonly kind: 'overlap';
  readonly next: Window;
  /** How many of them. */
  readonly overlap: number;
  /** How many requests in a row have not got further. */
  readonly idle: number;
}

/** One page after the other, as a plain loop reads them. */
export interface Pages {
  readonly kind: 'pages';
  readonly next: Window;
  /** The rest of the list, or after a cursor its place; what may be behind its end; or all again for what is missing. */
  readonly purpose: 'rest' | 'place' | 'behind' | 'missing';
  readonly reason: Reason;
  /** The page before. */
  readonly previous: readonly Id[];
  /** How many pages in a row have brought nothing new. */
  readonly idle: number;
}

interface End {
  readonly kind: 'end';
  readonly next?: undefined;
}

/** What the API answered to the request for a window. */
export interface Answer<Item> {
  readonly window: Window;
  readonly data: readonly Item[];
  readonly ids: Ids;
  readonly count: number | undefined;
  /** How many items the list has more than at the answer before. */
  readonly growth: number;
  /** Whether there are pages behind it, if it says so. */
  readonly hasNext: boolean | undefined;
}

export function pages(purpose: Pages['purpose'], reason: Reason, next: Window, previous: readonly Id[] = []): Pages {
  return { kind: 'pages', purpose, reason, next, previous, idle: 0 };
}

/** What tells one page from another. */
export function textsOf({ ids, data }: Answer<unknown>): Id[] {
  return ids.map((id, index) => id ?? JSON.stringify(data[index]));
}
