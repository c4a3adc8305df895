// The first table: the server of the reference.
import { between, type Random } from '../../support/random.ts';
import { DocumentedServer, type DocumentedOptions } from './documented-server.ts';
import type { ForeignUse } from './fixed-window.ts';
import type { Setup } from './measure.ts';
import { ReplicatedServer } from './replicated-server.ts';
import { documentedRow, type Row } from './row.ts';
import { atOnce } from './workloads.ts';
import type { ClientClock } from './world.ts';

const minute = 60_000;
const hour = 60 * minute;
const faraway = { middle: 400, spread: 200 };
const latencies = { 'after 5 ms': { middle: 5, spread: 0 }, 'after 400 ± 200 ms': faraway };

/** Where the first window is when the first call is made. */
const starts: Record<string, (random: Random) => DocumentedOptions> = {
  'windows aligned to the clock': () => ({}),
  'windows that begin with the first request': () => ({ windows: 'first', begun: 0 }),
  'windows that begin with a request, begun early': (random) => {
    return { windows: 'first', begun: between(random, 1_000, 50_000) };
  },
  'windows that begin with a request, seconds before a turn': (random) => {
    return { windows: 'first', begun: between(random, 56_000, 59_900) };
  },
};

const manyAtOnce = Object.entries(starts).flatMap(([start, of]) =>
  (['exact', 'up', 'down'] as const).flatMap((reset) =>
    [100, 300, 1000].map((count) => {
      const name = `${count} calls at once, ${start}, reset ${reset === 'exact' ? 'exact' : `rounded ${reset}`}`;
      // Nobody can see how much was added to `reset` or left out, nor which part of a second `Date` leaves out.
      const extra = reset === 'exact' ? 0 : 1_000;
      const goal = reset === 'down' ? { refusedPerTurn: 2, times: 1.04, extra } : { refused: 0, times: 1.03, extra };
      const setup = (_: number, random: Random) => ({ calls: atOnce(count), options: { ...of(random), reset } });
      return documentedRow(name, goal, setup, count === 300 && reset !== 'exact');
    }),
  ),
);

/** The client's `Date` jumps forth, and back. */
const jumps = [
  { at: 30_000, by: 90_000 },
  { at: 100_000, by: -200_000 },
];

const clocks: Record<string, ClientClock> = {
  '20 s ahead': { offset: 20_000 },
  '20 s behind': { offset: -20_000 },
  'that gains 2 %': { drift: 0.02 },
  'that loses 2 %': { drift: -0.02 },
  'that jumps': { jumps },
  'whose timers gain 2 %': { drift: 0.02, timerDrift: 0.02 },
  'whose timers lose 2 %': { drift: -0.02, timerDrift: -0.02 },
};

const wrongClocks = Object.entries(clocks).flatMap(([wrong, clock]) =>
  Object.entries(latencies).map(([when, latency]) => {
    // Timers that run fast end a window early. It takes up to five refusals to see where its end really is.
    const goal = { ...(clock.timerDrift === 0.02 ? { refusedPerTurn: 5 } : { refused: 0 }), times: 1.04 };
    const name = `a clock ${wrong}, answers ${when}`;
    return documentedRow(name, goal, () => ({ clock, latency }), latency === faraway);
  }),
);

/** The same, but from the beginning of the window on, if nobody can send all requests before. */
function fromTurns<T extends { readonly at: number }>(events: readonly T[], begun: number): T[] {
  return events.map((event) => ({ ...event, at: Math.floor((event.at + begun) / minute) * minute - begun }));
}

/** The first window is under way, and others have used it. */
const usedBefore = [10, 50, 90, 100].map((count) => {
  const goal = { refused: count === 100 ? 10 : 0, times: 1.05 };
  const options = { foreign: [{ at: -1, count }] };
  return documentedRow(`${count} of 100 used by others before`, goal, () => ({ options }), count >= 90);
});

/** Where `begun` puts the first turn, and what others do then. */
const foreignUse: Record<string, (turn: number) => ForeignUse[]> = {
  'a foreign burst in mid-window': (turn) => [{ at: turn + 30_000, count: 60 }],
  'a foreign burst at a turn': (turn) => [{ at: turn, count: 60 }],
  'a foreign burst just after a turn': (turn) => [{ at: turn + 300, count: 60 }],
  'a foreign burst in mid-burst': () => [{ at: 450, count: 60 }],
  'foreign bursts at every turn': (turn) => [0, 1, 2, 3, 4].map((index) => ({ at: turn + index * minute, count: 50 })),
};

const bursts = Object.entries(foreignUse).map(([use, of]) =>
  documentedRow(use, { refused: 'onTheirWay', times: 1.05 }, (begun) => {
    const foreign = of(minute - begun);
    const known = use === 'a foreign burst in mid-window' ? foreign : fromTurns(foreign, begun);
    const leastServer = (epoch: number) => new DocumentedServer(epoch, { begun, foreign: known });
    return { options: { foreign }, latency: faraway, surprises: foreign.map(({ at }) => at), leastServer };
  }),
);

