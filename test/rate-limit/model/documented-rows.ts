// The first table: the server of the reference.
import { DocumentedServer, type DocumentedOptions } from './documented-server.ts';
import type { ForeignUse } from './fixed-window.ts';
import type { Setup } from './measure.ts';
import { between, type Random } from '../../support/random.ts';
import { ReplicatedServer } from './replicated-server.ts';
import { anyStart, type Row } from './row.ts';
import { atOnce } from './workloads.ts';
import type { ClientClock } from './world.ts';

const minute = 60_000;
const hour = 60 * minute;
const nearby = { middle: 5, spread: 0 };
const faraway = { middle: 400, spread: 200 };
const latencies = { 'after 5 ms': nearby, 'after 400 ± 200 ms': faraway };

/** A documented server that is somewhere in its window. */
function server(random: Random, options: DocumentedOptions = {}): Pick<Setup, 'server' | 'fraction'> {
  const { fraction, begun } = anyStart(random);
  return { fraction, server: (epoch) => new DocumentedServer(epoch, { begun, ...options }) };
}

/** Where the first window is when the first call is made. */
const starts: Record<string, (random: Random) => { fraction: number; options: DocumentedOptions }> = {
  'windows aligned to the clock': (random) => {
    const { fraction, begun } = anyStart(random);
    return { fraction, options: { begun } };
  },
  'windows that begin with the first request': (random) => ({
    fraction: between(random, 0, 999),
    options: { windows: 'first' },
  }),
  'windows that begin with a request, begun early': (random) => ({
    fraction: between(random, 0, 999),
    options: { windows: 'first', begun: between(random, 1_000, 50_000) },
  }),
  'windows that begin with a request, seconds before a turn': (random) => ({
    fraction: between(random, 0, 999),
    options: { windows: 'first', begun: between(random, 56_000, 59_900) },
  }),
};

function manyAtOnce(): Row[] {
  return Object.entries(starts).flatMap(([start, of]) =>
    (['exact', 'up', 'down'] as const).flatMap((reset) =>
      [100, 300, 1000].map((count): Row => {
        // Nobody can see how much was added to `reset` or left out, nor which part of a second `Date` leaves out.
        const extra = reset === 'exact' ? 0 : 1_000;
        const goal = reset === 'down' ? { refusedPerTurn: 2, times: 1.04, extra } : { refused: 0, times: 1.03, extra };
        return {
          name: `${count} calls at once, ${start}, reset ${reset === 'exact' ? 'exact' : `rounded ${reset}`}`,
          goal,
          quick: count === 300 && reset !== 'exact',
          setup: (random) => {
            const { fraction, options } = of(random);
            return {
              fraction,
              calls: atOnce(count),
              server: (epoch) => new DocumentedServer(epoch, { ...options, reset }),
            };
          },
        };
      }),
    ),
  );
}

const clocks: Record<string, ClientClock> = {
  '20 s ahead': { offset: 20_000 },
  '20 s behind': { offset: -20_000 },
  'that gains 2 %': { drift: 0.02 },
  'that loses 2 %': { drift: -0.02 },
  'that jumps': {
    jumps: [
      { at: 30_000, by: 90_000 },
      { at: 100_000, by: -200_000 },
    ],
  },
  'whose timers gain 2 %': { drift: 0.02, timerDrift: 0.02 },
  'whose timers lose 2 %': { drift: -0.02, timerDrift: -0.02 },
};

function wrongClocks(): Row[] {
  return Object.entries(clocks).flatMap(([wrong, clock]) =>
    Object.entries(latencies).map(([when, latency]): Row => {
      return {
        name: `a clock ${wrong}, answers ${when}`,
        // Timers that run fast end a window early. It takes up to five refusals to see where its end really is.
        goal: { ...(clock.timerDrift === 0.02 ? { refusedPerTurn: 5 } : { refused: 0 }), times: 1.04 },
        quick: latency === faraway,
        setup: (random) => ({ ...server(random), calls: atOnce(300), clock, latency }),
      };
    }),
  );
}

