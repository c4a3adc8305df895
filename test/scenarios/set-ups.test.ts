import { expect, it } from 'vitest';
import { setUps, outages } from './set-ups.ts';
import { measure } from './row.ts';

it.each([...setUps, ...outages])('row $row: $name', async (row) => {
  const { figures, missed } = await measure(row);
  const { errors: _, ...ours } = figures.get('sdk')!;
  expect(missed, JSON.stringify(ours)).toEqual([]);
});
