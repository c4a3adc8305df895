import { resetJitter } from '../rate-limit/headers.ts';
import type { RateLimitStoreRequest } from './store.ts';

/**
 * What is stored for a token. All versions of the SDK share it, so a version may add fields but not remove any. Missing
 * fields have defaults, and a step keeps fields that it doesn't know. Times are milliseconds on the store's clock.
 */
export interface SharedState {
  /** Requests that the API allows per window. */
  limit: number;
  /** When the window ends: epoch seconds on the API's clock; 0 if no process knows one. */
  reset: number;
  /** Requests used in this window: the highest number that the API has reported. */
  used: number;
  startedAt: number;
  /** When the window ends: the earliest estimate of any process, or that of a process whose probe came too early. */
  endsAt: number;
  /** True once a probe came too early. Earlier estimates of the end then no longer count. */
  isLate: boolean;
  /** When the last probe was granted. */
  probedAt: number;
  /** The process that was granted the last probe; empty if another process may probe at once. */
  prober: string;
  /** Requests of this window that were granted to background calls. */
  background: number;
  processes: Record<string, ProcessShare>;
}

/** One process's share of the window. */
export interface ProcessShare {
  seenAt: number;
  /** Granted requests that `used` may not include yet: available or in flight. */
  held: number;
  /** Requests of this window that the process has sent or has available. */
  granted: number;
  /** Waiting normal calls without a granted request. */
  normal: number;
  /** Waiting background calls without a granted request. */
  background: number;
  /** How often normal calls arrived in this window. The calls of one report count once. */
  arrivals: number;
  /** Normal calls to expect in this window, if they arrive as in the last one. */
  expected: number;
}

const emptyShare: ProcessShare = { seenAt: 0, held: 0, granted: 0, normal: 0, background: 0, arrivals: 0, expected: 0 };

function emptyState(): SharedState {
  return {
    limit: 0,
    reset: 0,
    used: 0,
    startedAt: 0,
    endsAt: 0,
    isLate: false,
    probedAt: 0,
    prober: '',
    background: 0,
    processes: {},
  };
}

/** Applies the report of one process. Returns the new state and the share of this process. */
export function takeReport(stored: string | undefined, request: RateLimitStoreRequest, now: number) {
  const known = parse(stored, now);
  const state = known ?? emptyState();
  learnWindow(state, request, now);
  dropDead(state, now);
  const own = updateShare(state, request, now);
  if (known === undefined || request.wasOut) expectOthers(state, request, now);
  return { state, own };
}

export function isOver({ reset, endsAt }: SharedState, now: number): boolean {
  return reset === 0 || now >= endsAt;
}

/** True if a process has synced recently. A process with waiting calls syncs every few seconds. */
export function isAlive(state: SharedState, { seenAt }: ProcessShare, now: number): boolean {
  return now - seenAt <= lifetime(state);
}

function lifetime({ reset, startedAt, endsAt }: SharedState): number {
  const max = 24_000;
  return reset === 0 ? max : Math.max(5_000, Math.min(max, 0.4 * (endsAt - startedAt)));
}

/** Reads the state; `undefined` if there is none, or if the clock was set back, which makes all of its times wrong. */
function parse(stored: string | undefined, now: number): SharedState | undefined {
  if (stored === undefined) return undefined;
  // The `as` holds because only this module writes the state, in any version of the SDK.
  const state: SharedState = { ...emptyState(), ...(JSON.parse(stored) as Partial<SharedState>) };
  for (const [id, share] of Object.entries(state.processes)) state.processes[id] = { ...emptyShare, ...share };
  return Object.values(state.processes).some(({ seenAt }) => seenAt > now + 1_000) ? undefined : state;
}

const absent = 'absent-';

/**
 * Reserves an equal part of the window for each process that has not reported since the state was created or the store
 * was out, because it may pace itself. The part stays reserved until the process reports or is considered dead.
 */
function expectOthers(state: SharedState, { processes, limit }: RateLimitStoreRequest, now: number): void {
  const alive = Object.values(state.processes).filter((share) => isAlive(state, share, now)).length;
  for (let index = alive; index < processes; index += 1) {
    state.processes[`${absent}${index}`] = { ...emptyShare, seenAt: now, normal: limit };
  }
}

/** Applies what the API has reported to the process. */
function learnWindow(state: SharedState, request: RateLimitStoreRequest, now: number): void {
  const { limit, reset, used, timeLeft, probeFailed } = request;
  if (state.limit === 0) state.limit = limit;
  if (reset === 0) return;
  const later = reset - state.reset;
  // The ends of two short windows may be closer than the jitter.
  if (later > resetJitter || (later > 0 && isOver(state, now))) {
    if (timeLeft > 0) openWindow(state, request, now);
  } else if (later >= -resetJitter) {
    if (used >= state.used) state.limit = limit;
    state.used = Math.max(state.used, used);
    if (probeFailed) {
      state.endsAt = Math.max(state.endsAt, now + timeLeft);
      state.isLate = true;
      state.prober = '';
    } else if (!state.isLate) {
      state.endsAt = Math.min(state.endsAt, now + timeLeft);
    }
  }
}

function openWindow(state: SharedState, { limit, reset, used, timeLeft }: RateLimitStoreRequest, now: number): void {
  const lengthening = timeLeft / Math.max(1_000, now - state.startedAt);
  const begun = { startedAt: now, endsAt: now + timeLeft, isLate: false, prober: '', background: 0 };
  Object.assign(state, { limit, reset, used, ...begun });
  for (const share of Object.values(state.processes)) {
    share.granted = 0;
    // Calls that all arrived at once may have been a batch that is done by now.
    const arrivals = share.arrivals > 1 ? share.arrivals : 0;
    // Reserve at most half of the window for calls that are only expected.
    share.expected = Math.round(Math.min(limit / 2, arrivals * lengthening));
    share.arrivals = 0;
  }
}

/** Drops what dead processes wait for. What they were granted still counts, because they may have sent all of it. */
function dropDead(state: SharedState, now: number): void {
  for (const share of Object.values(state.processes)) {
    if (!isAlive(state, share, now)) share.held = share.normal = share.background = 0;
  }
  // A silent process may just be idle, so remember its needs for a window.
  keep(state, (_, share) => isAlive(state, share, now) || share.granted + share.arrivals + share.expected > 0);
}

function keep(state: SharedState, isKept: (id: string, share: ProcessShare) => boolean): void {
  state.processes = Object.fromEntries(Object.entries(state.processes).filter(([id, share]) => isKept(id, share)));
}

/** Applies what the process reports about itself. */
function updateShare(state: SharedState, request: RateLimitStoreRequest, now: number): ProcessShare {
  const { process, available, inFlight, sent, normal, background, reset } = request;
  const known = state.processes[process];
  if (known === undefined || !isAlive(state, known, now)) {
    const returned = Object.keys(state.processes).find((id) => id.startsWith(absent));
    keep(state, (id) => id !== returned);
  }
  const isSame = reset > 0 && Math.abs(reset - state.reset) <= resetJitter;
  const before = known ?? { ...emptyShare, seenAt: now };
  const own: ProcessShare = {
    ...before,
    held: available + inFlight,
    granted: available + (isSame ? sent : inFlight),
    normal,
    background,
    arrivals: before.arrivals + (normal > before.normal ? 1 : 0),
  };
  // Update `seenAt` rarely, so that a sync that changes nothing else writes nothing.
  if (now - own.seenAt > lifetime(state) / 4) own.seenAt = now;
  return (state.processes[process] = own);
}
