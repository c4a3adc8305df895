import { expect } from 'vitest';
import { LimitedApi } from '../../rate-limit/support/limited-api.ts';
import { type StorePlace, Worker } from './workers.ts';

/** Milliseconds of a window of the API. */
export const window = 1500;

const calls = 75;

/** Runs eight processes, disturbs their store in the second window, and expects that no call fails. */
export async function expectNoFailure(
  place: (index: number) => StorePlace,
  disturb: () => Promise<unknown>,
): Promise<void> {
  await using api = await LimitedApi.start({ windows: 'first', duration: window });
  const workers = await Worker.startAll(
    Array.from({ length: 8 }, (_, index) => ({ baseUrl: api.url, calls, window, store: place(index) })),
  );
  await new Promise((resolve) => setTimeout(resolve, 1.5 * window));
  // Otherwise the disturbance comes too late.
  expect(api.admitted).toBeLessThan(8 * calls);
  await disturb();
  const reports = await Promise.all(workers.map(({ report }) => report));

  expect(reports.flatMap(({ failed }) => failed)).toEqual([]);
  expect(reports.map(({ done }) => done)).toEqual(Array.from({ length: 8 }, () => calls));
  expect(api.refused).toBeLessThanOrEqual(40);
}
