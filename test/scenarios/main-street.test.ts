import { describe, expect, it } from 'vitest';
import { mainStreet } from './main-street.ts';
import { check, describeFigures } from './row.ts';

describe.each(mainStreet)('row $row: $name', (row) => {
  it('meets its goals', async () => {
    const { sdk, missed } = await check(row);
    expect(missed, describeFigures(sdk)).toEqual([]);
  });
});
