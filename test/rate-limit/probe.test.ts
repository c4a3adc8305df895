import { expect, it } from 'vitest';
import { Probe } from '../../src/rate-limit/probe.ts';

it('pauses for 0.1, 0.2, … 8 s after failures in a row, but not a call that is alone', () => {
  const probe = new Probe();
  let now = 0;
  const pauses = Array.from({ length: 9 }, () => {
    probe.sent(now);
    probe.ended();
    probe.failed(now, now);
    probe.failed(now, now, 500); // in flight with the first one
    expect(probe.readyAt(false)).toBeLessThanOrEqual(now);
    const pause = probe.readyAt(true) - now;
    now += pause;
    return pause;
  });
  expect(pauses).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 8000, 8000]);
  expect(probe.askedUntil).toBe(now - 8000 + 500);
  probe.admitted(now - 8001); // sent before the last one that failed
  expect([probe.isFailing, probe.readyAt(true)]).toEqual([true, now]);
  probe.admitted(now);
  expect([probe.isFailing, probe.readyAt(true), probe.askedUntil]).toEqual([false, -Infinity, -Infinity]);
});

it('sends another request 1, 2, 4, 8, 8 s after one that brings nothing', () => {
  const probe = new Probe();
  const pauses = [0, 1, 2, 3, 4].map((now) => {
    probe.sent(now);
    return probe.readyAt(true) - now;
  });
  expect(pauses).toEqual([1000, 2000, 4000, 8000, 8000]);
});
