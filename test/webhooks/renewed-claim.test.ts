import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { renewedClaim } from '../../src/webhooks/renewed-claim.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const passTime = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

const lease = 300;

async function claimed(claim: () => Promise<'claimed' | 'handled' | number>) {
  const event = { claim: vi.fn(claim), complete: () => Promise.resolve(true), release: () => Promise.resolve() };
  const held = await renewedClaim(event, lease, 1000);
  if (held.status !== 'claimed') throw new Error(`The event is ${held.status}.`);
  return { event, held };
}

it('a claim is renewed while the handlers run, and not after it was released', async () => {
  const { event, held } = await claimed(() => Promise.resolve('claimed'));
  await passTime(10 * lease);
  expect(held.signal?.aborted).toBe(false);
  expect(event.claim.mock.calls.length).toBeGreaterThanOrEqual(30);

  await held.release();
  event.claim.mockClear();
  await passTime(10 * lease);
  expect(event.claim).not.toHaveBeenCalled();
  expect(held.signal?.aborted).toBe(false);
});

it('a claim that another process has taken is lost, when it is renewed or completed', async () => {
  const replies: ('claimed' | number)[] = ['claimed', 5000];
  const { held } = await claimed(() => Promise.resolve(replies.shift() ?? 5000));
  await passTime(lease / 3);
  expect(held.signal?.aborted).toBe(true);

  const other = await claimed(() => Promise.resolve('claimed'));
  other.event.complete = () => Promise.resolve(false);
  await expect(other.held.complete()).rejects.toThrow('The claim was lost');
  expect(other.held.signal?.aborted).toBe(true);
});

it('a claim that was completed is not lost by a renewal that is answered later', async () => {
  const late = Promise.withResolvers<number>();
  const replies = [Promise.resolve('claimed' as const), late.promise];
  const { held } = await claimed(() => replies.shift()!);
  await passTime(lease / 3);
  await held.complete();
  late.resolve(5000);
  await passTime(lease);
  expect(held.signal?.aborted).toBe(false);
});

it('a claim whose renewals fail is lost when its lease is over', async () => {
  let isDown = false;
  const { held } = await claimed(() => (isDown ? Promise.reject(new Error('no')) : Promise.resolve('claimed')));
  isDown = true;
  await passTime(lease - 1);
  expect(held.signal?.aborted).toBe(false);
  await passTime(1);
  expect(held.signal?.aborted).toBe(true);
});
