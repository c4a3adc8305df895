/** How a contestant compares with others. `low` and `high` are quartiles of `ratio`. */
export interface Ranked {
  readonly name: string;
  readonly cost: number;
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

/** Compares the costs of each contestant with those of the baseline in the same rounds. The lowest ratio comes first. */
export function ranked(
  costs: ReadonlyMap<string, readonly number[]>,
  baseline: string,
  ratioOf = (cost: number, reference: number): number => cost / reference,
): Ranked[] {
  const references = costs.get(baseline) ?? [];
  return Array.from(costs, ([name, each]) => {
    const ratios = each.map((cost, round) => ratioOf(cost, references[round] ?? Number.NaN));
    const [low, high] = [quantile(ratios, 0.25), quantile(ratios, 0.75)];
    return { name, cost: median(each), ratio: median(ratios), low, high };
  }).sort((a, b) => a.ratio - b.ratio);
}

const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The value below which the share `q` (0 to 1) of the values lies. */
function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.round((sorted.length - 1) * q)] ?? Number.NaN;
}
