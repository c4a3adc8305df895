import { describe, expect, test } from 'vitest';
import { documentedRows } from './documented-rows.ts';
import { type Figures, measure } from './measure.ts';
import { outageRows } from './outage-rows.ts';
import { promptRows } from './prompt-rows.ts';
import { randomOf } from '../../support/random.ts';
import { missed, worse, type Row } from './row.ts';
import { reference, sdk, type ClientFactory } from './tested-client.ts';
import { undocumentedRows } from './undocumented-rows.ts';

const runs = Number(process.env['FUZZ_RUNS'] ?? 0);
const isFuzzing = runs > 0;

// With 2, `reset` rounded down has once made calls fail.
const seeds = isFuzzing ? Array.from({ length: Math.min(12, runs) }, (_, index) => index + 1) : [2];

/** One line of a table of figures. */
function printed(name: string, seed: number, figures: Figures): string {
  const { failed, stuck, refused, onTheirWay, time, leastTime, p50, p95, mostInWindow } = figures;
  const times = leastTime > 0 ? (time / leastTime).toFixed(3) : '-';
  const cells = [name, seed, failed, stuck, refused, onTheirWay, mostInWindow, times, p50.toFixed(0), p95.toFixed(0)];
  return `| ${cells.join(' | ')} |`;
}

function testRows(rows: readonly Row[], isBesideReference = false): void {
  const named = rows.map((row) => [row.name, row] as const);
  test.each(named)('%s', { timeout: 0 }, async (name, { goal, isWorse, setup }) => {
    const misses: string[] = [];
    for (const seed of seeds) {
      const figures = await measure(sdk, setup(randomOf(seed)), seed);
      if (process.env['PRINT_ROWS']) console.log(printed(name, seed, figures));
      const all = missed(figures, goal);
      if (isBesideReference && isWorse === undefined) {
        all.push(...worse(figures, await measure(reference, setup(randomOf(seed)), seed)));
      }
      misses.push(...all.map((miss) => `seed ${seed}: ${miss}`));
    }
    expect(misses).toEqual([]);
  });
}

const isTried = ({ quick }: Row) => isFuzzing || quick;

describe('the documented server', () => testRows([...documentedRows, ...promptRows].filter(isTried)));
describe('outages, gateways and misleading headers', () => testRows(outageRows.filter(isTried), true));
describe('other limits', () => testRows(undocumentedRows));

/** Sends all requests at once. */
const hasty: ClientFactory = ({ fetch, baseUrl, apiToken }) => ({
  read({ path }, signal) {
    return fetch(baseUrl + path, { method: 'GET', headers: { authorization: apiToken() }, signal, redirect: 'manual' });
  },
});

test.each(undocumentedRows)('a client that does not pace its calls is refused: $name', async ({ setup }) => {
  expect((await measure(hasty, setup(randomOf(1)), 1)).refused).toBeGreaterThan(0);
});
