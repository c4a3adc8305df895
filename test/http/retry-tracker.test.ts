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

it('ten calls that succeed at once allow another retry, but ten calls that share one request do not', async () => {
  const budget = await spentBudget();
  const settle = (isSent: boolean) => {
    for (let index = 0; index < 10; index++) new RetryTracker(call, budget).settle(success, isSent);
  };

  settle(true);
  expect(await budget.spend(undefined)).toBe(false);
  settle(false);
  expect(await budget.spend(undefined)).toBe(true);
});

it('a retry that shares the request of another call costs nothing, even if that fails', async () => {
  const budget = await spentBudget();
  for (let index = 0; index < 10; index++) budget.earn();
  const pay = async (isSent: boolean) => {
    const tracker = new RetryTracker(call, budget);
    const isPaid = await tracker.pay(retry, undefined);
    tracker.settle(failure, isSent);
    return isPaid;
  };

  expect(await pay(true)).toBe(true);
  expect(await pay(false)).toBe(true);
  expect(await pay(false)).toBe(false);
});
