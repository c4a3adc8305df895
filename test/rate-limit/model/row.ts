import { between, type Random } from '../../support/random.ts';
import { DocumentedServer, type DocumentedOptions } from './documented-server.ts';
import type { Figures, Setup } from './measure.ts';
import { atOnce } from './workloads.ts';

/** What a row of the table asks for. What is left out is measured only. */
export interface Goal {
  /** Calls that may fail. Default: none. */
  readonly failed?: number;
  /** Refusals, or `'onTheirWay'`: what nobody could have held back. */
  readonly refused?: number | 'onTheirWay';
  /** Refusals for each turn of a window, instead. */
  readonly refusedPerTurn?: number;
  /** The time of the batch over the least possible. */
  readonly times?: number;
  /** Milliseconds that it may take beyond that. */
  readonly extra?: number;
  /** In milliseconds, of the calls that are to be prompt. */
  readonly p50?: number;
  readonly p95?: number;
  /** Requests in one window. */
  readonly mostInWindow?: number;
}

/** A kind of server, and what a client has to do there. */
export interface Row {
  readonly name: string;
  readonly goal: Goal;
  /** Whether each run of the tests tries it. The others are for `npm run fuzz`. */
  readonly quick?: boolean;
  /** Why the SDK is worse here than the client of thirty lines, if it may be. */
  readonly isWorse?: string;
  readonly setup: (random: Random) => Setup;
}

/** What the figures miss, or `[]`. Nothing may ever get stuck. */
export function missed(figures: Figures, goal: Goal): string[] {
  const { failed, stuck, refused, onTheirWay, time, leastTime, roundTrip } = figures;
  const turns = Math.floor(leastTime / 60_000) + 1;
  const mayBeRefused =
    goal.refusedPerTurn === undefined
      ? goal.refused === 'onTheirWay'
        ? onTheirWay
        : (goal.refused ?? Infinity)
      : goal.refusedPerTurn * turns;
  // One request has to ask about the first window before the others are sent, and the last window begins with another one.
  const asking = Math.max(50, 2 * roundTrip);
  const mayTake = leastTime * (goal.times ?? Infinity) + (goal.extra ?? 0) + asking;
  const checks: [is: string, isMissed: boolean][] = [
    [`${failed} failed`, failed > (goal.failed ?? 0)],
    [`${stuck} stuck`, stuck > 0],
    [`${refused} refused, more than ${mayBeRefused}`, refused > mayBeRefused],
    [`${(time / leastTime).toFixed(3)} × the least time, more than ${goal.times}`, time > mayTake],
    [`p50 ${figures.p50} ms`, figures.p50 > (goal.p50 ?? Infinity)],
    [`p95 ${figures.p95} ms`, figures.p95 > (goal.p95 ?? Infinity)],
    [`${figures.mostInWindow} requests in a window`, figures.mostInWindow > (goal.mostInWindow ?? Infinity)],
  ];
  return checks.filter(([, isMissed]) => isMissed).map(([is]) => is);
}

/** In what the SDK did worse than the client of thirty lines. */
export function worse(ours: Figures, simple: Figures): string[] {
  const lost = ({ failed, stuck }: Figures) => failed + stuck;
  const isSlower = (key: 'time' | 'p95') =>
    lost(simple) === 0 && lost(ours) === 0 && ours[key] > 1.1 * simple[key] + 5_000;
  const isFaster = ours.time < simple.time || ours.p95 < simple.p95;
  const checks: [is: string, isWorse: boolean][] = [
    [`${lost(ours)} failed, ${lost(simple)} of the reference`, lost(ours) > lost(simple)],
    [`took ${ours.time} ms, the reference ${simple.time} ms`, isSlower('time')],
    [`p95 ${ours.p95} ms, the reference ${simple.p95} ms`, isSlower('p95')],
    [`${ours.refused} refused, ${simple.refused} of the reference`, ours.refused > simple.refused + 10 && !isFaster],
  ];
  return checks.filter(([, isWorse]) => isWorse).map(([is]) => is);
}

/** 300 calls at once of the server of the reference, which is anywhere in its window, unless `of` says otherwise. */
export function documentedRow(
  name: string,
  goal: Goal,
  of: (begun: number, random: Random) => Partial<Setup> & { readonly options?: DocumentedOptions },
  quick = true,
): Row {
  return {
    name,
    goal,
    quick,
    setup: (random) => {
      const { fraction, begun } = anyStart(random);
      const { options, ...more } = of(begun, random);
      const server = (epoch: number) => new DocumentedServer(epoch, { begun, ...options });
      return { fraction, calls: atOnce(300), server, ...more };
    },
  };
}

/** Where in its window, and between two seconds, a server is when the first call is made. */
export function anyStart(random: Random): { fraction: number; begun: number } {
  const fraction = between(random, 0, 999);
  // Windows that are aligned to the clock end at a full second.
  return { fraction, begun: between(random, 0, 50) * 1000 + fraction };
}
