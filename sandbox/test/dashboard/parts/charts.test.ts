import { createSandbox } from '@example/sandbox';
import { describe, expect, test } from 'vitest';
import { budgetLine } from '../../../src/dashboard/parts/budget-line.ts';
import { roundUp } from '../../../src/dashboard/parts/chart.tsx';
import { count, durationText, latencyText } from '../../../src/dashboard/parts/numbers.ts';
import { call } from '../../support/calls.ts';
import { html } from '../../support/dashboard.ts';

const rate = { limit: 10, window: 60_000 };

function series(from: number, ...remaining: (number | undefined)[]) {
  return remaining.map((left, index) => ({
    start: from + index * 5000,
    succeeded: 0,
    refused: 0,
    clientErrors: 0,
    serverErrors: 0,
    remaining: left,
  }));
}

describe('the line of a budget', () => {
  test('is full without a window', () => {
    expect(budgetLine(rate, [], series(0, undefined, undefined), 5000, 9000)).toEqual([
      { time: 0, remaining: 10 },
      { time: 9000, remaining: 10 },
    ]);
  });

  test('falls with the requests of a window, and is full again at its end', () => {
    const windows = [{ start: 3000, used: 4, refused: 0 }];
    const intervals = series(0, 8, undefined, 6, ...Array<undefined>(11).fill(undefined));
    expect(budgetLine(rate, windows, intervals, 5000, 69_000)).toEqual([
      { time: 0, remaining: 10 },
      // Not before the window has begun.
      { time: 3000, remaining: 8 },
      { time: 12_500, remaining: 6 },
      { time: 63_000, remaining: 10 },
      { time: 69_000, remaining: 10 },
    ]);
  });

  test('an interval with the edge of two windows belongs to the later one', () => {
    const windows = [
      { start: -56_000, used: 9, refused: 0 },
      { start: 4500, used: 1, refused: 0 },
    ];
    expect(budgetLine(rate, windows, series(0, 9), 5000, 4900)).toEqual([
      { time: 0, remaining: 10 },
      { time: 4000, remaining: 10 },
      { time: 4500, remaining: 9 },
      { time: 4900, remaining: 9 },
    ]);
  });
});

test.each([
  [0, 1],
  [3, 3],
  [11, 12],
  [99, 100],
  [501, 600],
])('the scale of up to %i requests ends at %i', (value, top) => {
  expect(roundUp(value)).toBe(top);
});

test.each([
  [0, '0 s'],
  [999, '1 s'],
  [90_000, '1 min 30 s'],
  [3_600_000, '1 h'],
  [90_061_000, '1 d 1 h'],
])('%i ms are %s', (milliseconds, text) => {
  expect(durationText(milliseconds)).toBe(text);
});

test('numbers have one format', () => {
  expect([count(1, 'request'), count(44_774, 'request')]).toEqual(['1 request', '44,774 requests']);
  expect([latencyText(1.26), latencyText(15_007.4)]).toEqual(['1.3 ms', '15,007 ms']);
});

test('the axis of a chart is the height of its bars, and not a total', async () => {
  const sandbox = createSandbox();
  expect(await html(sandbox, '/api-tokens')).toMatch(/<span class="scale"><\/span>.*<span>no requests<\/span>/s);
  for (let index = 0; index < 11; index++) await call(sandbox, 'GET /v1/projects');
  const page = await html(sandbox, '/api-tokens');
  expect(page).toContain('<span class="scale">12 per 5 s</span>');
  expect(page).toContain('11 succeeded');
  // A legend has no entry for what did not happen.
  expect(page).not.toContain('rejected (4xx)');
});

test('the timeline of a token shows its refused calls, its windows and the alarm at zero', async () => {
  let time = Date.parse('2024-01-01T00:00:00Z');
  const sandbox = createSandbox({ rateLimit: { limit: 2 }, now: () => time });
  const { token } = await sandbox.state.tokens.create('CI');
  for (let index = 0; index < 3; index++) await call(sandbox, 'GET /v1/projects', { token });
  const page = await html(sandbox, '/api-tokens');
  expect(page).toContain('<path class="budget"');
  expect(page).toContain('Requests with CI: 3 requests in 5 min, 2 succeeded, 1 refused (429)');
  expect(page).toContain('Requests with Default token: 0 requests in 5 min');
  expect(page.match(/No requests left: a 429 until/g)).toHaveLength(1);
  expect(page).toContain('1 refused');
  expect(page).toContain('datetime="2024-01-01T00:01:00.000Z"');
  expect(page).toContain('<title>⚠ API tokens');

  const overview = await html(sandbox);
  expect(overview).toContain('All requests: 3 requests in 5 min, 2 succeeded, 1 refused (429)');

  time += 60_000;
  const later = await html(sandbox, '/api-tokens');
  expect(later).not.toContain('No requests left');
});
