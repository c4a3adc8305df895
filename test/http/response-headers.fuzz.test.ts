import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ExampleError, RateLimitError } from '@example/sdk';
import { parseRateLimit, parseRetryAfter, readAnswer, untilReset } from '../../src/rate-limit/headers.ts';
import { fuzzing } from '../support/fuzz.ts';
import { clientOf, newUser, user } from '../support/http-server.ts';
import { inProcessApi } from '../support/in-process-api.ts';
import { printed } from '../support/printed.ts';
import { settled, useVirtualTime } from '../support/virtual-time.ts';

// A server, a proxy or a cache may send anything in any header. The SDK reads these:

const apiToken = 'sk_test_4eC39HqLyjWDarjtT1zdp7dc';

/** Printable characters, and those above that HTTP allows. */
const text = fc.string({
  unit: fc.oneof({ weight: 9, arbitrary: fc.stringMatching(/^[ -~]$/) }, fc.constantFrom('\u00e9', '\u0080', '\t')),
});
const numbers = fc.oneof(
  fc.nat(200).map(String),
  fc.integer({ min: 1_700_000_000, max: 1_900_000_000 }).map(String),
  fc.constantFrom('0', '-1', '1e3', '1.5', '1.', '.5', '+1', '0x10', '\u00b2', 'Infinity', 'NaN', '9'.repeat(15)),
  fc.constantFrom('9'.repeat(16), '9'.repeat(400), ' 5 ', '5;', '5, 6', '5 6', '1767225600000', '', 'null', 'true'),
);
const dates = fc.oneof(
  fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
  fc.integer({ min: -100_000, max: 100_000 }).map((ms) => new Date(Date.UTC(2026, 0, 1) + ms).toUTCString()),
  fc.constantFrom('Thu, 01 Jan 1970 00:00:00 GMT', 'Fri, 31 Dec 9999 23:59:59 GMT', 'yesterday', 'Z', 'May'),
);
const value = fc.oneof(numbers, dates, text);
const readHeaders = {
  'x-ratelimit-limit': value,
  'x-ratelimit-remaining': value,
  'x-ratelimit-reset': value,
  'retry-after': value,
  age: value,
  date: value,
  'content-type': fc.oneof(fc.constantFrom('application/json', 'text/html; charset=x', ';', 'a/b'.repeat(99)), text),
  'content-length': value,
  'content-encoding': fc.oneof(fc.constantFrom('gzip', 'br', 'identity', 'x, y'), text),
  location: fc.oneof(fc.constantFrom('/', 'https://other.example', '//x', 'javascript:1'), text),
  link: text,
  'x-request-id': fc.oneof(text, fc.constant(apiToken)),
  'idempotency-key': text,
  'x-other': fc.oneof(text, fc.constant(`Bearer ${apiToken}`)),
};
const headers = fc.oneof(
  fc.record(readHeaders, { requiredKeys: [] }),
  // Most headers of a real server are as they should be.
  fc.record(readHeaders, { requiredKeys: [] }).map((odd) => ({
    'x-ratelimit-limit': '100',
    'x-ratelimit-remaining': '5',
    'x-ratelimit-reset': String(Date.UTC(2026, 0, 1) / 1000 + 30),
    date: new Date(Date.UTC(2026, 0, 1)).toUTCString(),
    ...odd,
  })),
);
const isAmount = (amount: number | undefined) => amount === undefined || (Number.isFinite(amount) && amount >= 0);

beforeEach(useVirtualTime);

describe('any headers of a response', () => {
  it('are read as amounts that are finite and not negative, or not at all', () => {
    fc.assert(
      fc.property(headers, fc.constantFrom(200, 429, 503), (given, status) => {
        const now = Date.now();
        const all = new Headers(given);
        const { limit, remaining, reset } = parseRateLimit(all) ?? {};
        const { wait, report } = readAnswer(status, all);
        const amounts = [limit, remaining, reset, wait, report?.limit, report?.remaining, report?.reset];
        expect([...amounts, parseRetryAfter(all, now), untilReset(all)].filter((amount) => !isAmount(amount))).toEqual(
          [],
        );
        expect(wait ?? 0).toBeLessThanOrEqual(3_600_000);
      }),
      fuzzing(2_000),
    );
  });

  it('are read in a time that grows with their length alone', () => {
    for (const unit of ['a', '"', ',', ';', '=', ' ', '1', '1.', '1,']) {
      const hostile = unit.repeat(200_000 / unit.length);
      for (const name of Object.keys(readHeaders)) {
        const all = new Headers({ 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': '1' });
        all.set(name, hostile);
        // What backtracks needs minutes for these.
        expect([parseRateLimit(all), parseRetryAfter(all, 0), readAnswer(429, all)]).toHaveLength(3);
      }
    }
  });

  const answers = fc.array(fc.tuple(fc.constantFrom(200, 200, 201, 404, 408, 429, 429, 500, 503, 504), headers), {
    minLength: 1,
    maxLength: 8,
  });

  it.each(['GET', 'POST'])(
    'let every %s end, within the waits that are documented, and send no POST again that may have had an effect',
    async (method) => {
      await fc.assert(
        fc.asyncProperty(answers, async (script) => {
          let next = 0;
          let effects = 0;
          const api = inProcessApi(() => {
            const [status, given] = script[next++ % script.length]!;
            const answer = Response.json(user, { status, headers: { ...given } });
            if (status !== 429) effects++;
            return answer;
          });
          const client = clientOf(api, { apiToken });
          const startedAt = performance.now();
          for (let call = 1; call <= 3; call++) {
            const promise = method === 'GET' ? client.users.get(`user_${call}`) : client.users.create(newUser);
            const error = await settled(promise).then(
              () => undefined,
              (reason: unknown) => reason,
            );
            if (method === 'POST') expect(effects).toBeLessThanOrEqual(call);
            if (error === undefined) continue;
            expect(error).toBeInstanceOf(ExampleError);
            expect(printed(error)).not.toContain(apiToken);
            if (error instanceof RateLimitError) expect(isAmount(error.retryAfter)).toBe(true);
          }
          // Nine attempts, each after at most the longest window that is believed.
          expect(performance.now() - startedAt).toBeLessThanOrEqual(9 * 25 * 3_600_000);
          expect(client.rateLimit?.waiting ?? 0).toBe(0);
          expect(vi.getTimerCount()).toBe(0);
        }),
        fuzzing(),
      );
    },
  );
});
