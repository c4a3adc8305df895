// The rows of the first table that are about calls for which somebody waits.
import { documentedRow, type Row } from './row.ts';
import { atOnce, inBackground, locked, steady } from './workloads.ts';

const minute = 60_000;

/** The batch begins after two minutes in which it could be seen what the prompt calls use. */
const batchStart = 2 * minute;

function besideBatch(name: string, count: number, minutes: number, period: number, quick: boolean): Row {
  const calls = [...steady(0, batchStart + minutes * minute, period), ...inBackground(atOnce(count, batchStart))];
  return documentedRow(name, { refused: 0, p50: 50, p95: 100, times: 1.06 }, () => ({ calls }), quick);
}

/** Bursts of calls for which somebody waits, half-way through each window, beside a backlog. */
const bursts = documentedRow(
  '40 interactive calls in mid-window beside 2 000 in the background',
  { refused: 0, p50: 50, p95: 1_000 },
  (begun) => {
    const prompt = Array.from({ length: 9 * 40 }, (_, index) => ({
      at: (1 + Math.floor(index / 40)) * minute - begun + 30_000,
      path: `/things/burst_${index}`,
      kind: 'prompt' as const,
    }));
    return { calls: [...prompt, ...inBackground(atOnce(2000, batchStart))], latency: { middle: 20, spread: 10 } };
  },
);

const besideLocked = [1, 3, 10].flatMap((perMinute) =>
  [true, false].flatMap((areNew) =>
    [60, undefined].map((retryAfter) => {
      const which = `${perMinute} ${areNew ? 'new' : 'old'} locked resource${perMinute > 1 ? 's' : ''} a minute`;
      const name = `a good call a second beside ${which}, ${retryAfter ? 'Retry-After 60' : 'no Retry-After'}`;
      const options = { locked: /locked/, lockedRetryAfter: retryAfter };
      const calls = [...steady(0, 10 * minute, 1000), ...locked(perMinute, 9, areNew)];
      const quick = perMinute === 3 && areNew === (retryAfter !== undefined);
      return documentedRow(name, { p50: 500, p95: 2_000 }, () => ({ calls, options }), quick);
    }),
  ),
);

export const promptRows: readonly Row[] = [
  besideBatch('30 interactive calls a minute behind 2 000 in the background', 2000, 28, 2_000, false),
  besideBatch('6 interactive calls a minute behind 2 000 in the background', 2000, 20, 10_000, false),
  besideBatch('a trickle of 20 a minute beside a burst of 300 in the background', 300, 4, 3_000, true),
  bursts,
  ...besideLocked,
];
