import { requestsPerBackgroundCall } from '../rate-limit/reserve.ts';
import { isAlive, isOver, takeReport, type ProcessShare, type SharedState } from './state.ts';
import type { RateLimitStoreReply, RateLimitStoreRequest } from './store.ts';

/** Milliseconds that one process may probe before another one does. */
const probeTimeout = 2_000;

/** Longest time between syncs of a process with waiting calls, in milliseconds. A silent process counts as dead. */
const maxSyncPause = 5_000;

/**
 * Milliseconds between the turns of two processes on the store's clock. Without turns, the end of a window would wake
 * all processes, and they would hold each other up by writing at the same moment.
 */
const spacing = 10;

/** Milliseconds to keep the state after the end of its window. */
const retention = 120_000;

/** The result of {@link rateLimitStep}. */
export interface RateLimitStep {
  /** The state to store in place of the previous one. If both are equal, you need not write it. */
  readonly state: string;
  /** Milliseconds after which the store may delete the state. */
  readonly expiresIn: number;
  /** What `RateLimitStore.sync` resolves to. */
  readonly reply: RateLimitStoreReply;
}

/**
 * Applies the report of one process, and grants it part of the shared window. A {@link RateLimitStore} of your own must
 * read the state of a key, call this function and write the new state, in one transaction.
 *
 * @param stored The state from the previous step; `undefined` if there is none.
 * @param now Milliseconds on a clock that all processes share, such as that of the database.
 */
export function rateLimitStep(stored: string | undefined, request: RateLimitStoreRequest, now: number): RateLimitStep {
  const { state, own } = takeReport(stored, request, now);
  const granted = isOver(state, now) ? probe(state, own, request, now) : divide(state, own, now);
  own.held += granted.normal + granted.background;
  own.granted += granted.normal + granted.background;
  own.normal -= granted.normal;
  own.background -= granted.background;
  state.background += granted.background;

  const { limit, used, reset, processes } = state;
  const timeLeft = isOver(state, now) ? 0 : Math.ceil(state.endsAt - now);
  const alive = Object.values(processes).filter((share) => isAlive(state, share, now)).length;
  const nextSyncIn = untilTurn(Object.keys(processes).indexOf(request.process), alive, now, pauseOf(state, own, now));
  return {
    state: JSON.stringify(state),
    expiresIn: timeLeft + retention,
    reply: { ...granted, limit, used, reset, timeLeft, processes: alive, nextSyncIn },
  };
}

/** Requests for calls of each priority. */
type Grant = Pick<RateLimitStoreReply, 'normal' | 'background'>;

/** Grants one request when the window has ended, or none is known. Its response shows the current window. */
function probe(state: SharedState, own: ProcessShare, request: RateLimitStoreRequest, now: number): Grant {
  const { normal, background } = own;
  const { process, available } = request;
  const others = Object.entries(state.processes).filter(([id, share]) => id !== process && isAlive(state, share, now));
  const othersWait = others.some(([, share]) => share.normal + share.background > 0);
  const hasEnded = (state.processes[state.prober]?.held ?? 0) === 0;
  // A process whose probe failed, or was never sent, leaves the next one to another process.
  const leavesIt = state.prober === process && othersWait && now < state.probedAt + 2 * probeTimeout;
  const isProbing = state.prober !== '' && now < state.probedAt + probeTimeout && !hasEnded;
  // A small window has few requests. So a background call probes only if no process has a waiting normal call.
  const isNormal = Object.values(state.processes).some((share) => share.normal > 0);
  if (isProbing || leavesIt || available > 0 || (isNormal ? normal : background) === 0)
    return { normal: 0, background: 0 };
  state.probedAt = now;
  state.prober = process;
  return isNormal ? { normal: 1, background: 0 } : { normal: 0, background: 1 };
}

/**
 * Divides what is left of the window. Normal calls come first, including those that will probably arrive later in the
 * window. Background calls get the rest, and at least a tenth of the window.
 */
function divide(state: SharedState, own: ProcessShare, now: number): Grant {
  const others = Object.values(state.processes).filter((share) => share !== own);
  const left = leftOf(state);
  const rest = (state.endsAt - now) / (state.endsAt - state.startedAt);
  const normalNeed = (share: ProcessShare): Need => [share.granted, share.normal + Math.round(share.expected * rest)];
  const backgroundNeed = (share: ProcessShare): Need => [share.granted, share.background];
  const all = [own, ...others];
  const waiting = sum(all, (share) => share.background);
  const due = Math.min(
    left,
    waiting,
    Math.max(0, Math.ceil(state.limit / requestsPerBackgroundCall - state.background)),
  );
  const spare = left - sum(all, (share) => normalNeed(share)[1]);
  return {
    normal: Math.min(own.normal, fairShare(left - due, normalNeed(own), others.map(normalNeed))),
    background: fairShare(Math.max(due, spare), backgroundNeed(own), others.map(backgroundNeed)),
  };
}

/**
 * Requests that are left for all processes together. The API's count may lag behind, so granted requests count as
 * well.
 */
function leftOf({ limit, used, processes }: SharedState): number {
  const all = Object.values(processes);
  const held = sum(all, (share) => share.held);
  const granted = sum(all, (share) => share.granted);
  return Math.max(0, limit - Math.max(used + held, granted));
}

/** What a process was granted in the window, and what it could still use. */
type Need = readonly [granted: number, missing: number];

/**
 * Divides by max-min fairness: small needs are met in full, and larger ones end up with equal totals. A remainder goes
 * to the process that asks first.
 */
function fairShare(left: number, own: Need, others: readonly Need[]): number {
  let low = 0;
  let high = Math.max(...[own, ...others].map(([granted, missing]) => granted + missing));
  while (low < high) {
    const level = Math.ceil((low + high) / 2);
    if (upTo(level, own) + sum(others, (need) => upTo(level, need)) <= left) low = level;
    else high = level - 1;
  }
  const taken = sum(others, (need) => upTo(low, need));
  return Math.max(0, Math.min(upTo(low + 1, own), left - taken));
}

/** What a process gets if its total may rise to a level. */
function upTo(level: number, [granted, missing]: Need): number {
  return Math.max(0, Math.min(granted + missing, level) - granted);
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

/** Milliseconds until the process should sync again: to ask for more, or to show that it is alive. */
function pauseOf(state: SharedState, own: ProcessShare, now: number): number {
  const { processes, probedAt, startedAt, endsAt } = state;
  // The prober learns the result by itself. The others wait for it.
  if (isOver(state, now)) return own.held > 0 ? probeTimeout : Math.min(now - probedAt, probeTimeout) / 4;
  const pause = Math.min(maxSyncPause, (endsAt - startedAt) / 12);
  const mayChange = leftOf(state) > 0 || Object.values(processes).some((share) => share !== own && share.held > 0);
  const isWaiting = own.normal + own.background > 0;
  return Math.min(isWaiting && mayChange ? pause / 10 : pause, endsAt - now);
}

/** Milliseconds from `now` to the process's first turn that is at least `pause` away. */
function untilTurn(position: number, processes: number, now: number, pause: number): number {
  const earliest = Math.max(1, Math.ceil(pause));
  const late = (now + earliest - position * spacing) % (processes * spacing);
  return late === 0 ? earliest : earliest + processes * spacing - late;
}
