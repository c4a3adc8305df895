import { describe, expect, test } from 'vitest';
import { documentedRows } from './documented-rows.ts';
import { measure } from './measure.ts';
import { promptRows } from './prompt-rows.ts';
import { randomOf } from './random.ts';
import { reference } from './reference.ts';
import { missed, type Row } from './row.ts';
import { printed } from './table.ts';
import { sdk, type ClientFactory } from './tested-client.ts';
import { undocumentedRows } from './undocumented-rows.ts';

const runs = Number(process.env['FUZZ_RUNS'] ?? 0);
const isFuzzing = runs > 0;
const prints = process.env['PRINT_ROWS'];
const client = prints === 'reference' ? reference : sdk;

// With 2, `reset` rounded down has once made calls fail.
const seeds = isFuzzing ? Array.from({ length: Math.min(12, runs) }, (_, index) => index + 1) : [2];

function testRows(rows: readonly Row[], tested: ClientFactory): void {
  test.each(rows.map((row) => [row.name, row] as const))('%s', { timeout: 0 }, async (name, { goal, setup }) => {
    const misses: string[] = [];
    for (const seed of seeds) {
      const figures = await measure(tested, setup(randomOf(seed)), seed);
      if (prints) console.log(printed(name, seed, figures));
      misses.push(...missed(figures, goal).map((miss) => `seed ${seed}: ${miss}`));
    }
    expect(misses).toEqual([]);
  });
}

const documented = [...documentedRows, ...promptRows].filter(({ quick }) => isFuzzing || quick);

describe('the documented server', () => testRows(documented, client));
if (isFuzzing) {
  describe('other limits', () => testRows(undocumentedRows, client));
  // So that no goal asks for what can't be reached.
  if (!prints) describe('the reference pacer on the documented server', () => testRows(documented, reference));
}
