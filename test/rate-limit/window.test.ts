import { expect, it } from 'vitest';
import { RateWindow } from '../../src/rate-limit/window.ts';
import type { ResponseFacts } from '../../src/rate-limit/headers.ts';

// What one window learns from responses. The tests beside this one show what calls do in it.

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

function answer(window: RateWindow, exchange: Exchange): void {
  const { at = 0, sent = at, left, limit = 100, reset = 60, ...facts } = exchange;
  const date = 'date' in exchange ? exchange.date : sent;
  window.recordResponse(at, window.recordSent(sent, 'normal'), {
    isRefusal: false,
    isFailure: false,
    requestedDelay: undefined,
    announced: left === undefined ? undefined : { limit, remaining: left, reset: start + reset },
    servedAt: date === undefined ? undefined : 1000 * (start + Math.floor(date / 1000)),
    receivedAt: 1000 * start + at,
    ...facts,
  });
}

const first = { left: 90 };
const dateless = { left: 90, date: undefined };
const at = (milliseconds: number, left: number, reset = 60) => ({ at: milliseconds, left, reset });

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
])('a response %s', (_, exchanges, known) => {
  const window = new RateWindow();
  for (const exchange of exchanges) answer(window, exchange);
  const now = exchanges.at(-1)?.at ?? 0;
  expect([window.limit, window.remaining(now), window.timeLeft(now)]).toEqual(known);
});

it("a limit that no response shows holds for any period of a window's length", () => {
  const window = new RateWindow();
  window.assume(2, 1_000);
  answer(window, { at: 100 });
  answer(window, { at: 600 });
  expect([window.remaining(600), window.delay(600, 1), window.delay(600, 3)]).toEqual([0, 500, 1_500]);
  expect([window.readyAt(600), window.needsProbe(1_599), window.needsProbe(1_600)]).toEqual([1_100, false, true]);
});
