import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Limiter } from '../../src/rate-limit/limiter.ts';
import { Outage } from '../../src/rate-limit/outage.ts';
import { rateLimiterFor, type RateLimiterOptions } from '../../src/rate-limit/registry.ts';
import { garbageCollector } from '../support/garbage-collector.ts';

/** The options of a client. */
const options = { baseUrl: 'https://api.example.com/v1', fetch: globalThis.fetch, rateLimit: {} };
const limiterOf = (token: string, more: Partial<RateLimiterOptions> = {}) =>
  rateLimiterFor({ ...options, token, ...more });
const otherFetch = () => undefined;

/** What other copies of the package may use of an object: its methods and fields. */
const namesOf = (of: object): string =>
  [...Object.getOwnPropertyNames(Object.getPrototypeOf(of)), ...Object.keys(of)].sort().join(' ');

const advice = 'Increase the number of registryKey in src/rate-limit/registry.ts, then run this test with --update.';

// A process may load two versions of the package.
it('copies of the package that share limiters have the same members', () => {
  limiterOf('shape');
  const keys = Object.getOwnPropertySymbols(globalThis).map(({ description }) => description);
  const { window, queue } = new Limiter('');
  const shared = [new Limiter(''), new Outage(), window, queue].map(namesOf);
  expect([...keys.filter((key) => key?.includes('rate-limiters')), ...shared], advice).toMatchInlineSnapshot(`
    [
      "@example/sdk/rate-limiters/1",
      "acquire configure constructor dispatch observers outage queue rest snapshot timing window",
      "claimRetry constructor enter generation heldFor isFailing isInUse isRouteFailing isUnfailedRoute lastError leave readyAt recordEnd recordFailure recordResponse recordSent setWaiting since",
      "adopt arrived arrivedBefore assume backgroundDelay backgroundReadyAt constructor delay failedProbes generation inFlight isHidden isOver length limit needsProbe owesBackground ownCount probeAt readyAt recordResponse recordSent recordUnanswered remaining reset room timeLeft used",
      "background constructor countAhead countBefore first normal put remove size unannounced",
    ]
  `);
});

describe('the limiter of a token', () => {
  it('outlives all its clients, but not for every rotated token', async () => {
    const rotated = Array.from({ length: 200 }, (_, index) => `rotated ${index}`);
    const tokens = [...rotated.slice(0, 150), 'used', ...rotated.slice(150, 175), 'used', ...rotated.slice(175)];
    const limiters = tokens.map((token) => new WeakRef(limiterOf(token)));
    await new Promise(setImmediate); // A WeakRef holds its target until the end of the task.
    garbageCollector()();
    const held = limiters.map((limiter) => limiter.deref() !== undefined);
    expect([held[150], held.at(-1), held.filter(Boolean).length < 100]).toEqual([true, true, true]);
  });

  it('is the same for all tokens with rateLimit: false, if they use the same fetch', () => {
    const unpaced = limiterOf('a', { rateLimit: false });
    expect(limiterOf('b', { rateLimit: false })).toBe(unpaced);
    expect(limiterOf('a')).not.toBe(unpaced);
    expect(limiterOf('b', { rateLimit: false, fetch: otherFetch })).not.toBe(unpaced);
    expect(limiterOf('b').outage).toBe(unpaced.outage);
    expect(limiterOf('b', { fetch: otherFetch }).outage).not.toBe(unpaced.outage);
  });

  it('assumes the limit that was configured last', () => {
    const limits = [5, undefined, 7].map((limit) => limiterOf('limits', { rateLimit: { limit } }).snapshot.limit);
    expect(limits).toEqual([5, 5, 7]);
  });

  it("doesn't reveal its token through the global object", () => {
    const token = 'sk_nobody_sees_this';
    const limiter = limiterOf(token);
    const symbols = Object.getOwnPropertySymbols(globalThis).map((key) => Reflect.get(globalThis, key) as unknown);
    expect(inspect([limiter, symbols], { showHidden: true, depth: 10 })).not.toContain(token);
    expect(JSON.stringify(limiter)).not.toContain(token);
  });
});
