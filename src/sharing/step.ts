import { resetJitter } from '../rate-limit/headers.ts';
import type { Priority } from '../rate-limit/limited-call.ts';
import { probeTimeout } from '../rate-limit/probe-slot.ts';
import { backgroundPart, maxProbes, reserveForNormal, type NormalCalls } from '../rate-limit/window.ts';
import type { RateLimitStoreReply, RateLimitStoreRequest } from './store.ts';

/** Milliseconds between syncs of a process with waiting calls: at most, and at least while it probes. */
const syncPause = { max: 5_000, minProbe: 20 };

/** How often a process syncs before it would count as dead, and how much more often if it may soon be granted more. */
const syncs = { perLifetime: 4, moreOften: 10 };

/** Milliseconds after which a silent process counts as dead: a part of the window, within limits. */
const lifetimes = { partOfWindow: 0.4, min: 5_000, max: 24_000 };

/** Milliseconds by which the store's clock may go back. */
const clockJitter = 1_000;

/** Milliseconds to keep the state after the end of its window. */
const retention = 120_000;

/** Requests or calls, by priority. */
export type Counts = Record<Priority, number>;

/** What one process reports about its use of a token's window, and what it asks for. Durations are milliseconds. */
export interface Report {
  /** Identifies the process. */
  readonly process: string;
  /** Waiting normal calls without a granted request. */
  readonly normal: number;
  /** Waiting background calls without a granted request. */
  readonly background: number;
  /** Granted requests that the process has not sent. */
  readonly available: number;
  /** Requests that the process has sent and that `used` need not include, because no answer has come. */
  readonly inFlight: number;
  /** Requests that the process has sent in the window that ends at `reset`, including those in flight. */
  readonly sent: number;
  /** Normal calls that began in that window, including those that were not sent. */
  readonly arrived: number;
  /** Requests allowed per window, as far as the process knows. */
  readonly limit: number;
  /** Requests used in the window, as the API last reported to the process. */
  readonly used: number;
  /** When the window ends: epoch seconds on the API's clock; 0 if the process knows no window. */
  readonly reset: number;
  /** Time until the window is over, as far as the process knows; 0 if it is over or unknown. */
  readonly timeLeft: number;
  /** True if a request after the expected end of the window was refused, because the window had not ended. */
  readonly probeFailed: boolean;
}

/** The window that all processes share, and what this process is granted. Durations are milliseconds. */
export interface Grant {
  /** Additional requests that the process may send now for normal calls. */
  readonly normal: number;
  /** Additional requests that the process may send now for background calls. */
  readonly background: number;
  /** Requests allowed per window. */
  readonly limit: number;
  /** Requests used in the window, as the API reported to any process. */
  readonly used: number;
  /** When the window ends: epoch seconds on the API's clock; 0 if no process knows a window. */
  readonly reset: number;
  /** Time until the window is over; 0 if it is over or unknown. Requests that find out are then granted. */
  readonly timeLeft: number;
  /** Normal calls of all processes that arrived in the last window, and in the one before. */
  readonly arrivedBefore: NormalCalls;
  /** How many processes share the limit, as far as is known. At least 1. */
  readonly processes: number;
  /** Time after which to sync again while calls wait. */
  readonly nextSyncIn: number;
}

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
 * What is stored for a token. Later versions of the SDK may add fields but not remove any. Times are milliseconds on
 * the store's clock.
 */
interface State {
  /** The window, as the API has reported it to any process: requests allowed, and the highest number of used ones. */
  limit: number;
  used: number;
  /** When it ends: epoch seconds on the API's clock; 0 if no process knows one. */
  reset: number;
  startedAt: number;
  endsAt: number;
  /** When the last request was granted that finds out about a window, and how many may be in flight. */
  probedAt: number;
  probes: number;
  /** Requests of this window that were granted to background calls. */
  background: number;
  arrivedBefore: NormalCalls;
  processes: Record<string, ProcessState>;
}

