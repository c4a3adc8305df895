/** Items of a list to show. Filters find the others. */
const maxItems = 100;

/** The newest items of a list. */
export function newest<T>(items: readonly T[]): T[] {
  return items.slice(-maxItems).reverse();
}

/** Whether one of the values contains a text, in any case. */
export function matches(text: string, ...values: readonly string[]): boolean {
  const wanted = text.trim().toLowerCase();
  return wanted === '' || values.some((value) => value.toLowerCase().includes(wanted));
}
