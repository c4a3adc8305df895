import { expect, it } from 'vitest';
import { adopt, detach } from '../../src/rate-limit/budget-sync.ts';
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

it('a budget that its store has divided is whole again when the store answers', () => {
  const budget = new Budget(100, 60_000);
  const window = { limit: 100, used: 0, reset: 1_700_000_060, boundaryIn: 60_000, blockedFor: 0 };
  const reply = { ...window, granted: 0, generation: 1, processes: 2, nextSyncIn: 0 };
  adopt(budget, 0, reply, true);
  detach(budget, reply);
  const divided = budget.share.of(budget.window);
  adopt(budget, 2_000, { ...reply, generation: 2, reset: 1_700_000_120, boundaryIn: 118_000 }, true);

  expect(divided).toBe(0.5);
  expect(budget.share.of(budget.window)).toBe(1);
});
