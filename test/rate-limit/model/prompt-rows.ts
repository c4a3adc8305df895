// The rows of the first table that are about calls for which somebody waits.
import { DocumentedServer } from './documented-server.ts';
import { anyStart, type Row } from './row.ts';
import { atOnce, inBackground, locked, steady } from './workloads.ts';

const minute = 60_000;

/** The batch begins after two minutes in which it could be seen what the prompt calls use. */
const batchStart = 2 * minute;

function besideBatch(name: string, count: number, minutes: number, period: number, quick: boolean): Row {
  return {
    name,
    goal: { refused: 0, p50: 50, p95: 100, times: 1.06 },
    quick,
    setup: (random) => {
      const { fraction, begun } = anyStart(random);
      const calls = [...steady(0, batchStart + minutes * minute, period), ...inBackground(atOnce(count, batchStart))];
      return { fraction, calls, server: (epoch) => new DocumentedServer(epoch, { begun }) };
    },
  };
}

/** Bursts of calls for which somebody waits, half-way through each window, beside a backlog. */
const bursts: Row = {
  name: '40 interactive calls in mid-window beside 2 000 in the background',
  goal: { refused: 0, p50: 50, p95: 1_000 },
  quick: true,
  setup: (random) => {
    const { fraction, begun } = anyStart(random);
    const prompt = Array.from({ length: 9 * 40 }, (_, index) => ({
      at: (1 + Math.floor(index / 40)) * minute - begun + 30_000,
      path: `/things/burst_${index}`,
      kind: 'prompt' as const,
    }));
    const calls = [...prompt, ...inBackground(atOnce(2000, batchStart))];
    const latency = { middle: 20, spread: 10 };
    return { fraction, calls, latency, server: (epoch) => new DocumentedServer(epoch, { begun }) };
  },
};

function besideLocked(): Row[] {
  return [1, 3, 10].flatMap((perMinute) =>
    [true, false].flatMap((areNew) =>
      [60, undefined].map((retryAfter): Row => {
        const which = `${perMinute} ${areNew ? 'new' : 'old'} locked resource${perMinute > 1 ? 's' : ''} a minute`;
        return {
          name: `a good call a second beside ${which}, ${retryAfter ? 'Retry-After 60' : 'no Retry-After'}`,
          goal: { p50: 500, p95: 2_000 },
          quick: perMinute === 3 && areNew === (retryAfter !== undefined),
          setup: (random) => {
            const { fraction, begun } = anyStart(random);
            const options = { begun, locked: /locked/, lockedRetryAfter: retryAfter };
            const calls = [...steady(0, 10 * minute, 1000), ...locked(perMinute, 9, areNew)];
            return { fraction, calls, server: (epoch) => new DocumentedServer(epoch, options) };
          },
        };
      }),
    ),
  );
}

export const promptRows: readonly Row[] = [
  besideBatch('30 interactive calls a minute behind 2 000 in the background', 2000, 28, 2_000, false),
  besideBatch('6 interactive calls a minute behind 2 000 in the background', 2000, 20, 10_000, false),
  besideBatch('a trickle of 20 a minute beside a burst of 300 in the background', 300, 4, 3_000, true),
  bursts,
  ...besideLocked(),
];
