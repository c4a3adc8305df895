import { expect, it } from 'vitest';
import { ConnectionError } from '@example/sdk';
import { Limiter } from '../../src/rate-limit/limiter.ts';
import type { LimitedCall } from '../../src/rate-limit/limited-call.ts';
import { Clock } from '../support/world/clock.ts';

// What waiting and sending cost, counted instead of timed: each visit of a waiting call reads its properties.

/** Visits per call, while this many calls are queued and while some hundred of them are sent. */
async function visits(waiting: number, pathOf: (index: number) => string, maxWait?: number, isFailing = false) {
  const clock = new Clock();
  const limiter = new Limiter('', {
    now: () => clock.now,
    after(delay, run) {
      const timer = clock.at(clock.now + delay, run);
      return () => clock.cancel(timer);
    },
  });
  let [count, sent] = [0, 0];
  const make = async (index: number) => {
    const request = {
      get method() {
        count += 1;
        return 'GET';
      },
      get priority() {
        count += 1;
        return undefined;
      },
      get maxWait() {
        count += 1;
        return maxWait;
      },
      path: pathOf(index),
      route: pathOf(index),
    } satisfies LimitedCall;
    const permit = await limiter.acquire(request);
    sent += 1;
    await clock.sleep(40);
    permit.recordResponse(200, new Headers());
  };
  const failed = { method: 'GET', path: pathOf(0), route: pathOf(0) };
  if (isFailing)
    for (const permit of [await limiter.acquire({ ...failed }), await limiter.acquire({ ...failed })])
      permit.recordResponse(503, new Headers(), new ConnectionError('down', failed));
  return clock.run(async () => {
    for (let index = 0; index < waiting; index += 1) void make(index);
    await clock.sleep(3_000); // They are told for how long they wait.
    const queueing = count / waiting;
    [count, sent] = [0, 0];
    await clock.sleep(190_000);
    return { queueing, sending: count / sent, sent };
  });
}

type Given = [waiting: number, routes: string, maxWait?: number, isFailing?: boolean];

it.each<[name: string, few: Given, many: Given]>([
  ['100 000 calls instead of 1 000', [1_000, '/projects'], [100_000, '/projects']],
  ['with a maxWait', [1_000, '/projects', 1e9], [10_000, '/projects', 1e9]],
  ['while the API fails', [1_000, '/projects', 1e9, true], [4_000, '/projects', 1e9, true]],
  ['4 000 routes instead of one', [4_000, '/things'], [4_000, '/things/{n}']],
])("the work per call doesn't grow with the number of waiting calls or routes: %s", async (_, few, many) => {
  const measure = ([waiting, routes, ...more]: Given) =>
    visits(waiting, (index) => routes.replace('{n}', `${index}`), ...more);
  const [one, other] = [await measure(few), await measure(many)];
  expect([one.sent, other.sent]).toEqual([300, 300]);
  expect(other.queueing / one.queueing).toBeLessThanOrEqual(1.3);
  expect(other.sending / one.sending).toBeLessThanOrEqual(1.3);
});
