import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ClaimedEvent } from '@example/sdk/webhooks';
import { ExampleError } from '../../src/errors/index.ts';
import { leasedClaim, type StoredEvent } from '../../src/replay/leased-claim.ts';

const [lease, timeout] = [900, 300];
const renewal = lease / 3;
const none = () => new Promise<never>(() => undefined);
const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
const lost = new ExampleError('The claim of this webhook was lost: another process may handle the event now.');

beforeEach(() => void vi.useFakeTimers());

/** An event in a store that grants everything until a test changes that. */
const stored = () => ({
  claim: vi.fn<StoredEvent['claim']>(() => Promise.resolve('claimed')),
  complete: vi.fn(() => Promise.resolve(true)),
  release: vi.fn(() => Promise.resolve()),
});

async function hold(event: StoredEvent, wait = timeout): Promise<ClaimedEvent & { readonly signal: AbortSignal }> {
  const claim = await leasedClaim(event, lease, wait);
  if (claim.status !== 'claimed' || !claim.signal) throw new Error(`The event is ${claim.status}.`);
  return { ...claim, signal: claim.signal };
}

describe('a claim', () => {
  const fails = () => Promise.reject(new Error('no'));
  const late = () => new Promise<'claimed'>((resolve) => setTimeout(resolve, 250, 'claimed'));
  it.each<[what: string, replies: (() => ReturnType<StoredEvent['claim']>)[], lostAfter: number]>([
    ['when a renewal finds the claim of another process', [() => Promise.resolve(700)], renewal],
    ['one lease after the last renewal, if the store does not reply', [none, none, none], lease],
    ['one lease after a renewal was sent, however late its reply', [late, none, none, none], lease + renewal],
    ['never, if the renewal after a failed one succeeds', [none], Infinity],
  ])('is lost %s', async (_, replies, lostAfter) => {
    const event = stored();
    const claim = await hold(event);
    event.claim.mockImplementation(() => (replies.shift() ?? (() => Promise.resolve('claimed' as const)))());
    await pass(Math.min(lostAfter, 5 * lease) - 1);
    expect(claim.signal.aborted).toBe(false);
    await pass(1);
    expect(claim.signal.reason).toEqual(lostAfter < Infinity ? lost : undefined);
    event.complete.mockImplementation(fails);
    await (lostAfter < Infinity ? expect(claim.complete()).rejects.toThrow('no') : claim.release());
    await pass(timeout);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    ['is lost one lease after the first try, if recording fails until then', Infinity, true],
    ['is kept if recording succeeds in the end, and the event is recorded once', 2, false],
  ])('%s', async (_, failures, isLost) => {
    const event = stored();
    const claim = await hold(event);
    event.complete.mockImplementation(() => (failures-- > 0 ? fails() : Promise.resolve(true)));
    await expect(claim.complete()).rejects.toThrow('no');
    await pass(lease - 1);
    await expect(claim.complete()).rejects.toThrow('no');
    expect([claim.signal.aborted, event.claim.mock.calls.length]).toEqual([false, 3]);
    if (!isLost) for (let time = 0; time < 2; time++) await claim.complete();
    await pass(1);
    expect([claim.signal.aborted, vi.getTimerCount()]).toEqual([isLost, 0]);
    expect(event.complete).toHaveBeenCalledTimes(isLost ? 2 : 3);
  });

  it('is released after a pending renewal, which would undo the release', async () => {
    const event = stored();
    const claim = await hold(event, Infinity);
    const late = Promise.withResolvers<'claimed'>();
    event.claim.mockReturnValueOnce(late.promise);
    await pass(renewal);
    const released = claim.release();
    await pass(renewal);
    expect([event.claim.mock.calls.length, event.release.mock.calls.length]).toEqual([2, 0]);
    late.resolve('claimed');
    await released;
    expect(event.release).toHaveBeenCalledOnce();
  });
});

type End = 'timeout' | 'release' | 'lose' | 'complete';
it.each<[what: string, reply: 'claimed' | 'handled', end: End, releases: number]>([
  ['gives the claim back', 'claimed', 'timeout', 1],
  ['gives a renewed claim back that was released', 'claimed', 'release', 1],
  ['gives a renewed claim back that was lost', 'claimed', 'lose', 1],
  ['keeps a renewed claim whose event was completed', 'claimed', 'complete', 0],
])('a reply that arrives after nobody waits for it %s', async (_, reply, end, releases) => {
  const [event, late] = [stored(), Promise.withResolvers<'claimed' | 'handled'>()];
  const claim = end === 'timeout' ? undefined : await hold(event);
  event.claim.mockReturnValueOnce(late.promise).mockImplementation(none);
  const refused = claim ?? expect(hold(event)).rejects.toThrow('The replay store did not reply within 300 ms.');
  if (claim) await pass(end === 'lose' ? lease : renewal);
  const ended = end === 'lose' || end === 'timeout' ? undefined : claim?.[end]();
  await pass(timeout);
  await Promise.all([refused, ended]);
  event.release.mockClear().mockImplementation(none);
  late.resolve(reply);
  await pass(10 * lease);
  expect(event.release).toHaveBeenCalledTimes(releases);
  expect(claim?.signal.aborted ?? false).toBe(end === 'lose');
  expect(vi.getTimerCount()).toBe(0);
});
