import { fairGrant, type Demand } from './fair-shares.ts';
import type { RateLimitStoreReply, RateLimitStoreRequest } from './store.ts';

/** Requests that may be granted while nothing is known of the budget. */
const initialGrants = 10;

/** Milliseconds for which one process may probe before another one does. */
const probeTimeout = 2_000;

/** Milliseconds in which processes report what they hold, and in which they return, after the state was lost. */
const recovery = { report: 500, return: 30_000 };

/** The documented length of a window in milliseconds, assumed while the boundary is unknown. */
const documentedLength = 60_000;

/** The window that all processes share. Times are epoch milliseconds on the store's clock. */
interface SharedBudget {
  /** Identifies the window: greater with each new one. */
  generation: number;
  startedAt: number;
  updatedAt: number;
  limit: number;
  /** When the window ends: epoch seconds on the API's clock; 0 if no process knows. */
  reset: number;
  /** The highest use that the API has reported in this window, */
  used: number;
  /** and the first. */
  firstUsed: number;
  /** Requests of clients that don't share, as far as the reports prove. */
  foreign: number;
  /** When the boundary is worth a probe; 0 if no process knows. */
  boundaryAt: number;
  /** Whether a probe has found that the window had not ended. */
  probeFailed: boolean;
  /** Until when a process is probing. */
  probeUntil: number;
  /** Until when the API refuses every request. */
  blockedUntil: number;
  /** Until when nothing is granted, because the state was lost. */
  recoversAt: number;
  /** How many processes shared the budget when the state was lost, */
  members: number;
  /** and until when those that have not returned count. */
  missingUntil: number;
  processes: Record<string, ProcessShare>;
}

/** One process's share of the window. */
interface ProcessShare {
  seenAt: number;
  /** Requests that were granted and that `used` need not include: available or in flight. */
  held: number;
  /** Requests of this window that the process has sent or has available. */
  granted: number;
  /** Requests of this window that the process has sent with normal priority. */
  normal: number;
  /** Normal calls that were waiting when this window began. */
  backlog: number;
  /** Normal calls that arrived in the previous window, */
  arrivals: number;
  /** and how long that was. */
  arrivedIn: number;
  /** Waiting calls of normal priority that nothing is granted for. */
  wanted: number;
  /** Waiting calls of background priority that nothing is granted for. */
  background: number;
}

/** The result of {@link rateLimitStep}. */
export interface RateLimitStep {
  /** The state to store in place of the previous one. */
  readonly state: string;
  /** Milliseconds after which the store may delete the state. */
  readonly expiresIn: number;
  /** What `RateLimitStore.sync` resolves to. */
  readonly reply: RateLimitStoreReply;
}

/**
 * Takes in the report of one process and grants it part of the shared budget. A {@link RateLimitStore} of your own
 * reads the state of a key, calls this function and writes the new state, in one transaction.
 *
 * @param state The state from the previous step; `undefined` if there is none.
 * @param now Epoch milliseconds, on a clock that all processes share.
 */
export function rateLimitStep(state: string | undefined, request: RateLimitStoreRequest, now: number): RateLimitStep {
  // Only this function writes the state.
  const stored = state === undefined ? undefined : (JSON.parse(state) as SharedBudget);
  // A clock that was set back makes every time in the state meaningless.
  const previous = stored !== undefined && stored.updatedAt <= now + 1_000 ? stored : undefined;
  const isKnown = previous?.generation === request.generation;
  const isSame = previous !== undefined && !startsWindow(previous, request, isKnown);
  const budget = isSame ? previous : openWindow(previous, request, now);
  if (isSame) learn(budget, request, isKnown, now);
  if (request.blockedFor > 0 && (isKnown || !isSame)) {
    budget.blockedUntil = Math.max(budget.blockedUntil, now + request.blockedFor);
  }
  budget.updatedAt = now;
  expire(budget, now);
  const own = record(budget, request, isKnown && isSame, now);
  const others = Object.entries(budget.processes).flatMap(([id, share]) => (id === request.process ? [] : [share]));
  const { granted, nextSyncIn } = grant(budget, own, others, now);
  return {
    state: JSON.stringify(budget),
    expiresIn: 120_000 + Math.max(0, budget.boundaryAt - now),
    reply: {
      generation: budget.generation,
      granted,
      limit: budget.limit,
      used: budget.used + sum([own, ...others], 'held'),
      reset: budget.reset,
      boundaryIn: budget.boundaryAt === 0 ? -1 : Math.max(0, budget.boundaryAt - now),
      blockedFor: Math.max(0, budget.blockedUntil - now),
      processes: [own, ...others].filter((share) => now - share.seenAt <= lifetime(budget)).length,
      nextSyncIn,
    },
  };
}

function startsWindow(budget: SharedBudget, { reset, rolledOver }: RateLimitStoreRequest, isKnown: boolean): boolean {
  return budget.reset > 0 && ((isKnown && rolledOver) || reset > budget.reset + 1);
}

function openWindow(previous: SharedBudget | undefined, request: RateLimitStoreRequest, now: number): SharedBudget {
  const { limit, reset, used, boundaryIn, rolledOver } = request;
  // A process that knows a generation, while the store knows none: the state was lost.
  const isLost = previous === undefined && request.generation > 0;
  return {
    generation: Math.max(now, (previous?.generation ?? 0) + 1),
    startedAt: now,
    updatedAt: now,
    limit,
    reset,
    used,
    firstUsed: Math.max(0, used - Number(rolledOver)),
    foreign: 0,
    boundaryAt: boundaryIn < 0 ? 0 : now + boundaryIn,
    probeFailed: false,
    probeUntil: 0,
    blockedUntil: previous?.blockedUntil ?? 0,
    recoversAt: isLost ? now + recovery.report : 0,
    members: isLost ? request.processes : (previous?.members ?? 0),
    missingUntil: isLost ? now + recovery.return : (previous?.missingUntil ?? 0),
    processes: previous === undefined ? {} : carryOver(previous, now),
  };
}

