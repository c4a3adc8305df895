import { type Demand, fairGrant, type Grant } from './fair-shares.ts';
import { length, type ProcessShare, type SharedBudget, sum } from './shared-state.ts';

/** Requests that may be granted while nothing is known of the budget. */
const initialGrants = 10;

/** Milliseconds for which one process may probe before another one does. */
const probeTimeout = 2_000;

/** Over time, background calls that wait get at least one request in so many, of all that the processes send. */
const backgroundShare = 10;

/** Requests that background calls got beyond that are remembered up to this number. */
const mostInAdvance = 100;

/** Grants what the process may have now, and says when another sync can bring more. */
export function grant(budget: SharedBudget, own: ProcessShare, others: readonly ProcessShare[], now: number) {
  const asked = own.wanted + own.background;
  if (asked === 0) return { granted: 0, nextSyncIn: 0 };
  const closedUntil = Math.max(budget.blockedUntil, budget.recoversAt);
  if (now < closedUntil) return { granted: 0, nextSyncIn: closedUntil - now };

  const isBoundary = budget.boundaryAt > 0 && now >= budget.boundaryAt;
  if (isBoundary && (now < budget.probeUntil || yieldsProbe(budget, own, others, now))) {
    return { granted: 0, nextSyncIn: 0 };
  }
  if (isBoundary) budget.probeUntil = now + probeTimeout;
  const { normal, background } = isBoundary ? probe(own) : share(budget, own, others, now);
  const granted = normal + background;
  const waited = own.background + sum(others, 'background');
  const owed = budget.owed + (waited > 0 ? normal : 0) - (backgroundShare - 1) * background;
  // What no waiting call can claim lapses. Otherwise, it would give whole windows to a later batch.
  const claimed = (backgroundShare - 1) * (waited - background);
  budget.owed = Math.max(-mostInAdvance * backgroundShare, Math.min(owed, claimed));
  own.held += granted;
  own.granted += granted;
  own.wanted -= normal;
  own.background -= background;
  const isPending = isBoundary || budget.reset === 0 || granted === asked;
  return { granted, nextSyncIn: isPending ? 0 : nextChangeIn(budget, own, others, now) };
}

/** Whether a normal call of another process comes first. It may be unable to, so that it has as long as a probe has. */
function yieldsProbe(
  { boundaryAt, owed }: SharedBudget,
  { wanted }: ProcessShare,
  others: readonly ProcessShare[],
  now: number,
): boolean {
  return (
    wanted === 0 &&
    owed < backgroundShare - 1 &&
    now < boundaryAt + probeTimeout &&
    others.some((other) => other.wanted > 0)
  );
}

function probe({ wanted }: ProcessShare): Grant {
  return wanted > 0 ? { normal: 1, background: 0 } : { normal: 0, background: 1 };
}

function share(budget: SharedBudget, own: ProcessShare, others: readonly ProcessShare[], now: number): Grant {
  const available = remaining(budget, [own, ...others]);
  const due = Math.max(0, Math.floor((budget.owed + available) / backgroundShare));
  return fairGrant(available, due, ...demands(budget, own, others, now));
}

/** Requests that may be granted, to all processes together. */
function remaining({ reset, limit, used, foreign }: SharedBudget, shares: readonly ProcessShare[]): number {
  const held = sum(shares, 'held');
  if (reset === 0) return Math.min(limit, initialGrants) - used - held;
  if (foreign === 0) return limit - used - held;
  const granted = sum(shares, 'granted');
  // Clients that don't share use the token, too. At most half of our part of the rest may be outstanding, so that
  // bursts get smaller as the budget runs out.
  const part = Math.floor(((limit - used) * granted) / (granted + foreign) / 2);
  return Math.min(limit - used, Math.max(1, part)) - held;
}

function demands(
  budget: SharedBudget,
  own: ProcessShare,
  others: readonly ProcessShare[],
  now: number,
): [Demand, Demand[]] {
  const { boundaryAt, limit } = budget;
  const rest = Math.max(0, boundaryAt - now);
  const demand = (share: ProcessShare): Demand => ({
    ...share,
    expected: reserveFor((share.arrivals * rest) / share.arrivedIn, limit),
  });
  const missing = now < budget.missingUntil ? Math.max(0, budget.members - 1 - others.length) : 0;
  const absent = { granted: 0, wanted: limit, expected: 0, background: 0 };
  return [demand(own), [...others.map(demand), ...Array.from({ length: missing }, () => absent)]];
}

/** Requests to keep for as many arrivals on average: one more for luck, but less than one arrival may not come. */
function reserveFor(arrivals: number, limit: number): number {
  // Half of the budget is enough for what is only expected.
  return Math.floor(Math.min(arrivals + 0.5 + 0.5 * Math.min(1, arrivals), limit / 2));
}

/** Milliseconds until others may have used or released what they hold, or until the boundary. */
function nextChangeIn(budget: SharedBudget, own: ProcessShare, others: readonly ProcessShare[], now: number): number {
  const isReserved = sum(others, 'held') > 0 || remaining(budget, [own, ...others]) > 0;
  const pause = Math.ceil(length(budget) / (isReserved ? 120 : 8));
  return Math.max(1, budget.boundaryAt === 0 ? pause : Math.min(pause, budget.boundaryAt - now));
}
