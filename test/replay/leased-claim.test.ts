import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ClaimedEvent } from '@example/sdk/webhooks';
import { ExampleError } from '../../src/errors/index.ts';
import { leasedClaim, type StoredEvent } from '../../src/replay/leased-claim.ts';

const [lease, timeout] = [900, 300];
const renewal = lease / 3;
const none = () => new Promise<never>(() => undefined);
const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
const lost = new ExampleError('The claim of this webhook was lost: another process may handle the event now.');

beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** An event in a store that grants everything, until a test decides otherwise. */
const stored = () => ({
  claim: vi.fn<StoredEvent['claim']>(() => Promise.resolve('claimed')),
  complete: vi.fn(() => Promise.resolve(true)),
  release: vi.fn(() => Promise.resolve()),
});

async function hold(event: StoredEvent): Promise<ClaimedEvent & { readonly signal: AbortSignal }> {
  const claim = await leasedClaim(event, lease, timeout);
  if (claim.status !== 'claimed' || !claim.signal) throw new Error(`The event is ${claim.status}.`);
  return { ...claim, signal: claim.signal };
}

describe('a claim', () => {
  it.each(['complete', 'release'] as const)('is renewed three times per lease until %s()', async (end) => {
    const event = stored();
    const claim = await hold(event);
    await pass(10 * lease);
    const holder = event.claim.mock.calls[0]?.[0];
    expect(event.claim.mock.calls).toEqual(Array(31).fill([holder]));
    await claim[end]();
    expect(event[end].mock.calls).toEqual([[holder]]);
    await claim[end]();
    await pass(10 * lease);
    expect(event.claim).toHaveBeenCalledTimes(31);
    expect([claim.signal.aborted, vi.getTimerCount()]).toEqual([false, 0]);
  });

  it.each<[what: string, replies: StoredEvent['claim'][], lostAfter: number]>([
    ['when a renewal finds the claim of another process', [() => Promise.resolve(700)], renewal],
    ['when a renewal finds that another process has handled the event', [() => Promise.resolve('handled')], renewal],
    ['one lease after the last renewal, if the store does not reply', [none, none, none], lease],
    ['one lease after the last renewal, if it fails', Array(3).fill(() => Promise.reject(new Error('no'))), lease],
    ['one lease after a later renewal', [() => Promise.resolve('claimed'), none, none, none], lease + renewal],
    ['never, if the renewal after a failed one succeeds', [none], Infinity],
  ])('is lost %s', async (_, replies, lostAfter) => {
    const event = stored();
    const claim = await hold(event);
    event.claim.mockImplementation((holder) =>
      (replies.shift() ?? (() => Promise.resolve('claimed' as const)))(holder),
    );
    await pass(Math.min(lostAfter, 5 * lease) - 1);
    expect(claim.signal.aborted).toBe(false);
    await pass(1);
    expect(claim.signal.reason).toEqual(lostAfter < Infinity ? lost : undefined);
    await claim.release();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('lasts from when the command was sent, not from its reply', async () => {
    const event = stored();
    event.claim.mockImplementationOnce(() => new Promise((resolve) => setTimeout(resolve, 250, 'claimed')));
    const pending = hold(event);
    event.claim.mockImplementation(none);
    await pass(250);
    const { signal } = await pending;
    await pass(lease - 251);
    expect(signal.aborted).toBe(false);
    await pass(1);
    expect(signal.aborted).toBe(true);
  });

  it('is lost if it is completed after another process has taken the event', async () => {
    const event = { ...stored(), complete: () => Promise.resolve(false) };
    const { signal, complete } = await hold(event);
    await expect(complete()).rejects.toThrow('another process may have handled the event too');
    expect(signal.reason).toEqual(lost);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is renewed while recording fails, and lost one lease after the first try', async () => {
    const event = stored();
    const claim = await hold(event);
    event.complete.mockRejectedValue(new Error('OOM'));
    await expect(claim.complete()).rejects.toThrow('OOM');
    await pass(lease - 1);
    await expect(claim.complete()).rejects.toThrow('OOM');
    expect(claim.signal.aborted).toBe(false);
    expect(event.claim).toHaveBeenCalledTimes(3);
    await pass(1);
    expect([claim.signal.aborted, vi.getTimerCount()]).toEqual([true, 0]);
  });

  it('is kept if recording succeeds in the end, and the event is recorded once', async () => {
    const event = stored();
    const claim = await hold(event);
    event.complete.mockRejectedValueOnce(new Error('ECONNRESET'));
    await expect(claim.complete()).rejects.toThrow('ECONNRESET');
    await pass(renewal);
    for (let time = 0; time < 2; time++) await claim.complete();
    await pass(lease);
    expect(event.complete).toHaveBeenCalledTimes(2);
    expect([claim.signal.aborted, vi.getTimerCount()]).toEqual([false, 0]);
  });

  it('is released after a renewal in flight, which would undo the release', async () => {
    const event = stored();
    const claim = await hold(event);
    const late = Promise.withResolvers<'claimed'>();
    event.claim.mockReturnValueOnce(late.promise);
    await pass(renewal);
    const released = claim.release();
    await pass(renewal / 2);
    expect(event.release).not.toHaveBeenCalled();
    late.resolve('claimed');
    await released;
    expect(event.release).toHaveBeenCalledOnce();
  });
});

describe('a claim that is not granted', () => {
  it.each([
    ['because the event was handled', 'handled', { status: 'handled' }],
    ['because another process has it', 1_500, { status: 'busy', retryAfter: 1.5 }],
  ] as const)('%s leaves no timer', async (_, reply, result) => {
    const event = stored();
    event.claim.mockResolvedValue(reply);
    expect(await leasedClaim(event, lease, timeout)).toEqual(result);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('because the store does not reply within the timeout is rejected', async () => {
    const [event, settled] = [stored(), vi.fn()];
    event.claim.mockImplementation(none);
    leasedClaim(event, lease, timeout).catch(settled);
    await pass(timeout - 1);
    expect(settled).not.toHaveBeenCalled();
    await pass(1);
    const error = new ExampleError('The replay store did not reply within 300 ms.');
    expect(settled.mock.calls).toEqual([[error]]);
    expect([event.release.mock.calls.length, vi.getTimerCount()]).toEqual([1, 0]);
  });
});

describe('a reply that arrives after nobody waits for it', () => {
  it.each<
    [what: string, reply: 'claimed' | 'handled', end: 'timeout' | 'release' | 'lose' | 'complete', releases: number]
  >([
    ['gives the claim back', 'claimed', 'timeout', 1],
    ['leaves a handled event alone', 'handled', 'timeout', 0],
    ['gives a renewed claim back that was released', 'claimed', 'release', 1],
    ['gives a renewed claim back that was lost', 'claimed', 'lose', 1],
    ['keeps a renewed claim whose event was completed', 'claimed', 'complete', 0],
    ['does not lose a claim whose event was completed', 'handled', 'complete', 0],
  ])('%s', async (_, reply, end, releases) => {
    const [event, late] = [stored(), Promise.withResolvers<'claimed' | 'handled'>()];
    let claim: ClaimedEvent | undefined;
    if (end === 'timeout') {
      event.claim.mockReturnValueOnce(late.promise);
      const claiming = hold(event).catch(() => undefined);
      await pass(timeout);
      await claiming;
    } else {
      claim = await hold(event);
      event.claim.mockReturnValueOnce(late.promise).mockImplementation(none);
      await pass(end === 'lose' ? lease : renewal);
      const ended = end === 'lose' ? undefined : claim[end]();
      await pass(timeout - 1);
      await pass(1);
      await ended;
    }
    event.release.mockClear().mockImplementation(none);
    late.resolve(reply);
    await pass(10 * lease);
    expect(event.release).toHaveBeenCalledTimes(releases);
    expect(claim?.signal?.aborted ?? false).toBe(end === 'lose');
    expect(vi.getTimerCount()).toBe(0);
  });
});