/** The same, but from the beginning of the window on, if nobody can send all requests before. */
function fromTurns<T extends { readonly at: number }>(events: readonly T[], begun: number): T[] {
  return events.map((event) => ({ ...event, at: Math.floor((event.at + begun) / minute) * minute - begun }));
}

function usedBefore(): Row[] {
  return [10, 50, 90, 100].map((count): Row => {
    return {
      name: `${count} of 100 used by others before`,
      goal: { refused: count === 100 ? 10 : 0, times: 1.05 },
      quick: count >= 90,
      setup: (random) => {
        const { fraction, begun } = anyStart(random);
        // The first window is under way, and others have used it.
        const options = { begun, foreign: [{ at: -1, count }] };
        return { fraction, calls: atOnce(300), server: (epoch) => new DocumentedServer(epoch, options) };
      },
    };
  });
}

/** Where `begun` puts the first turn, and what others do then. */
const foreignUse: Record<string, (turn: number) => ForeignUse[]> = {
  'a foreign burst in mid-window': (turn) => [{ at: turn + 30_000, count: 60 }],
  'a foreign burst at a turn': (turn) => [{ at: turn, count: 60 }],
  'a foreign burst just after a turn': (turn) => [{ at: turn + 300, count: 60 }],
  'a foreign burst in mid-burst': () => [{ at: 450, count: 60 }],
  'foreign bursts at every turn': (turn) => [0, 1, 2, 3, 4].map((index) => ({ at: turn + index * minute, count: 50 })),
};

function others(): Row[] {
  const bursts = Object.entries(foreignUse).map(([use, of]): Row => {
    return {
      name: use,
      goal: { refused: 'onTheirWay', times: 1.05 },
      quick: true,
      setup: (random) => {
        const { fraction, begun } = anyStart(random);
        const foreign = of(minute - begun);
        const surprises = foreign.map(({ at }) => at);
        return {
          fraction,
          calls: atOnce(300),
          latency: faraway,
          surprises,
          server: (epoch) => new DocumentedServer(epoch, { begun, foreign }),
          ...(use !== 'a foreign burst in mid-window' && {
            leastServer: (epoch) => new DocumentedServer(epoch, { begun, foreign: fromTurns(foreign, begun) }),
          }),
        };
      },
    };
  });
  const trickle: Row = {
    name: 'a foreign trickle of 20 a minute',
    goal: { refused: 'onTheirWay', times: 1.05 },
    quick: true,
    setup: (random) => {
      const foreign = Array.from({ length: 400 }, (_, index) => ({ at: index * 3_000 + 1_234, count: 1 }));
      const surprises = foreign.map(({ at }) => at);
      // Not a multiple of the limit: an oracle that takes the one request before the others saves no window.
      return { ...server(random, { foreign }), calls: atOnce(250), surprises };
    },
  };
  return [...bursts, trickle];
}

function replicas(): Row[] {
  return [false, true].map((enforcesOwnView): Row => {
    return {
      name: `three replicas, 2 s behind each other, ${enforcesOwnView ? 'each enforces its own view' : 'the limit is enforced by all'}`,
      goal: { refused: 0, mostInWindow: 100 },
      quick: true,
      setup: (random) => {
        const { fraction, begun } = anyStart(random);
        const seed = random();
        let next = seed;
        // A generator for each server: the oracle's must not change what the client meets.
        const replicaOf = () => (next = (next * 9301 + 0.49297) % 1);
        const create = (epoch: number) =>
          new ReplicatedServer(epoch, { begun, lag: 2_000, enforcesOwnView }, replicaOf);
        return { fraction, calls: atOnce(300), server: create, latency: faraway };
      },
    };
  });
}

