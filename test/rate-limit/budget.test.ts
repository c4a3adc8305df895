import { expect, it } from 'vitest';
import { adopt } from '../../src/rate-limit/budget-sync.ts';
import { Budget } from '../../src/rate-limit/budget.ts';

it('a window that a store tells of replaces what was counted without one, so that nobody waits for the past', () => {
  const budget = new Budget(6, 60_000);
  budget.lost(budget.send(0), 0);
  const reply = { granted: 0, limit: 6, used: 6, reset: 1_700_000_133, boundaryIn: 120_000, blockedFor: 0 };
  adopt(budget, 1_000, { ...reply, generation: 1, processes: 2, nextSyncIn: 0 }, true);
  for (let sent = 0; sent < 6; sent += 1) budget.send(2_000);

  expect(budget.available(61_000, 1)).toBe(0);
  expect(budget.wakeAt).toBeGreaterThan(61_000);
});
