import { expect, it } from 'vitest';
import { SendRate } from '../../src/rate-limit/send-rate.ts';

/** A token of which ten requests a second have been admitted for a minute. */
function busy() {
  const rate = new SendRate();
  let now = 0;
  /** Goes on like that until a time, and returns how many requests a second may then be sent. */
  const perSecond = (second: number) => {
    for (; now < second * 1000; now += 100) rate.admitted(now);
    rate.sent(now);
    const readyAt = rate.readyAt(now);
    return readyAt > now ? Number((1000 / (readyAt - now)).toFixed(1)) : Infinity;
  };
  perSecond(60);
  return { rate, perSecond };
}

it('sends at 0.7 of the rate that was refused, then ever faster up to twice what is admitted, and forgets it after five minutes', () => {
  const { rate, perSecond } = busy();
  expect(perSecond(60)).toBe(Infinity);
  rate.lower(60_000);
  expect([60, 61, 62, 64, 70, 359.9, 360].map(perSecond)).toEqual([6.7, 9.2, 9.5, 13.1, 20, 20, Infinity]);
});

it('goes down from the lower rate if that is refused, to one request in two seconds at least', () => {
  const { rate, perSecond } = busy();
  const rates = Array.from({ length: 9 }, () => (rate.lower(60_000), perSecond(60)));
  expect(rates).toEqual([6.7, 4.7, 3.3, 2.3, 1.6, 1.1, 0.8, 0.5, 0.5]);
});
