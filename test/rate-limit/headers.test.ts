import { describe, expect, it, vi } from 'vitest';
import { parseRateLimit, parseRetryAfter, readBudget } from '../../src/rate-limit/headers.ts';

const date = 'Mon, 01 Jan 2024 00:00:10 GMT';
const served = Date.parse(date) / 1000;

describe('the rate limit of a response', () => {
  it.each<[string, Record<string, string>, object]>([
    [
      'as the reference documents it',
      { 'X-RateLimit-Limit': '100', 'X-RateLimit-Remaining': '95', 'X-RateLimit-Reset': '1640995200' },
      { limit: 100, remaining: 95, reset: 1_640_995_200 },
    ],
    [
      'with a reset in milliseconds',
      { 'X-RateLimit-Limit': '100', 'X-RateLimit-Remaining': '95', 'X-RateLimit-Reset': '1640995200500' },
      { limit: 100, remaining: 95, reset: 1_640_995_200.5 },
    ],
    [
      'with a reset in seconds from now',
      { 'X-RateLimit-Limit': '100', 'X-RateLimit-Remaining': '95', 'X-RateLimit-Reset': '30', Date: date },
      { limit: 100, remaining: 95, reset: served + 30 },
    ],
    [
      'in the drafts up to 6',
      {
        'RateLimit-Limit': '100, 100;w=60, 1000;w=3600',
        'RateLimit-Remaining': '50',
        'RateLimit-Reset': '30',
        Date: date,
      },
      { limit: 100, remaining: 50, reset: served + 30 },
    ],
    [
      'in draft 7',
      { RateLimit: 'limit=100, remaining=50, reset=30', 'RateLimit-Policy': '100;w=60', Date: date },
      { limit: 100, remaining: 50, reset: served + 30 },
    ],
    [
      'in draft 8 and later',
      { RateLimit: '"default";r=50;t=30', 'RateLimit-Policy': '"default";q=100;w=60', Date: date },
      { limit: 100, remaining: 50, reset: served + 30 },
    ],
    [
      'of several policies, the one that has least left',
      {
        RateLimit: '"hour, of requests";r=900;t=3000, "burst";r=5;t=2',
        'RateLimit-Policy': '"burst";q=10;w=5, "hour, of requests";q=1000;w=3600',
        Date: date,
      },
      { limit: 10, remaining: 5, reset: served + 2 },
    ],
  ])('is read %s', (_, headers, info) => {
    expect(parseRateLimit(new Headers(headers))).toEqual(info);
  });

  it.each<[string, Record<string, string>]>([
    ['nothing is there', {}],
    ['one of the three is missing', { 'X-RateLimit-Limit': '100', 'X-RateLimit-Reset': '1640995200' }],
    ['one is no number', { 'X-RateLimit-Limit': '100', 'X-RateLimit-Remaining': 'many', 'X-RateLimit-Reset': '1' }],
    ['one is negative', { 'X-RateLimit-Limit': '100', 'X-RateLimit-Remaining': '-1', 'X-RateLimit-Reset': '1' }],
    ['the policy is missing that tells the limit', { RateLimit: '"default";r=50;t=30' }],
  ])('is unknown if %s', (_, headers) => {
    expect(parseRateLimit(new Headers(headers))).toBeUndefined();
  });

  it('has the length of the window where the policy tells it', () => {
    const headers = new Headers({ RateLimit: '"default";r=50;t=30', 'RateLimit-Policy': '"default";q=100;w=60' });
    expect(readBudget(headers)?.window).toBe(60);
  });

  it('counts from the local clock where the response has no date', () => {
    const before = Math.floor(Date.now() / 1000);
    const { reset } = parseRateLimit(new Headers({ RateLimit: 'limit=1, remaining=1, reset=30' }))!;
    expect(reset).toBeGreaterThanOrEqual(before + 30);
    expect(reset).toBeLessThan(before + 60);
  });
});

describe('a header of many kilobytes', () => {
  const list = (count: number, item: (index: number) => string) => Array.from({ length: count }, (_, i) => item(i));

  it('is split into its parts once, not once for each policy', () => {
    const match = vi.spyOn(String.prototype, 'match');
    const headers = new Headers({
      RateLimit: list(100, (i) => `"p${i}";r=${i};t=9`).join(','),
      'RateLimit-Policy': list(100, (i) => `"p${i}";q=100;w=60`).join(','),
    });

    expect(readBudget(headers)).toMatchObject({ limit: 100, remaining: 0, reset: 9, window: 60 });
    expect(match).toHaveBeenCalledTimes(2);
    match.mockRestore();
  });

  it('is looked at up to a limit, whatever it holds', () => {
    const policies = { 'RateLimit-Policy': '"a";q=5;w=60' };
    const far = (filler: string) =>
      new Headers({ RateLimit: `${filler.repeat(15_000 / filler.length)},"a";r=1;t=2`, ...policies });

    for (const filler of ['x', '"', ',', ' , ', '"a";r=', ';;', '"x";r=9,', '\\"']) {
      expect(readBudget(far(filler))).toBeUndefined();
    }
    expect(readBudget(new Headers({ RateLimit: '"a";r=1;t=2', ...policies }))).toMatchObject({
      limit: 5,
      remaining: 1,
    });
  });
});

describe('Retry-After', () => {
  const now = Date.parse('Mon, 01 Jan 2024 12:00:00 GMT');

  it.each<[string, Record<string, string>, number | undefined]>([
    ['seconds', { 'Retry-After': '120' }, 120_000],
    ['a fraction of a second', { 'Retry-After': '0.5' }, 500],
    ["a date, measured by the server's own", { 'Retry-After': 'Mon, 01 Jan 2024 00:00:15 GMT', Date: date }, 5000],
    ['a date, measured by the local clock', { 'Retry-After': 'Mon, 01 Jan 2024 12:00:09 GMT' }, 9000],
    ['a date in the past', { 'Retry-After': 'Mon, 01 Jan 2024 00:00:00 GMT', Date: date }, 0],
    ['nothing', {}, undefined],
    ['nonsense', { 'Retry-After': 'soon' }, undefined],
    ['a negative number', { 'Retry-After': '-5' }, undefined],
  ])('may be %s', (_, headers, wait) => {
    expect(parseRetryAfter(new Headers(headers), now)).toBe(wait);
  });
});
