/** Epoch milliseconds of a date; `NaN` if it is invalid, or no date at all. */
export function timeOf(date: Date): number {
  // Not `instanceof`: test runners such as Jest give each file its own `Date`.
  return Object.prototype.toString.call(date) === '[object Date]' ? date.getTime() : NaN;
}
