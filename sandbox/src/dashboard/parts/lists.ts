/** Items per page. */
const rowsPerPage = 20;

/** One page of a list, newest first. */
export function slice<T>(items: readonly T[], asked: string | undefined): { items: T[]; page: number; pages: number } {
  const pages = Math.max(Math.ceil(items.length / rowsPerPage), 1);
  const number = Number(asked ?? 1);
  const current = Number.isSafeInteger(number) ? Math.min(Math.max(number, 1), pages) : 1;
  return { items: items.toReversed().slice((current - 1) * rowsPerPage, current * rowsPerPage), page: current, pages };
}

/** Whether one of the values contains a text, in any case. */
export function matches(text: string, ...values: readonly string[]): boolean {
  const wanted = text.trim().toLowerCase();
  return wanted === '' || values.some((value) => value.toLowerCase().includes(wanted));
}
