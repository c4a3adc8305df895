import { grant } from './grants.ts';
import { lifetime, type ProcessShare, type SharedBudget, sum } from './shared-state.ts';
import type { RateLimitStoreReply, RateLimitStoreRequest } from './store.ts';

/** Milliseconds in which processes report what they hold, and in which they return, after the state was lost. */
const recovery = { report: 500, return: 30_000 };

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
    owed: previous?.owed ?? 0,
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
