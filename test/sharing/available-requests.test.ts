import { describe, expect, it, vi } from 'vitest';
import { Probe } from '../../src/rate-limit/probe.ts';
import { AvailableRequests } from '../../src/sharing/available-requests.ts';
import { reply } from './support/store-requests.ts';

const granted = { ...reply, normal: 5, reset: 1000, timeLeft: 60_000 };

/** The requests of a process with five calls that wait, in a window that ends after a minute. */
function requestsOf({ reset }: { reset: number | undefined } = granted, waiting = { normal: 5, background: 0 }) {
  const window = {
    ...{ limit: 100, sentCount: 0, used: 0, inFlight: 0, announced: 0, failedProbes: 0, isUnannounced: false },
    reset,
    timeLeft: (now: number) => Math.max(0, 60_000 - now),
    probe: new Probe(),
    adopt: vi.fn((_: number, reply: { reset: number }) => void (window.reset = reply.reset)),
  };
  const own = new AvailableRequests(window, waiting);
  const grant = (now: number, reply = granted) => own.prepareSync(now, false)[1](now, reply);
  return { window, own, grant };
}

it('asks for what the calls that wait lack', () => {
  const { own, grant } = requestsOf();
  expect([own.has(0, 'normal'), own.has(0, 'background')]).toEqual([false, false]);
  grant(0, { ...granted, normal: 2 });
  expect(own.prepareSync(0, false)[0]).toMatchObject({ available: 2, normal: 3, background: 0 });
});

it('asks for one while requests fail, and gives the others back', () => {
  const { own, grant, window } = requestsOf();
  grant(0);
  window.probe.failed(1, 0);
  expect(own.prepareSync(1, false)[0]).toMatchObject({ available: 1, normal: 0, background: 0 });
  const both = requestsOf(granted, { normal: 1, background: 1 });
  both.window.probe.failed(1, 0);
  expect(both.own.prepareSync(1, false)[0]).toMatchObject({ normal: 1, background: 0 });
});

describe('what was granted', () => {
  it('is void when its window is over, and so is not reported as available', () => {
    const { own, grant } = requestsOf();
    grant(0);
    expect(own.has(59_999, 'normal')).toBe(true);
    expect(own.prepareSync(60_000, false)[0]).toMatchObject({ available: 0, normal: 5 });
    expect(own.has(60_000, 'normal')).toBe(false);
  });

  it('is void when another window is announced', () => {
    const { own, grant, window } = requestsOf();
    grant(0);
    window.announced += 1;
    expect(own.has(1, 'normal')).toBe(false);
  });

  it('before a reply told of another window is void', () => {
    const { own, grant } = requestsOf();
    grant(0);
    grant(1, { ...granted, normal: 1, reset: 1060 });
    expect(own.prepareSync(2, false)[0]).toMatchObject({ available: 1, reset: 1060 });
  });

  it('is kept after a reply that knows no window either', () => {
    const { own, grant } = requestsOf({ reset: undefined });
    grant(60_000, { ...reply, normal: 1 });
    grant(60_001, reply);
    expect(own.has(60_002, 'normal')).toBe(true);
  });

  it('after the end of a window holds, because it is to find out about the next one', () => {
    const { own, grant } = requestsOf();
    grant(60_000, { ...granted, normal: 1, timeLeft: 0 });
    expect(own.has(60_001, 'normal')).toBe(true);
  });
});

it('a window that nobody knows is neither reported nor learned', () => {
  const { own, grant, window } = requestsOf({ reset: undefined });
  grant(0, { ...granted, reset: 0 });
  expect(own.prepareSync(0, false)[0]).toMatchObject({ reset: 0 });
  expect(window.adopt).not.toHaveBeenCalled();
});

it('a request that came too early for the next window is reported once', () => {
  const { own, grant, window } = requestsOf();
  const probeFailed = () => own.prepareSync(0, false)[0].probeFailed;
  expect(probeFailed()).toBe(false);
  window.failedProbes += 1;
  expect(probeFailed()).toBe(true);
  grant(0);
  expect(probeFailed()).toBe(false);
});
