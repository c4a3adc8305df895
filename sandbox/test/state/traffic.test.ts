import { describe, expect, test } from 'vitest';
import { RateWindows } from '../../src/state/rate-windows.ts';
import { RequestLog } from '../../src/state/request-log.ts';
import type { Exchange } from '../../src/state/recorded-request.ts';
import { Traffic } from '../../src/state/traffic.ts';

function recorder(traffic: Traffic) {
  const log = new RequestLog(() => undefined);
  log.ended.subscribe(traffic.count);
  return (at: number, progress: Partial<Exchange['record']>) => {
    const exchange = log.open(`req_${at}`, new Request('http://127.0.0.1/v1/projects'), at);
    Object.assign(exchange.record, progress, { state: 'pending' });
    log.close(exchange, progress.state ?? 'completed', 1);
  };
}

describe('requests are counted', () => {
  test('by interval, token and ending', () => {
    const traffic = new Traffic(60_000);
    const record = recorder(traffic);
    record(1_000_000, { status: 200, token: 'tok_1', remaining: 99 });
    record(1_001_000, { status: 429, token: 'tok_1', remaining: 0 });
    record(1_006_000, { status: 404, token: 'tok_2', remaining: 99 });
    record(1_006_001, { status: 503 });
    record(1_006_002, { state: 'reset' });
    record(1_006_003, { state: 'cut', status: 200 });
    record(1_006_004, { state: 'aborted' });

    const none = { succeeded: 0, refused: 0, clientErrors: 0, serverErrors: 0, remaining: undefined };
    const series = traffic.series(undefined, 1_009_999);
    expect(series).toHaveLength(60);
    expect(series.slice(-3)).toEqual([
      { ...none, start: 995_000 },
      { ...none, start: 1_000_000, succeeded: 1, refused: 1, remaining: 0 },
      { ...none, start: 1_005_000, clientErrors: 2, serverErrors: 3, remaining: 99 },
    ]);
    expect(traffic.series('tok_1', 1_009_999).at(-1)).toEqual({ ...none, start: 1_005_000 });
    expect(traffic.series('tok_2', 1_009_999).at(-1)).toMatchObject({ clientErrors: 1, serverErrors: 0 });
  });

  test.each([
    [60_000, 5000],
    [3_600_000, 300_000],
    [10, 1000],
  ])('for five windows of %i ms, in intervals of %i ms', (window, interval) => {
    expect(new Traffic(window).interval).toBe(interval);
  });

  test('without using more memory over time', () => {
    const traffic = new Traffic(60_000);
    const record = recorder(traffic);
    for (let at = 0; at < 10_000_000; at += 5000) record(at, { status: 200, token: 'tok_1' });
    expect(traffic.series('tok_1', 9_999_999).every(({ succeeded }) => succeeded === 1)).toBe(true);
    expect(traffic.series('tok_1', 1_000_000).every(({ succeeded }) => succeeded === 0)).toBe(true);
  });
});

describe('the windows of a token', () => {
  test('are remembered with what they allowed and refused', () => {
    const windows = new RateWindows({ limit: 2, window: 1000 });
    for (const time of [100, 200, 300, 1500]) windows.take('tok_1', time);
    expect(windows.history('tok_1')).toEqual([
      { start: 100, used: 2, refused: 1 },
      { start: 1500, used: 1, refused: 0 },
    ]);
    expect(windows.history('tok_2')).toEqual([]);
  });

  test('are forgotten after the last 60', () => {
    const windows = new RateWindows({ limit: 1, window: 1 });
    for (let time = 0; time < 100; time++) windows.take('tok_1', time);
    expect(windows.history('tok_1')).toHaveLength(60);
    expect(windows.history('tok_1').at(-1)?.start).toBe(99);
  });
});
