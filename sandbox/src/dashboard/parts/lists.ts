/** The newest items of a list: as many as its address asks for. */
export function shownOf<T>(newestFirst: readonly T[], asked = ''): readonly T[] {
  return newestFirst.slice(0, Number(asked) || 25);
}

/** Whether one of the values contains a text, in any case. */
export function matches(text: string, ...values: readonly string[]): boolean {
  const wanted = text.trim().toLowerCase();
  return wanted === '' || values.some((value) => value.toLowerCase().includes(wanted));
}