/** Grants of the previous window still count: their requests may be in flight, and reach the API in the new one. */
function carryOver(previous: SharedBudget, now: number): Record<string, ProcessShare> {
  const carried: Record<string, ProcessShare> = {};
  for (const [id, share] of Object.entries(previous.processes)) {
    const arrivals = Math.max(0, share.normal + share.wanted - share.backlog);
    if (arrivals === 0 && now - share.seenAt > lifetime(previous)) continue;
    const arrivedIn = Math.max(1_000, now - previous.startedAt);
    carried[id] = { ...share, granted: 0, normal: 0, backlog: share.wanted, arrivals, arrivedIn };
  }
  return carried;
}

/** Takes in what the API has reported to the process about this window. */
function learn(budget: SharedBudget, request: RateLimitStoreRequest, isKnown: boolean, now: number): void {
  const { limit, reset, used, boundaryIn, probeFailed } = request;
  // A process that does not know this window may mean the one before, which ended a second earlier.
  if (reset === 0 || reset < budget.reset - (isKnown ? 1 : 0)) return;
  if (budget.reset === 0) {
    budget.reset = reset;
    budget.firstUsed = used;
    budget.startedAt = now;
    budget.boundaryAt = boundaryIn < 0 ? 0 : now + boundaryIn;
  }
  budget.limit = limit;
  budget.used = Math.max(budget.used, used);
  const granted = sum(Object.values(budget.processes), 'granted');
  budget.foreign = Math.max(budget.foreign, budget.used - budget.firstUsed - granted);
  if (!isKnown) return;
  if (probeFailed) {
    budget.boundaryAt = now + Math.max(1, boundaryIn);
    budget.probeFailed = true;
    budget.probeUntil = 0;
  } else if (boundaryIn >= 0 && !budget.probeFailed) {
    budget.boundaryAt = budget.boundaryAt === 0 ? now + boundaryIn : Math.min(budget.boundaryAt, now + boundaryIn);
  }
}

/** Gives up what was reserved for processes that have died. The API counted what it received from them. */
function expire(budget: SharedBudget, now: number): void {
  const isAlive = (share: ProcessShare) => now - share.seenAt <= lifetime(budget);
  const remembered = Object.entries(budget.processes)
    .map(([id, share]) => [id, isAlive(share) ? share : { ...share, held: 0, wanted: 0, background: 0 }] as const)
    .filter(([, share]) => isAlive(share) || share.granted > 0 || share.arrivals > 0);
  budget.processes = Object.fromEntries(remembered);
}

/** Takes in what the process reports about itself. */
function record(budget: SharedBudget, request: RateLimitStoreRequest, isKnown: boolean, now: number): ProcessShare {
  const { process, available, inFlight, sent, sentNormal, wanted, background, rolledOver } = request;
  const { backlog = 0, arrivals = 0, arrivedIn = 1_000 } = budget.processes[process] ?? {};
  return (budget.processes[process] = {
    seenAt: now,
    held: available + inFlight,
    // A window shows in the answer to a request of the process that reports it.
    granted: isKnown ? sent + available : inFlight + Number(rolledOver),
    normal: isKnown ? sentNormal : 0,
    backlog,
    arrivals,
    arrivedIn,
    wanted,
    background,
  });
}

/** Grants what the process may have now, and says when another sync can bring more. */
function grant(budget: SharedBudget, own: ProcessShare, others: readonly ProcessShare[], now: number) {
  const asked = own.wanted + own.background;
  if (asked === 0) return { granted: 0, nextSyncIn: 0 };
  const closedUntil = Math.max(budget.blockedUntil, budget.recoversAt);
  if (now < closedUntil) return { granted: 0, nextSyncIn: closedUntil - now };

  const isBoundary = budget.boundaryAt > 0 && now >= budget.boundaryAt;
  if (isBoundary && now < budget.probeUntil) return { granted: 0, nextSyncIn: 0 };
  if (isBoundary) budget.probeUntil = now + probeTimeout;
  const granted = isBoundary ? 1 : fairGrant(remaining(budget, [own, ...others]), ...demands(budget, own, others, now));

  const normal = Math.min(own.wanted, granted);
  own.held += granted;
  own.granted += granted;
  own.wanted -= normal;
  own.background -= granted - normal;
  const isPending = isBoundary || budget.reset === 0 || granted === asked;
  return { granted, nextSyncIn: isPending ? 0 : nextChangeIn(budget, own, others, now) };
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

/** Milliseconds without a sync after which a process is taken for dead. Waiting processes sync more often. */
function lifetime(budget: SharedBudget): number {
  return Math.max(1_000, 0.4 * length(budget));
}

function length({ startedAt, boundaryAt }: SharedBudget): number {
  return boundaryAt === 0 ? documentedLength : Math.max(1_000, boundaryAt - startedAt);
}

function sum(shares: readonly ProcessShare[], field: 'held' | 'granted'): number {
  return shares.reduce((total, share) => total + share[field], 0);
}
