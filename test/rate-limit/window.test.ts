import { describe, expect, it } from 'vitest';
import { keptForNormal, RateWindow } from '../../src/rate-limit/window.ts';
import type { ResponseFacts } from '../../src/utils/rate-limit-headers.ts';

// The arithmetic of one window. windows.test.ts shows what it comes to.

/** The API's clock at the beginning, in epoch seconds. The limiter's clock shows 0. */
const start = 1_800_000_000;

/** A request and its response. Times are milliseconds on the limiter's clock. */
interface Exchange extends Partial<ResponseFacts> {
  readonly sent?: number;
  readonly at?: number;
  readonly left?: number;
  readonly limit?: number;
  /** Seconds after the beginning. */
  readonly reset?: number;
  /** What the response says to be the time. Default: the time at which it was sent, rounded down. */
  readonly date?: number | undefined;
}

function answer(window: RateWindow, exchange: Exchange): boolean {
  const { at = 0, sent = at, left, limit = 100, reset = 60, ...facts } = exchange;
  const date = 'date' in exchange ? exchange.date : sent;
  return window.recordResponse(at, window.sent(sent), {
    isRefusal: false,
    isFailure: false,
    wait: undefined,
    report: left === undefined ? undefined : { limit, remaining: left, reset: start + reset },
    servedAt: date === undefined ? undefined : 1000 * (start + Math.floor(date / 1000)),
    receivedAt: 1000 * start + at,
    ...facts,
  });
}

function windowAfter(...exchanges: readonly Exchange[]): RateWindow {
  const window = new RateWindow();
  for (const exchange of exchanges) answer(window, exchange);
  return window;
}

describe('a response', () => {
  it.each<[what: string, exchanges: Exchange[], limit: number, remaining: number, timeLeft: number]>([
    ['opens a window', [{ left: 90 }], 100, 90, 60_000],
    ['changes the limit', [{ left: 90 }, { limit: 50, left: 30 }], 50, 30, 60_000],
    ['that is older changes nothing', [{ left: 30, limit: 50 }, { left: 99 }], 50, 30, 60_000],
    ['that lags is less than what was counted here', [{ left: 99 }, { left: 99 }, { left: 99 }], 100, 97, 60_000],
    ['of the window before changes nothing', [{ left: 90 }, { left: 10, reset: 58 }], 100, 90, 60_000],
    [
      'whose reset is a second later is about the same window',
      [{ left: 90 }, { left: 80, reset: 61 }],
      100,
      80,
      61_000,
    ],
    ['whose reset is two seconds later opens the next', [{ left: 90 }, { left: 80, reset: 62 }], 100, 80, 62_000],
    [
      'after a window of a second opens the next',
      [
        { left: 9, reset: 1 },
        { at: 1_100, left: 8, reset: 2 },
      ],
      100,
      8,
      900,
    ],
    ['that refuses with nothing left uses the window up', [{ left: 90 }, { isRefusal: true, left: 0 }], 100, 0, 60_000],
    ['that refuses with something left does not count', [{ left: 90 }, { isRefusal: true, left: 90 }], 100, 90, 60_000],
    ['of a failure counts', [{ left: 90 }, { isFailure: true }], 100, 90, 60_000],
    [
      'knows the clock better the less its Date was rounded',
      [
        { left: 90, at: 900 },
        { at: 1_000, left: 80 },
      ],
      100,
      80,
      59_000,
    ],
    ['knows it no worse if the next one was rounded more', [{ left: 90 }, { at: 900, left: 80 }], 100, 80, 59_100],
    [
      'knows that the clock was set back',
      [
        { left: 90, date: 5_000 },
        { at: 1_000, left: 80 },
      ],
      100,
      80,
      58_000,
    ],
    ['on its way for long still shows when its window ends', [{ left: 90, sent: 0, at: 5_000 }], 100, 90, 60_000],
    ['without a Date believes the computer', [{ left: 90, date: undefined }], 100, 90, 60_000],
    [
      'without a Date does not believe a clock that is an hour off',
      [{ left: 90, date: undefined, reset: 3_660 }],
      100,
      90,
      60_000,
    ],
    [
      'without a Date does not believe a clock that is ahead',
      [{ left: 90, date: undefined, receivedAt: 1000 * start + 61_000 }],
      100,
      90,
      60_000,
    ],
    [
      'without a Date moves no end',
      [
        { left: 90, date: undefined },
        { at: 10_000, left: 80, date: undefined, receivedAt: 0 },
      ],
      100,
      80,
      50_000,
    ],
  ])('%s', (_, exchanges, limit, remaining, timeLeft) => {
    const window = windowAfter(...exchanges);
    const { at = 0 } = exchanges.at(-1)!;
    expect([window.limit, window.remaining(at), window.timeLeft(at)]).toEqual([limit, remaining, timeLeft]);
  });

  it.each<[string, Exchange, boolean]>([
    ['is explained if nothing is left', { isRefusal: true, left: 0 }, true],
    ['is not if something is left', { isRefusal: true, left: 1 }, false],
    ['is not without headers', { isRefusal: true }, false],
  ])('that refuses %s', (_, exchange, isExplained) => {
    expect(answer(windowAfter({ left: 50 }), exchange)).toBe(isExplained);
  });
});

