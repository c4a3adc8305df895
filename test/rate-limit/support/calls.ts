import type { LimiterObserver } from '../../../src/rate-limit/observers.ts';
import { settled } from '../../support/virtual-time.ts';

export const makeAll = (count: number, call: (index: number) => PromiseLike<unknown>) =>
  Promise.allSettled(Array.from({ length: count }, async (_, index) => call(index)));

/** Makes so many calls at once, and lets virtual time pass until all have settled. */
export const many = (...args: Parameters<typeof makeAll>) => settled(makeAll(...args));

export const failures = (results: readonly PromiseSettledResult<unknown>[]) =>
  results.filter(({ status }) => status === 'rejected').length;

export const isReport = ({ url }: { url: string }) => url.includes('/reports');

/** A client that is told what happens to its calls. */
export const observing = (on: Partial<LimiterObserver>): LimiterObserver => ({
  onHold: () => undefined,
  onStoreChange: () => undefined,
  onStall: () => undefined,
  ...on,
});
