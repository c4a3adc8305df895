/** How many rows more a list shows when it is asked to. */
export const step = 25;

/** The newest items of a list: as many as its address asks for. */
export function shownOf<T>(newestFirst: readonly T[], asked = ''): readonly T[] {
  return newestFirst.slice(0, Number(asked) || step);
}

export type Query = Readonly<Record<string, string | undefined>>;

/** The part of an address that says what a list shows. */
export function searchOf(query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return new URLSearchParams(given).toString();
}