describe('after its end', () => {
  it('a window is over, and its whole limit is left', () => {
    const window = windowAfter({ left: 0 });
    expect([window.isOver(59_999), window.readyAt(59_999), window.remaining(59_999)]).toEqual([false, 60_000, 0]);
    expect([window.isOver(60_000), window.readyAt(60_000), window.remaining(60_000)]).toEqual([true, 60_000, 100]);
  });

  it('a refusal puts the end off by a second, once for all that were sent together', () => {
    const window = windowAfter({ left: 0 });
    const requests = [window.sent(60_000), window.sent(60_000)];
    const facts = { isRefusal: true, isFailure: false, wait: undefined, servedAt: 1000 * (start + 60), receivedAt: 0 };
    for (const request of requests)
      window.recordResponse(60_040, request, { ...facts, report: { limit: 100, remaining: 0, reset: start + 60 } });
    expect([window.timeLeft(60_040), window.isOver(61_039), window.isOver(61_040)]).toEqual([1_000, false, true]);
  });

  it('what was in flight counts in the window in which it was sent', () => {
    const window = windowAfter({ left: 90 });
    const [before, after] = [window.sent(59_000), window.sent(60_010)];
    answer(window, { sent: 60_000, at: 60_020, left: 99, reset: 120 });
    window.recordLoss(60_030, before, true);
    expect(window.remaining(60_030)).toBe(98);
    window.recordLoss(60_040, after, true);
    expect(window.remaining(60_040)).toBe(98);
    window.recordLoss(60_050, window.sent(60_050), false);
    expect(window.remaining(60_050)).toBe(98);
  });

  it.each([
    [
      [
        { left: 9, reset: 10, at: 20 },
        { left: 9, at: 10_000, reset: 20 },
      ],
      10_000,
    ],
    [
      [
        { left: 9, at: 20 },
        { left: 9, at: 130_000, reset: 180 },
      ],
      60_000,
    ],
    [[{ left: 9, at: 20, reset: 300 }], 300_000],
  ])('the length of windows is known: %j', (exchanges, length) => {
    expect(windowAfter(...exchanges).length).toBe(length);
  });
});

describe('the delay', () => {
  it.each([
    [1, 0],
    [10, 0],
    [11, 60_000],
    [110, 60_000],
    [111, 120_000],
    [210, 120_000],
    [211, 180_000],
  ])('of the call after which %i requests have been sent is %i ms', (requests, delay) => {
    expect(windowAfter({ left: 10 }).delay(0, requests)).toBe(delay);
  });

  it('of a call is by its own requests if the count lags, and by a whole window if none is known', () => {
    const window = windowAfter({ left: 99 }, { left: 99 }, { left: 99 });
    expect([window.delay(0, 97), window.delay(0, 98)]).toEqual([0, 60_000]);
    expect([window.delay(60_000, 100), window.delay(60_000, 101)]).toEqual([0, 60_000]);
    window.sent(60_000);
    expect(window.delay(60_000, 100)).toBe(60_000);
  });
});

