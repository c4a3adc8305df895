/** The value below which the share `q` (0 to 1) of the values lies. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.round((sorted.length - 1) * q)] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/**
 * The interval that holds the median of what the values are a sample of, with a probability of 95 %, whatever their
 * distribution: the values whose ranks are 0.98 √n away from the middle.
 */
export function medianInterval(values: readonly number[]): [low: number, high: number] {
  const spread = 0.98 / Math.sqrt(values.length);
  return [quantile(values, Math.max(0, 0.5 - spread)), quantile(values, Math.min(1, 0.5 + spread))];
}