/** What one process has of the window. */
interface ProcessState {
  seenAt: number;
  /** Granted requests that `used` may not include yet: available or in flight. */
  outstanding: number;
  /** Requests of this window that the process has sent or has available. */
  granted: number;
  /** Normal calls that arrived in this window. */
  arrived: number;
  /** Waiting calls without a granted request. */
  normal: number;
  background: number;
}

const newProcess: ProcessState = { seenAt: 0, outstanding: 0, granted: 0, arrived: 0, normal: 0, background: 0 };

/**
 * Applies the report of one process, and grants it part of the shared window. A {@link RateLimitStore} of your own must
 * read the state of a key, call this function and write the new state, in one transaction.
 *
 * @param stored The state from the previous step; `undefined` if there is none.
 * @param now Milliseconds on a clock that all processes share, such as that of the database.
 */
export function rateLimitStep(stored: string | undefined, request: RateLimitStoreRequest, now: number): RateLimitStep {
  const state = parse(stored, now);
  const report = request as unknown as Report; // Only this package makes requests.
  learnWindow(state, report, now);
  const own = takeReport(state, report, now);
  const isOver = now >= state.endsAt;
  const granted = isOver ? probe(state, own, now) : divide(state, own, now);
  const total = granted.normal + granted.background;
  own.outstanding += total;
  own.granted += total;
  own.normal -= granted.normal;
  own.background -= granted.background;
  state.background += granted.background;

  const { limit, used, reset, probedAt, arrivedBefore } = state;
  const timeLeft = isOver ? 0 : Math.ceil(state.endsAt - now);
  const mayChange =
    total === 0 && (leftOf(state) > 0 || processesOf(state).some((each) => each !== own && each.outstanding > 0));
  const usual = Math.min(syncPause.max, lifetime(state) / syncs.perLifetime) / (mayChange ? syncs.moreOften : 1);
  const probePause = Math.min(probeTimeout, Math.max(syncPause.minProbe, now - probedAt)) / syncs.perLifetime;
  const nextSyncIn = Math.ceil(isOver ? probePause : Math.min(usual, timeLeft));
  const processes = processesOf(state).filter(({ seenAt }) => now - seenAt <= lifetime(state)).length;
  const grant: Grant = { ...granted, limit, used, reset, timeLeft, arrivedBefore, processes, nextSyncIn };
  // Only this package reads replies.
  const reply = grant as unknown as RateLimitStoreReply;
  return { state: JSON.stringify(state), expiresIn: timeLeft + retention, reply };
}

/** Reads the state. If the clock was set back, all of its times are wrong. */
function parse(stored: string | undefined, now: number): State {
  const none = { limit: 0, used: 0, reset: 0, startedAt: 0, endsAt: 0, probedAt: 0, probes: 0 };
  const empty: State = { ...none, background: 0, arrivedBefore: [], processes: {} };
  if (stored === undefined) return empty;
  // The `as` holds because only this module writes the state.
  const state: State = { ...empty, ...(JSON.parse(stored) as Partial<State>) };
  for (const [id, each] of Object.entries(state.processes)) state.processes[id] = { ...newProcess, ...each };
  return processesOf(state).some(({ seenAt }) => seenAt > now + clockJitter) ? empty : state;
}

function lifetime({ startedAt, endsAt }: State): number {
  return Math.max(lifetimes.min, Math.min(lifetimes.max, lifetimes.partOfWindow * (endsAt - startedAt)));
}

function processesOf({ processes }: State): ProcessState[] {
  return Object.values(processes);
}

/** Applies what the API has reported to the process. */
function learnWindow(state: State, { limit, reset, used, timeLeft, probeFailed }: Report, now: number) {
  if (state.limit === 0) state.limit = limit;
  const later = reset - state.reset;
  // The ends of two short windows may be closer than the jitter.
  if ((later > resetJitter || (later > 0 && now >= state.endsAt)) && timeLeft > 0) {
    if (state.reset > 0)
      state.arrivedBefore = [sum(processesOf(state), (each) => each.arrived), state.arrivedBefore[0]];
    Object.assign(state, { limit, reset, used, startedAt: now, endsAt: now + timeLeft, background: 0 });
    for (const each of processesOf(state)) each.granted = each.arrived = 0;
  } else if (reset > 0 && Math.abs(later) <= resetJitter) {
    if (used >= state.used) state.limit = limit;
    state.used = Math.max(state.used, used);
    if (probeFailed) state.endsAt = Math.max(state.endsAt, now + timeLeft);
    else if (timeLeft > 0) state.endsAt = Math.min(state.endsAt, now + timeLeft);
  }
}

