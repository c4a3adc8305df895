/** Items of a list that are shown at first, and at most. */
const [atFirst, atMost] = [25, 1000];

/** The newest items of a list. */
export function shownOf<T>(newestFirst: readonly T[], all = ''): readonly T[] {
  return newestFirst.slice(0, all === '' ? atFirst : atMost);
}

/** Whether one of the values contains a text, in any case. */
export function matches(text: string, ...values: readonly string[]): boolean {
  const wanted = text.trim().toLowerCase();
  return wanted === '' || values.some((value) => value.toLowerCase().includes(wanted));
}
