/** The documented length of a window in milliseconds, assumed while the boundary is unknown. */
const documentedLength = 60_000;

/** The window that all processes share. Times are epoch milliseconds on the store's clock. */
export interface SharedBudget {
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
  /**
   * Requests of normal calls while background calls waited, less nine for each that these got. Never below -1 000, and
   * after a grant, nine at most for each background call that still waits.
   */
  owed: number;
  processes: Record<string, ProcessShare>;
}

/** One process's share of the window. */
export interface ProcessShare {
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

/** Milliseconds without a sync after which a process is taken for dead. Waiting processes sync more often. */
export function lifetime(budget: SharedBudget): number {
  return Math.max(1_000, 0.4 * length(budget));
}

export function length({ startedAt, boundaryAt }: SharedBudget): number {
  return boundaryAt === 0 ? documentedLength : Math.max(1_000, boundaryAt - startedAt);
}

export function sum(shares: readonly ProcessShare[], field: 'held' | 'granted' | 'background'): number {
  return shares.reduce((total, share) => total + share[field], 0);
}
