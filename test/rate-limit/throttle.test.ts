import { describe, expect, it } from 'vitest';
import { Throttle } from '../../src/rate-limit/throttle.ts';

// P8: what a refusal that no window explains does to a token.

describe('after a refused burst', () => {
  it('the token pauses for 1, 2, 4 … 60 s, until a request that was sent later is admitted', () => {
    const throttle = new Throttle();
    let now = 1;
    const pauses = Array.from({ length: 8 }, () => {
      throttle.refused(now + 20, now);
      const pause = throttle.readyAt - now - 20;
      now = throttle.readyAt;
      return pause / 1000;
    });
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    expect(throttle.since).toBe(21);
    throttle.admitted(0); // It was sent before.
    expect(throttle.since).toBe(21);
    throttle.admitted(now);
    expect(throttle.since).toBe(Infinity);
    throttle.refused(now + 20, now);
    expect(throttle.readyAt).toBe(now + 20 + 1_000);
  });

  it('the pause is at most what Retry-After asks', () => {
    const throttle = new Throttle();
    throttle.refused(20, 0, 300);
    expect(throttle.readyAt).toBe(320);
  });

  it('requests that were sent before the refusal came belong to the same burst', () => {
    const throttle = new Throttle();
    throttle.refused(100, 0);
    throttle.refused(110, 99);
    throttle.refused(120, 100);
    expect(throttle.readyAt).toBe(1_100);
    throttle.refused(1_200, 101);
    expect(throttle.readyAt).toBe(3_200);
  });

  it('the interval between requests is 100 ms, 1.4 times as long after each one, and 600 ms at most', () => {
    const throttle = new Throttle();
    let now = 0;
    const intervals = Array.from({ length: 8 }, () => {
      throttle.refused((now += 100_000), now - 1);
      throttle.sent(now + 90_000);
      return Math.round(throttle.readyAt - now - 90_000);
    });
    expect(intervals).toEqual([100, 140, 196, 274, 384, 538, 600, 600]);
  });

  it('each request that is admitted shortens it by 3 %, until it no longer matters', () => {
    const throttle = new Throttle();
    throttle.refused(1, 0);
    const intervals = Array.from({ length: 78 }, () => {
      throttle.admitted(2);
      throttle.sent(10_000);
      return throttle.readyAt - 10_000;
    });
    expect([intervals[0], intervals[1]!.toFixed(2), intervals[75]!.toFixed(1), intervals[76]]).toEqual([
      97,
      '94.09',
      '9.9',
      0,
    ]);
  });
});

it('a gateway that fails sets the interval to 100 ms at least', () => {
  const throttle = new Throttle();
  throttle.slow();
  throttle.sent(0);
  expect(throttle.readyAt).toBe(100);
  throttle.refused(2, 1);
  throttle.slow();
  throttle.sent(10_000);
  expect(throttle.readyAt).toBe(10_140);
});