describe('a limit that no response shows', () => {
  const hidden = () => {
    const window = new RateWindow();
    window.assume(2, 1_000);
    answer(window, { at: 100 });
    return window;
  };

  it('holds for any time of the length of a window', () => {
    const window = hidden();
    expect([window.isHidden, window.isOver(5_000), window.remaining(100), window.readyAt(100)]).toEqual([
      true,
      false,
      1,
      100,
    ]);
    answer(window, { at: 600 });
    expect([window.remaining(600), window.readyAt(600), window.delay(600, 1), window.delay(600, 3)]).toEqual([
      0, 1_100, 500, 1_500,
    ]);
    expect([window.remaining(1_100), window.readyAt(1_100)]).toEqual([1, 1_100]);
    expect([window.isUnknown(1_599), window.isUnknown(1_600)]).toEqual([false, true]);
    window.sent(1_700);
    window.sent(1_700);
    expect(window.readyAt(1_700)).toBe(Infinity);
  });

  it.each<[string, Exchange, boolean]>([
    ['is assumed of no failure', { isFailure: true }, false],
    ['is assumed of no refusal', { isRefusal: true }, false],
    ['is assumed of a success', {}, true],
  ])('%s', (_, exchange, isHidden) => {
    expect(windowAfter(exchange).isHidden).toBe(isHidden);
  });

  it('is forgotten once one is shown, which a response without one then does not undo', () => {
    const window = hidden();
    answer(window, { left: 90 });
    answer(window, {});
    expect([window.isHidden, window.limit, window.remaining(0)]).toEqual([false, 100, 90]);
    window.assume(5, 5);
    expect([window.limit, window.length]).toEqual([100, 60_000]);
  });
});

describe('what another process saw', () => {
  const seen = { limit: 50, used: 20, reset: start + 60, timeLeft: 30_000 };

  it.each([
    ['opens a window', [], seen, [50, 30, 30_000]],
    ['counts if it is more', [{ left: 90 }], seen, [100, 80, 30_000]],
    ['counts not if it is less', [{ left: 10 }], seen, [100, 10, 30_000]],
    ['opens the next window', [{ left: 10 }], { ...seen, reset: start + 120 }, [50, 30, 30_000]],
    ['is ignored if its window is over', [{ left: 10 }], { ...seen, reset: start + 30 }, [100, 10, 60_000]],
  ])('%s', (_, exchanges, adopted, expected) => {
    const window = windowAfter(...exchanges);
    window.adopt(0, adopted);
    expect([window.limit, window.remaining(0), window.timeLeft(0)]).toEqual(expected);
  });
});

describe('background calls leave', () => {
  it.each([
    [1, [undefined, undefined], 60],
    [0.5, [40, 20], 42],
    [0.5, [20, 40], 42],
    [0.5, [10, null], 37],
    [0.25, [0, 0], 15],
    [0, [90, 90], 0],
  ] as const)('with %d of a window left, after %j normal calls: %i', (part, calls, kept) => {
    expect(keptForNormal(part, 100, calls)).toBe(kept);
  });

  it('for the normal calls of the last two windows, of which the first one is not counted alone', () => {
    const window = windowAfter({ left: 99 });
    window.arrived = 7;
    for (const [at, arrived] of [
      [60_000, 8],
      [120_000, 9],
    ] as const) {
      answer(window, { at, left: 99, reset: at / 1000 + 60 });
      window.arrived += arrived;
    }
    expect([window.arrived, window.arrivedBefore]).toEqual([9, [8, 7]]);
  });
});

it('a refusal about an earlier window is not explained by the one that is known', () => {
  const window = windowAfter({ left: 50, reset: 3_600 });
  expect(answer(window, { isRefusal: true, left: 0, reset: 10 })).toBe(false);
  expect(answer(window, { isRefusal: true, left: 0, reset: 3_600 })).toBe(true);
});
