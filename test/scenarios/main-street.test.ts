import { expect, it } from 'vitest';
import { mainStreet, outages } from './main-street.ts';
import { measure } from './row.ts';

it.each([...mainStreet, ...outages])('row $row: $name', async (row) => {
  const { figures, missed } = await measure(row);
  const { errors: _, ...ours } = figures.get('sdk')!;
  expect(missed, JSON.stringify(ours)).toEqual([]);
});
