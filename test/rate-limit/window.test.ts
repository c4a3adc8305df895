import { describe, expect, it } from 'vitest';
import { reserveForNormal, RateWindow } from '../../src/rate-limit/window.ts';
import type { ResponseFacts } from '../../src/rate-limit/headers.ts';

// The arithmetic of one window. bursts.test.ts shows its effect.

/** The API's clock at the start, in epoch seconds. The limiter's clock shows 0. */
const start = 1_800_000_000;

/** A request and its response. Times are milliseconds on the limiter's clock. */
interface Exchange extends Partial<ResponseFacts> {
  readonly sent?: number;
  readonly at?: number;
  readonly left?: number;
  readonly limit?: number;
  /** Seconds after the start. */
  readonly reset?: number;
  /** The response's date. Default: the time at which it was sent, rounded down. */
  readonly date?: number | undefined;
}

function answer(
  window: RateWindow,
  exchange: Exchange,
  request = window.recordSent(exchange.sent ?? exchange.at ?? 0, 'normal'),
) {
  const { at = 0, sent = at, left, limit = 100, reset = 60, ...facts } = exchange;
  const date = 'date' in exchange ? exchange.date : sent;
  return window.recordResponse(at, request, {
    isRefusal: false,
    isFailure: false,
    requestedDelay: undefined,
    announced: left === undefined ? undefined : { limit, remaining: left, reset: start + reset },
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

const first = { left: 90 };
const dateless = { left: 90, date: undefined };
const at = (milliseconds: number, left: number, reset = 60) => ({ at: milliseconds, left, reset });

describe('a response', () => {
  it.each<[what: string, exchanges: Exchange[], known: [limit: number, remaining: number, timeLeft: number]]>([
    ['changes the limit', [first, { limit: 50, left: 30 }], [50, 30, 60_000]],
    ['that is older changes nothing', [{ left: 30, limit: 50 }, { left: 99 }], [50, 30, 60_000]],
    ['that lags counts less than what was counted here', [{ left: 99 }, { left: 99 }, { left: 99 }], [100, 97, 60_000]],
    ['of the window before changes nothing', [first, at(0, 10, 58)], [100, 90, 60_000]],
    ['whose reset is a second later is of the same window', [at(0, 99), at(0, 99), at(0, 99, 61)], [100, 97, 61_000]],
    ['whose reset is two seconds later opens the next', [first, at(0, 80, 62)], [100, 80, 62_000]],
    ['after a window of a second opens the next', [at(0, 9, 1), at(1_100, 8, 2)], [100, 8, 900]],
    ['that refuses with nothing left uses the window up', [first, { isRefusal: true, left: 0 }], [100, 0, 60_000]],
    ['that refuses with something left does not count', [first, { isRefusal: true, left: 90 }], [100, 90, 60_000]],
    ['shows the clock better the less its Date was rounded', [at(900, 90), at(1_000, 80)], [100, 80, 59_000]],
    ['shows it no worse if the next one was rounded more', [first, at(900, 80)], [100, 80, 59_100]],
    ['shows that the clock was set back', [{ left: 90, date: 5_000 }, at(1_000, 80)], [100, 80, 58_000]],
    ['that took long still shows when its window ends', [{ ...first, sent: 0, at: 5_000 }], [100, 90, 60_000]],
    ['without a Date believes no clock that is an hour off', [{ ...dateless, reset: 3_660 }], [100, 90, 60_000]],
    ['… or ahead', [{ ...dateless, receivedAt: 1000 * start + 61_000 }], [100, 90, 60_000]],
    ['without a Date moves no end', [dateless, { ...dateless, at: 10_000, receivedAt: 0 }], [100, 90, 50_000]],
  ])('%s', (_, exchanges, known) => {
    const window = windowAfter(...exchanges);
    const now = exchanges.at(-1)?.at ?? 0;
    expect([window.limit, window.remaining(now), window.timeLeft(now)]).toEqual(known);
  });

  it.each<[string, Exchange, boolean]>([
    ['is explained if nothing is left', { left: 0 }, true],
    ['is not if something is left', { left: 1 }, false],
    ['is not without headers', {}, false],
    ['is not by an earlier window', { left: 0, reset: 10 }, false],
  ])('that refuses %s', (_, exchange, isExplained) => {
    expect(answer(windowAfter({ left: 50 }), { isRefusal: true, ...exchange })).toBe(isExplained);
  });
});

describe("after a window's end", () => {
  it('the window is over, and its whole limit is left', () => {
    const window = windowAfter({ left: 0 });
    expect([window.isOver(59_999), window.readyAt(59_999), window.remaining(59_999)]).toEqual([false, 60_000, 0]);
    expect([window.isOver(60_000), window.readyAt(60_000), window.remaining(60_000)]).toEqual([true, 60_000, 100]);
  });

  it('a refusal delays the end by a second, once for all requests that were sent together', () => {
    const window = windowAfter({ left: 0 });
    const requests = [window.recordSent(60_000, 'normal'), window.recordSent(60_000, 'normal')];
    for (const request of requests) answer(window, { isRefusal: true, ...at(60_040, 0) }, request);
    expect([window.timeLeft(60_040), window.isOver(61_039), window.isOver(61_040)]).toEqual([1_000, false, true]);
  });

  it('a request in flight counts in the window in which it was sent', () => {
    const window = windowAfter(first);
    const [before, after] = [window.recordSent(59_000, 'normal'), window.recordSent(60_010, 'normal')];
    answer(window, { sent: 60_000, ...at(60_020, 99, 120) });
    const losses = [before, after, window.recordSent(60_050, 'normal')].map((request, index) => {
      window.recordLoss(60_050, request, index < 2);
      return window.remaining(60_050);
    });
    expect(losses).toEqual([97, 97, 98]);
  });

  it.each([
    [[at(20, 9, 10), at(10_000, 9, 20)], 10_000],
    [[at(20, 9), at(130_000, 9, 180)], 60_000],
    [[at(20, 9, 300)], 300_000],
  ])('the length of windows is known: %j', (exchanges, length) => {
    expect(windowAfter(...exchanges).length).toBe(length);
  });
});

describe('the delay', () => {
  it('of a background call in a window without requests lasts until its end', () => {
    const window = windowAfter({ left: 0, limit: 0 });
    expect([window.backgroundReadyAt(0), window.backgroundDelay(0, 1)]).toEqual([60_000, 60_000]);
  });

  it('of a call is a number of whole windows, which depends on the requests before it', () => {
    const window = windowAfter({ left: 10 });
    const delays = [1, 10, 11, 110, 111, 210, 211].map((requests) => window.delay(0, requests) / 60_000);
    expect(delays).toEqual([0, 0, 1, 1, 2, 2, 3]);
    // After the window's end, its requests don't count.
    expect(window.delay(61_000, 100)).toBe(0);
  });
});

describe('a limit that no response shows', () => {
  const hidden = () => {
    const window = new RateWindow();
    window.assume(2, 1_000);
    answer(window, { at: 100 });
    return window;
  };

  it("holds for any period of a window's length", () => {
    const window = hidden();
    answer(window, { at: 600 });
    expect([window.remaining(600), window.delay(600, 1), window.delay(600, 3)]).toEqual([0, 500, 1_500]);
    expect([window.readyAt(600), window.needsProbe(1_599), window.needsProbe(1_600)]).toEqual([1_100, false, true]);
  });

  it("is forgotten once a response shows one, even if a later response doesn't", () => {
    const window = hidden();
    answer(window, first);
    answer(window, {});
    window.assume(5, 5);
    expect([window.isHidden, window.limit, window.length, window.remaining(0)]).toEqual([false, 100, 60_000, 90]);
  });
});

describe('what another process saw', () => {
  const seen = { limit: 50, used: 20, reset: start + 60, timeLeft: 30_000, arrivedBefore: [] as const };

  it.each([
    ['opens a window', [], seen, [50, 30, 30_000]],
    ['counts if it is more', [first], seen, [100, 80, 30_000]],
    ['does not count if it is less', [{ left: 10 }], seen, [100, 10, 30_000]],
    ['opens the next window', [{ left: 10 }], { ...seen, reset: start + 120 }, [50, 30, 30_000]],
    ['is ignored if its window is over', [{ left: 10 }], { ...seen, reset: start + 30 }, [100, 10, 60_000]],
  ])('%s', (_, exchanges, adopted, expected) => {
    const window = windowAfter(...exchanges);
    window.adopt(0, adopted);
    expect([window.limit, window.remaining(0), window.timeLeft(0)]).toEqual(expected);
  });
});

describe('background calls leave room', () => {
  it.each([
    [1, [undefined, undefined], 60],
    [0.5, [40, 20], 42],
    [0.5, [20, 40], 42],
    [0.5, [10, null], 37],
    [0.5, [undefined, 10], 37],
    [0.25, [0, 0], 15],
    [0, [90, 90], 0],
  ] as const)('with %d of a window left, after %j normal calls: %i', (part, calls, kept) => {
    expect(reserveForNormal(part, 100, calls)).toBe(kept);
  });
});
