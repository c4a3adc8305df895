import { expect, it } from 'vitest';
import { ConnectionError } from '@example/sdk';
import type { Result } from '../../src/http/attempt.ts';
import type { Call } from '../../src/http/call.ts';
import { RetryBudget } from '../../src/http/retry-budget.ts';
import { RetryTracker } from '../../src/http/retry-tracker.ts';

const target = { method: 'GET', path: '/users/1', route: '/users/{id}' };
const call: Pick<Call, 'repeatable' | 'maxRetries'> = { repeatable: true, maxRetries: 2 };
const success: Result = { kind: 'success', response: Response.json({}), text: '{}' };
const failure: Result = {
  kind: 'failure',
  response: undefined,
  failure: { kind: 'lost' },
  error: new ConnectionError('failed', target),
};
const retry = { delay: 0, free: false };

/** A budget of which nothing is left. */
async function spentBudget(): Promise<RetryBudget> {
  const budget = new RetryBudget();
  while (await budget.spend(undefined)) budget.settle(false);
  return budget;
}

it('ten calls that succeed at once allow another retry', async () => {
  const budget = await spentBudget();
  for (let index = 0; index < 10; index++) new RetryTracker(call, budget).settle(success);
  expect(await budget.spend(undefined)).toBe(true);
});
