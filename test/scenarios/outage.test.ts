import { describe, expect, it } from 'vitest';
import { blips, deadCases, deadGoals, nameOfBlip, nameOfDead, runBlip, runDead } from './outage.ts';
import { describeFigures, missedGoals } from './row.ts';

// With many calls, a refused request and a reset are as a 500: `npm run scenarios` shows them.
const tested = deadCases.filter(({ count, fault }) => count === 20 || fault === '500' || fault === 'hang');

describe.each(tested.map((each) => ({ name: nameOfDead(each), each })))('down for ever: $name', ({ each }) => {
  it('rejects in time, with the true cause', async () => {
    const figures = await runDead('sdk', each);
    expect(missedGoals(deadGoals(each, figures)), describeFigures(figures)).toEqual([]);
  });
});

describe.each(blips.map((each) => ({ name: nameOfBlip(each), each })))('blip: $name', ({ each }) => {
  it('loses no more than the simple client', async () => {
    const [ours, simple] = [await runBlip('sdk', each), await runBlip('simple', each)];
    expect(ours.calls - ours.answered, describeFigures(ours)).toBeLessThanOrEqual(simple.calls - simple.answered);
  });
});
