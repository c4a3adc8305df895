import { describe, expect, it, vi } from 'vitest';
import type { ReplayStore } from '@example/sdk/webhooks';
import { claimEvent } from '../../src/webhooks/claims.ts';
import { ExampleError } from '../../src/errors/index.ts';
import { receiver } from './support/receiver.ts';

const settle = { complete: () => undefined, release: () => undefined };

describe('a store that answers nonsense', () => {
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['true', true],
    ['a word', 'claimed'],
    ['a list', ['claimed']],
    ['no status', {}],
    ['an unknown status', { status: 'done' }],
    ['busy without a time', { status: 'busy' }],
    ['busy for ever', { status: 'busy', retryAfter: Infinity }],
    ['busy for NaN seconds', { status: 'busy', retryAfter: NaN }],
    ['a claim that cannot be settled', { status: 'claimed' }],
    ['a claim that cannot be completed', { status: 'claimed', release: () => undefined }],
    ['a claim that cannot be released', { status: 'claimed', complete: () => undefined }],
    ['a claim with a signal that is none', { status: 'claimed', ...settle, signal: {} }],
  ])('is unavailable: %s', async (_, answer) => {
    const onError = vi.fn();
    const replayStore = { claim: () => Promise.resolve(answer) } as ReplayStore;
    const { webhooks, send } = receiver({ replayStore, onError });
    const handler = vi.fn();
    webhooks.on('user.created', handler);

    expect((await send()).status).toBe(503);
    expect(handler).not.toHaveBeenCalled();
    const [error] = onError.mock.lastCall ?? [];
    expect(error).toBeInstanceOf(ExampleError);
    expect(error).toHaveProperty('message', expect.stringContaining('The replay store answered'));
  });

  it('is unavailable if claim() throws', async () => {
    const onError = vi.fn();
    const claim = () => {
      throw new Error('the store is read-only');
    };
    const { webhooks, send } = receiver({ replayStore: { claim }, onError });
    webhooks.on('user.created', () => undefined);
    expect((await send()).status).toBe(503);
    expect(onError).toHaveBeenCalledExactlyOnceWith(new Error('the store is read-only'), expect.anything());
  });
});

describe('several keys', () => {
  it('are claimed one after the other, and given back if one fails', async () => {
    const release = vi.fn();
    const claim = vi
      .fn<ReplayStore['claim']>()
      .mockReturnValueOnce({ status: 'claimed', ...settle, release })
      .mockImplementationOnce(() => Promise.reject(new Error('gone')));

    await expect(claimEvent({ claim }, ['b', 'a'])).rejects.toThrow('gone');

    expect(claim.mock.calls).toEqual([['a'], ['b']]);
    expect(release).toHaveBeenCalledOnce();
  });

  it('are lost as soon as one is', async () => {
    const lost = new AbortController();
    const claim = vi
      .fn<ReplayStore['claim']>()
      .mockReturnValueOnce({ status: 'claimed', ...settle, signal: new AbortController().signal })
      .mockReturnValueOnce({ status: 'claimed', ...settle, signal: lost.signal });
    const claimed = await claimEvent({ claim }, ['a', 'b']);
    if (claimed.status !== 'claimed') throw new Error(claimed.status);

    expect(claimed.signal?.aborted).toBe(false);
    lost.abort(new Error('taken over'));
    expect(claimed.signal?.reason).toEqual(new Error('taken over'));
  });
});
