/** What a process has of a budget, and what it could still use. */
export interface Demand {
  /** Requests that the process already has. */
  readonly granted: number;
  /** Calls of normal priority that wait. */
  readonly wanted: number;
  /** Calls of normal priority that will probably arrive in the rest of the window. */
  readonly expected: number;
  /** Calls of background priority that wait. */
  readonly background: number;
}

/**
 * Divides what is available by max-min fairness: small demands are met, and the larger ones end up with equal totals.
 * Normal calls come first, those that are expected included. Background calls divide the rest, once all normal
 * calls are met.
 *
 * @returns How many requests to grant to `own` now.
 */
export function fairGrant(available: number, own: Demand, others: readonly Demand[]): number {
  if (available <= 0) return 0;
  const normal = divide(available, normalNeed(own), others.map(normalNeed));
  const background = divide(
    normal.rest,
    { granted: own.granted + normal.share, wanted: own.background },
    others.map((other) => ({
      granted: other.granted + shareAt(normal.level, normalNeed(other)),
      wanted: other.background,
    })),
  );
  return Math.min(own.wanted, normal.share) + background.share;
}

interface Need {
  readonly granted: number;
  readonly wanted: number;
}

function normalNeed({ granted, wanted, expected }: Demand): Need {
  return { granted, wanted: wanted + expected };
}

function divide(available: number, own: Need, others: readonly Need[]) {
  const level = fairLevel(available, [own, ...others]);
  // What doesn't divide evenly goes to the process that asks first.
  const share = Math.min(shareAt(level + 1, own), available - costOf(level, others));
  return { level, share, rest: Math.max(0, available - costOf(Infinity, [own, ...others])) };
}

/** The highest total that every need can be filled up to, as water fills vessels of different heights. */
function fairLevel(available: number, needs: readonly Need[]): number {
  let low = 0;
  let high = Math.max(...needs.map(({ granted, wanted }) => granted + wanted));
  while (low < high) {
    const level = Math.ceil((low + high) / 2);
    if (costOf(level, needs) <= available) low = level;
    else high = level - 1;
  }
  return low;
}

function costOf(level: number, needs: readonly Need[]): number {
  return needs.reduce((sum, need) => sum + shareAt(level, need), 0);
}

/** What a process gets if its total may reach a level. */
function shareAt(level: number, { granted, wanted }: Need): number {
  return Math.max(0, Math.min(granted + wanted, level) - granted);
}
