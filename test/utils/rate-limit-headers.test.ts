import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { parseRateLimit, parseRetryAfter, readResponse, untilReset } from '../../src/utils/rate-limit-headers.ts';

const date = 'Mon, 01 Jan 2024 00:00:10 GMT';
const documented = { 'X-RateLimit-Limit': '100', 'X-RateLimit-Remaining': '95', 'X-RateLimit-Reset': '1640995200' };

describe('the rate limit of a response', () => {
  it('is read as the reference documents it', () => {
    expect(parseRateLimit(new Headers(documented))).toEqual({ limit: 100, remaining: 95, reset: 1_640_995_200 });
  });

  it.each<[string, Record<string, string>]>([
    ['nothing is there', {}],
    ['one of the three is missing', { 'X-RateLimit-Limit': '100', 'X-RateLimit-Reset': '1640995200' }],
    ['one is no number', { ...documented, 'X-RateLimit-Remaining': 'many' }],
    ['one is negative', { ...documented, 'X-RateLimit-Remaining': '-1' }],
    ['there are several limits, such as those of a gateway', { ...documented, 'X-RateLimit-Limit': '100, 100;w=60' }],
    ['reset is in milliseconds, so that it would never come', { ...documented, 'X-RateLimit-Reset': '1640995200500' }],
    [
      'the headers are the IETF\u2019s',
      { RateLimit: '"default";r=50;t=30', 'RateLimit-Policy': '"default";q=100;w=60' },
    ],
  ])('is unknown if %s', (_, headers) => {
    expect(parseRateLimit(new Headers(headers))).toBeUndefined();
  });
});

it.each([
  ['1704067230', 20_000],
  ['1704067210', undefined],
  ['30', undefined],
  ['1704240010', 172_800_000],
  ['1704240011', undefined],
])('the rest of a window that is used up is the wait of a 429, if its reset is believable: %s', (reset, wait) => {
  vi.useFakeTimers({ now: Date.parse(date), toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const usedUp = { ...documented, 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': reset };
  expect(untilReset(new Headers(usedUp))).toBe(wait);
  vi.setSystemTime(0);
  expect(untilReset(new Headers({ ...usedUp, Date: date }))).toBe(wait);
});

it('a reset is believed if it is at most two days ahead: calls could wait for years', () => {
  const answered = (reset: string) =>
    readResponse(200, new Headers({ ...documented, date, 'X-RateLimit-Reset': reset }));

  expect(answered('1704240010').report).toMatchObject({ remaining: 95, reset: 1_704_240_010 });
  expect(answered('1704240011').report).toBeUndefined();
});

describe('Retry-After', () => {
  it.each<[string, string, number | undefined]>([
    ['seconds', '30', 30_000],
    ['fractions of a second', '1.5', 1500],
    ['an HTTP date, on the clock that Date shows', 'Mon, 01 Jan 2024 00:00:40 GMT', 30_000],
    ['a date of asctime, which is UTC', 'Mon Jan  1 00:00:40 2024', 30_000],
    ['two of the same, as a proxy adds them', '5, 5', 5000],
    ['a date in the past', 'Sun, 31 Dec 2023 23:00:00 GMT', 0],
    ['no time', 'soon', undefined],
    ['a negative number', '-5', undefined],
  ])('may be %s', (_, value, milliseconds) => {
    vi.stubEnv('TZ', 'America/New_York');
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(parseRetryAfter(new Headers({ 'Retry-After': value, Date: date }))).toBe(milliseconds);
  });

  it.each([
    [429, '1767225600000', 3_600_000],
    [503, '120', 120_000],
    [503, '121', 120_000],
    [500, '5', 5_000],
  ])('of a %i is believed up to an hour, or two minutes of an outage: %s', (status, value, wait) => {
    const isFailure = status !== 429;
    expect(readResponse(status, new Headers({ 'Retry-After': value }))).toMatchObject({ wait, isFailure });
  });
});

it('an answer that a cache repeats shows the time at which it does', () => {
  const answer = readResponse(200, new Headers({ Date: date, Age: '12' }));
  expect(answer).toMatchObject({ servedAt: Date.parse(date) + 12_000 });
});

it.each(['a', ',', ' ', '1', '1.', '1,'])('any header takes a time that grows with its length alone: %j', (unit) => {
  for (const name of ['x-ratelimit-limit', 'x-ratelimit-remaining', 'retry-after', 'age', 'date']) {
    const all = new Headers({ 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': '1' });
    all.set(name, unit.repeat(200_000 / unit.length));
    // What backtracks needs minutes for these.
    expect([parseRateLimit(all), parseRetryAfter(all), readResponse(429, all)]).toHaveLength(3);
  }
});