const trickle = documentedRow('a foreign trickle of 20 a minute', { refused: 'onTheirWay', times: 1.05 }, () => {
  const foreign = Array.from({ length: 400 }, (_, index) => ({ at: index * 3_000 + 1_234, count: 1 }));
  // Not a multiple of the limit: an oracle that takes the one request before the others saves no window.
  return { options: { foreign }, calls: atOnce(250), surprises: foreign.map(({ at }) => at) };
});

const replicas = [false, true].map((enforcesOwnView) => {
  const enforced = enforcesOwnView ? 'each enforces its own view' : 'the limit is enforced by all';
  const name = `three replicas, 2 s behind each other, ${enforced}`;
  return documentedRow(name, { refused: 0, mostInWindow: 100 }, (begun, random) => {
    let next = random();
    // A generator for each server: the oracle's must not change what the client meets.
    const replicaOf = () => (next = (next * 9301 + 0.49297) % 1);
    const server = (epoch: number) => new ReplicatedServer(epoch, { begun, lag: 2_000, enforcesOwnView }, replicaOf);
    return { server, latency: faraway };
  });
});

const otherLengths = (
  [
    ['an hour announced, a minute configured', hour],
    ['a day announced, a minute configured', 24 * hour],
    ['a minute announced, an hour configured', minute, { limit: 100, window: hour }],
    ['a minute announced, a day configured', minute, { limit: 100, window: 24 * hour }],
  ] satisfies [string, number, Setup['rateLimit']?][]
).map(([name, duration, rateLimit]) =>
  // A client knows the time to a second, which is 1.7 % of a minute.
  documentedRow(name, { refused: 2, times: duration === minute ? 1.03 : 1.01 }, (begun) => {
    const early = Math.floor((begun / minute) * (duration / 1000)) * 1000 + (begun % 1000);
    return { options: { duration, begun: early }, calls: atOnce(250), ...(rateLimit && { rateLimit }) };
  }),
);

const minutesLater = (at: number, ...minutes: number[]) => minutes.map((after) => at + after * minute);

/** When a limit changes for the first and the second time, in milliseconds after the first turn or the first call. */
const moments: Record<string, (turn: number) => number[]> = {
  'between two windows': (turn) => minutesLater(turn, 0, 1),
  // The first answer has arrived, and the other requests are under way.
  'in mid-burst': () => minutesLater(450, 0, 2),
  'in mid-window': (turn) => minutesLater(turn + 30_000, 0, 1),
};

const changes: Record<string, readonly number[]> = { lowered: [40], raised: [180], 'lowered, then raised': [40, 180] };

const otherLimits = Object.entries(changes).flatMap(([change, limits]) =>
  Object.entries(moments).map(([when, of]) => {
    const isUnseen = when !== 'between two windows' && limits.includes(180);
    const goal = { refused: 'onTheirWay', times: isUnseen ? 1.27 : 1.03 } as const;
    const setup = (begun: number) => {
      const times = of(minute - begun);
      const steps = limits.map((limit, index) => ({ limit, at: times[index]! }));
      const lowered = steps.filter(({ limit }) => limit < 100);
      const raised = steps.filter(({ limit }) => limit > 100);
      const known = [...(when === 'in mid-window' ? lowered : fromTurns(lowered, begun)), ...raised];
      return {
        options: { changes: steps },
        calls: atOnce(isUnseen ? 1000 : 500),
        latency: faraway,
        surprises: steps.map(({ at }) => at),
        leastServer: (epoch: number) => new DocumentedServer(epoch, { begun, changes: known }),
      };
    };
    const quick = when === (change === 'lowered' ? 'in mid-burst' : 'between two windows');
    return documentedRow(`the limit ${change} ${when}`, goal, setup, quick);
  }),
);

const lossy = Object.entries(latencies).map(([when, latency]) => {
  // What is lost may need another window, so that the first one is a whole one.
  const setup = () => ({ options: { windows: 'first', begun: 0 } as const, latency, loss: 0.05 });
  const name = `5 % of the requests lost, answers ${when}`;
  return documentedRow(name, { refused: 0, times: 1.55 }, setup, latency === faraway);
});

const rotated = documentedRow('the token rotated, the old one revoked', { refused: 0, times: 1.35 }, (_, random) => {
  const issued = between(random, 20_000, 100_000);
  const tokens = [
    { issued: 0, token: 'old' },
    { issued, token: 'new' },
  ];
  return { options: { revoked: { old: issued + 5_000 } }, calls: atOnce(600), tokens, latency: faraway };
});

const sameTick = documentedRow('answers within the same tick', { refused: 0, times: 1.03 }, () => {
  return { latency: { middle: 0, spread: 0 } };
});

export const documentedRows: readonly Row[] = [
  ...manyAtOnce,
  ...wrongClocks,
  ...usedBefore,
  ...bursts,
  trickle,
  ...replicas,
  ...otherLengths,
  ...otherLimits,
  ...lossy,
  rotated,
  sameTick,
];
