import { beforeEach, describe, expect, it, vi } from 'vitest';
import { parseRateLimit, parseRetryAfter, readResponse, untilReset } from '../../src/rate-limit/headers.ts';

const date = 'Mon, 01 Jan 2024 00:00:10 GMT';
const documented = { 'X-RateLimit-Limit': '100', 'X-RateLimit-Remaining': '95', 'X-RateLimit-Reset': '1640995200' };

beforeEach(() => void vi.useFakeTimers({ now: Date.parse(date), toFake: ['Date'] }));

describe('the rate limit of a response', () => {
  it('is read from the documented headers', () => {
    expect(parseRateLimit(new Headers(documented))).toEqual({ limit: 100, remaining: 95, reset: 1_640_995_200 });
  });

  it.each<[string, Record<string, string>]>([
    ['one of the three is missing', { 'X-RateLimit-Limit': '100', 'X-RateLimit-Reset': '1640995200' }],
    ['one is no number', { ...documented, 'X-RateLimit-Remaining': 'many' }],
    ['there are several limits, such as those of a gateway', { ...documented, 'X-RateLimit-Limit': '100, 100;w=60' }],
    ['reset is in milliseconds, so that it would never come', { ...documented, 'X-RateLimit-Reset': '1640995200500' }],
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
])('a reset is believed if it is at most two days ahead, and is the wait of a 429 that used up: %s', (reset, wait) => {
  const headers = { ...documented, 'X-RateLimit-Reset': reset };
  const usedUp = { ...headers, 'X-RateLimit-Remaining': '0' };
  expect(untilReset(new Headers(usedUp))).toBe(wait);
  const isBelieved = wait !== undefined || reset === '1704067210';
  expect(readResponse(200, new Headers(headers)).announced !== undefined).toBe(isBelieved);
  expect(untilReset(new Headers(headers))).toBeUndefined();
  vi.setSystemTime(0);
  expect(untilReset(new Headers({ ...usedUp, Date: date }))).toBe(wait);
  expect(readResponse(200, new Headers({ ...headers, Date: date })).announced !== undefined).toBe(isBelieved);
});

describe('Retry-After', () => {
  it.each<[string, string, number | undefined]>([
    ['fractions of a second', '1.5', 1500],
    ['an HTTP date, on the clock that Date shows', 'Mon, 01 Jan 2024 00:00:40 GMT', 30_000],
    ['two of the same, as a proxy adds them', '5, 5', 5000],
    ['a date in the past', 'Sun, 31 Dec 2023 23:00:00 GMT', 0],
    ['no time', 'soon', undefined],
    ['a negative number', '-5', undefined],
  ])('may be %s', (_, value, milliseconds) => {
    vi.stubEnv('TZ', 'America/New_York');
    vi.setSystemTime(0);
    expect(parseRetryAfter(new Headers({ 'Retry-After': value, Date: date }))).toBe(milliseconds);
    vi.unstubAllEnvs();
  });

  it.each([
    [429, '1767225600000', 3_600_000],
    [503, '121', 120_000],
    [500, '5', 5_000],
  ])('of a %i is believed up to an hour, or two minutes of an outage: %s', (status, value, requestedDelay) => {
    const isFailure = status !== 429;
    expect(readResponse(status, new Headers({ 'Retry-After': value }))).toMatchObject({ requestedDelay, isFailure });
  });
});

it('a response from a cache shows the time at which the cache sent it', () => {
  const answer = readResponse(200, new Headers({ Date: date, Age: '12' }));
  expect(answer).toMatchObject({ servedAt: Date.parse(date) + 12_000 });
});

it.each(['a', ',', ' ', '1', '1.', '1,'])('any header is parsed in linear time: %j', (unit) => {
  for (const name of ['x-ratelimit-limit', 'x-ratelimit-remaining', 'retry-after', 'age', 'date']) {
    const all = new Headers({ 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': '1' });
    all.set(name, unit.repeat(200_000 / unit.length));
    // Backtracking would take minutes for these.
    expect([parseRateLimit(all), parseRetryAfter(all), readResponse(429, all)]).toHaveLength(3);
  }
});