/** Applies what the process reports about itself. */
function takeReport(state: State, report: Report, now: number): ProcessState {
  const { process, available, inFlight, sent, arrived, normal, background, reset } = report;
  for (const each of processesOf(state)) {
    // A dead one waits for nothing. What it was granted in this window still counts, because it may have sent it.
    if (now - each.seenAt > lifetime(state)) each.outstanding = each.normal = each.background = 0;
  }
  const counts = ([, each]: [string, ProcessState]) => each.granted > 0 || now - each.seenAt <= lifetime(state);
  state.processes = Object.fromEntries(Object.entries(state.processes).filter(counts));
  const isSame = reset > 0 && Math.abs(reset - state.reset) <= resetJitter;
  const { seenAt, ...before } = state.processes[process] ?? newProcess;
  const own: ProcessState = {
    ...before,
    // Updated rarely, so that a sync that changes nothing else writes nothing.
    seenAt: now - seenAt > lifetime(state) / syncs.perLifetime ? now : seenAt,
    outstanding: available + inFlight,
    granted: available + inFlight + (isSame ? sent - inFlight : 0),
    arrived: isSame ? arrived : 0,
    normal,
    background,
  };
  return (state.processes[process] = own);
}

/**
 * Grants requests when the window has ended, or none is known, as a limiter does without a store (limits 5). Their
 * responses show the current window.
 */
function probe(state: State, own: ProcessState, now: number): Counts {
  const all = processesOf(state);
  const outstanding = sum(all, (each) => each.outstanding);
  const probes = now < state.probedAt + probeTimeout ? Math.min(state.probes, outstanding) : 0;
  const roomFor = (priority: Priority) => {
    const most = Math.min(maxProbes[priority], state.limit);
    const waiting = sum(all, (each) => each[priority]);
    return Math.max(0, waiting <= maxProbes.normal ? most - probes : probes === 0 ? 1 : 0);
  };
  const normal = Math.min(roomFor('normal'), own.normal);
  const background = all.some((each) => each.normal > 0) ? 0 : Math.min(roomFor('background'), own.background);
  if (normal + background > 0) Object.assign(state, { probedAt: now, probes: probes + normal + background });
  return { normal, background };
}

/** Limits 25: divides what is left. */
function divide(state: State, own: ProcessState, now: number): Counts {
  const { limit, startedAt, endsAt, background } = state;
  const all = processesOf(state);
  const others = all.filter((each) => each !== own);
  const left = leftOf(state);
  const wanted = sum(all, (each) => each.background);
  const due = Math.min(left, wanted, Math.max(0, Math.ceil(backgroundPart * limit - background)));
  const waiting = sum(all, ({ normal }) => normal);
  const partLeft = (endsAt - now) / (endsAt - startedAt);
  const kept = waiting + reserveForNormal(partLeft, limit, state.arrivedBefore);
  const shareOf = (priority: Priority, amount: number) => {
    const needOf = (each: ProcessState): Need => [each.granted, each[priority]];
    return fairShare(amount, needOf(own), others.map(needOf));
  };
  return { normal: shareOf('normal', left - due), background: shareOf('background', Math.max(due, left - kept)) };
}

/** What is left for all processes together. The API's count may lag behind, so granted requests count as well. */
function leftOf(state: State): number {
  const all = processesOf(state);
  const granted = sum(all, (each) => each.granted);
  return Math.max(0, state.limit - Math.max(state.used + sum(all, ({ outstanding }) => outstanding), granted));
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
    if (sum([own, ...others], (need) => upTo(level, need)) <= left) low = level;
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
