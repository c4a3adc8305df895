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
 * Background calls get the `due` requests that they are owed. Then come normal calls, those that are expected included.
 * Background calls divide the rest, once all normal calls are met.
 *
 * @returns How many requests to grant to `own` now, for calls of each priority.
 */
export function fairGrant(available: number, due: number, own: Demand, others: readonly Demand[]): Grant {
  if (available <= 0) return { normal: 0, background: 0 };
  const all = [own, ...others];
  const kept = Math.min(available, due, costOf(Infinity, all.map(backgroundNeed)));
  const first = divide(kept, all.map(backgroundNeed));
  const [mine = own, ...theirs] = all.map((demand, index) => {
    const share = index === 0 ? first.share : shareAt(first.level, backgroundNeed(demand));
    return { ...demand, granted: demand.granted + share, background: demand.background - share };
  });
  const normal = divide(available - kept, [mine, ...theirs].map(normalNeed));
  const rest = divide(normal.rest, [
    backgroundNeed({ ...mine, granted: mine.granted + normal.share }),
    ...theirs.map((other) =>
      backgroundNeed({ ...other, granted: other.granted + shareAt(normal.level, normalNeed(other)) }),
    ),
  ]);
  return { normal: Math.min(own.wanted, normal.share), background: first.share + rest.share };
}

/** Requests for calls of each priority. */
export interface Grant {
  readonly normal: number;
  readonly background: number;
}

interface Need {
  readonly granted: number;
  readonly wanted: number;
}

function normalNeed({ granted, wanted, expected }: Demand): Need {
  return { granted, wanted: wanted + expected };
}

function backgroundNeed({ granted, background }: Demand): Need {
  return { granted, wanted: background };
}

/** Divides what is available. `share` is the part of the first need, whose process asks. */
function divide(available: number, needs: readonly Need[]) {
  const level = fairLevel(available, needs);
  const [own = { granted: 0, wanted: 0 }, ...others] = needs;
  // What doesn't divide evenly goes to the process that asks first.
  const share = Math.min(shareAt(level + 1, own), available - costOf(level, others));
  return { level, share, rest: Math.max(0, available - costOf(Infinity, needs)) };
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
