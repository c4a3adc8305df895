import { describe, expect, test } from 'vitest';
import { run, type Measured } from '../rate-limit/model/measure.ts';
import { randomOf } from '../support/random.ts';
import { sdk, type ClientFactory } from '../rate-limit/model/tested-client.ts';
import { PacedClient } from './paced-client.ts';
import { referenceRows } from './pacing-rows.ts';

// The SDK beside the client that it may never be worse than. Virtual time.

const seeds = Array.from({ length: Math.min(12, Number(process.env['FUZZ_RUNS'] ?? 1)) }, (_, index) => index + 1);

/** Milliseconds after which a call that waits counts as stuck. */
const limit = 2 * 3_600_000;

const reference: ClientFactory = ({ fetch, baseUrl, apiToken, maxRetries }) => {
  const client = new PacedClient();
  return {
    read: ({ path }, signal) => {
      const init = () => ({ method: 'GET', headers: { authorization: `Bearer ${apiToken()}` }, signal });
      return client.call(() => fetch(baseUrl + path, { ...init(), redirect: 'manual' }), signal, maxRetries);
    },
  };
};

/** In what the SDK did worse. */
function worse(ours: Measured, simple: Measured): string[] {
  const lost = ({ failed, stuck }: Measured) => failed + stuck;
  const isSlower = (key: 'time' | 'p95') =>
    lost(simple) === 0 && lost(ours) === 0 && ours[key] > 1.1 * simple[key] + 5_000;
  return [
    ...(lost(ours) > lost(simple) ? [`${lost(ours)} failed, ${lost(simple)} of the reference`] : []),
    ...(isSlower('time') ? [`took ${ours.time} ms, the reference ${simple.time} ms`] : []),
    ...(isSlower('p95') ? [`p95 ${ours.p95} ms, the reference ${simple.p95} ms`] : []),
    ...(ours.refused > simple.refused + 10 && ours.time >= simple.time && ours.p95 >= simple.p95
      ? [`${ours.refused} refused, ${simple.refused} of the reference, and not faster`]
      : []),
  ];
}

const shown = ({ failed, stuck, refused, time, p50, p95 }: Measured) =>
  [failed, stuck, refused, Math.round(time / 1000), Math.round(p50), Math.round(p95)].join(' | ');

describe('beside the reference client', () => {
  test.each(referenceRows.map((row) => [row.name, row] as const))('%s', { timeout: 0 }, async (name, row) => {
    const misses: string[] = [];
    for (const seed of seeds) {
      const ours = await run(sdk, row.setup(randomOf(seed)), seed, limit);
      const simple = await run(reference, row.setup(randomOf(seed)), seed, limit);
      if (process.env['PRINT_ROWS']) console.log(`| ${name} | ${seed} | ${shown(ours)} | ${shown(simple)} |`);
      const { goal = {}, isWorse } = row;
      misses.push(...(isWorse === undefined ? worse(ours, simple) : []));
      for (const [key, most] of Object.entries(goal) as [keyof typeof goal, number][]) {
        if (ours[key] > most) misses.push(`seed ${seed}: ${key} ${ours[key]}, more than ${most}`);
      }
    }
    expect(misses).toEqual([]);
  });
});
