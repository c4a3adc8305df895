/** How many rows more a list shows when it is asked to. */
export const step = 25;

export type Query = Readonly<Record<string, string | undefined>>;

/** The part of an address that says what a list shows. */
export function searchOf(query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return new URLSearchParams(given).toString();
}