function otherLengths(): Row[] {
  const announced = (name: string, duration: number, configured?: Setup['rateLimit']): Row => ({
    name,
    // A client knows the time to a second, which is 1.7 % of a minute.
    goal: { refused: 2, times: duration === minute ? 1.03 : 1.01 },
    quick: true,
    setup: (random) => {
      const { fraction, begun } = anyStart(random);
      const early = Math.floor((begun / minute) * (duration / 1000)) * 1000 + fraction;
      const create = (epoch: number) => new DocumentedServer(epoch, { duration, begun: early });
      return { fraction, calls: atOnce(250), server: create, ...(configured && { rateLimit: configured }) };
    },
  });
  return [
    announced('an hour announced, a minute configured', hour),
    announced('a day announced, a minute configured', 24 * hour),
    announced('a minute announced, an hour configured', minute, { limit: 100, window: hour }),
    announced('a minute announced, a day configured', minute, { limit: 100, window: 24 * hour }),
  ];
}

const minutesLater = (at: number, ...minutes: number[]) => minutes.map((after) => at + after * minute);

/** When a limit changes for the first and the second time, in milliseconds after the first turn or the first call. */
const moments: Record<string, (turn: number) => number[]> = {
  'between two windows': (turn) => minutesLater(turn, 0, 1),
  // The first answer has arrived, and the other requests are under way.
  'in mid-burst': () => minutesLater(450, 0, 2),
  'in mid-window': (turn) => minutesLater(turn + 30_000, 0, 1),
};

const changes: Record<string, readonly number[]> = {
  lowered: [40],
  raised: [180],
  'lowered, then raised': [40, 180],
};

function otherLimits(): Row[] {
  return Object.entries(changes).flatMap(([change, limits]) =>
    Object.entries(moments).map(([when, of]): Row => {
      const isUnseen = when !== 'between two windows' && limits.includes(180);
      return {
        name: `the limit ${change} ${when}`,
        goal: { refused: 'onTheirWay', times: isUnseen ? 1.27 : 1.03 },
        quick: when === (change === 'lowered' ? 'in mid-burst' : 'between two windows'),
        setup: (random) => {
          const { fraction, begun } = anyStart(random);
          const times = of(minute - begun);
          const steps = limits.map((limit, index) => ({ limit, at: times[index]! }));
          const lowered = steps.filter(({ limit }) => limit < 100);
          const raised = steps.filter(({ limit }) => limit > 100);
          const known = [...(when === 'in mid-window' ? lowered : fromTurns(lowered, begun)), ...raised];
          return {
            fraction,
            calls: atOnce(isUnseen ? 1000 : 500),
            latency: faraway,
            surprises: steps.map(({ at }) => at),
            server: (epoch) => new DocumentedServer(epoch, { begun, changes: steps }),
            leastServer: (epoch) => new DocumentedServer(epoch, { begun, changes: known }),
          };
        },
      };
    }),
  );
}

function losses(): Row[] {
  const lossy = Object.entries(latencies).map(([when, latency]): Row => {
    return {
      name: `5 % of the requests lost, answers ${when}`,
      goal: { refused: 0, times: 1.55 },
      quick: latency === faraway,
      // What is lost may need another window, so that the first one is a whole one.
      setup: (random) => ({
        ...server(random, { windows: 'first', begun: 0 }),
        calls: atOnce(300),
        latency,
        loss: 0.05,
      }),
    };
  });
  const rotated: Row = {
    name: 'the token rotated, the old one revoked',
    goal: { refused: 0, times: 1.35 },
    quick: true,
    setup: (random) => {
      const issued = between(random, 20_000, 100_000);
      const tokens = [
        { issued: 0, token: 'old' },
        { issued, token: 'new' },
      ];
      return { ...server(random, { revoked: { old: issued + 5_000 } }), calls: atOnce(600), tokens, latency: faraway };
    },
  };
  return [...lossy, rotated];
}

function sameTick(): Row {
  return {
    name: 'answers within the same tick',
    goal: { refused: 0, times: 1.03 },
    quick: true,
    setup: (random) => ({ ...server(random), calls: atOnce(300), latency: { middle: 0, spread: 0 } }),
  };
}

export const documentedRows: readonly Row[] = [
  ...manyAtOnce(),
  ...wrongClocks(),
  ...usedBefore(),
  ...others(),
  ...replicas(),
  ...otherLengths(),
  ...otherLimits(),
  ...losses(),
  sameTick(),
];
