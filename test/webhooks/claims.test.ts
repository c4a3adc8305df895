import { afterEach, describe, expect, it, vi } from 'vitest';
import { memoryReplayStore, type ReplayStore } from '@example/sdk/webhooks';
import { claimEvent } from '../../src/webhooks/claims.ts';
import { ExampleError } from '../../src/errors/index.ts';
import { receiver, workingHandler } from './support/receiver.ts';
import { otherSecret, secret, signed, userCreated } from './support/signed-request.ts';

afterEach(() => vi.unstubAllGlobals());

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

/** A process of the endpoint that has these secrets. `deliver` sends it an event that is signed with them. */
function endpoint(secrets: string | string[], replayStore: ReplayStore, handler = vi.fn()) {
  const { webhooks } = receiver({ secret: secrets, replayStore });
  webhooks.on('user.created', handler);
  const deliver = async () => {
    const { body, headers } = await signed(userCreated, { id: 'msg_1', secret: secrets });
    return (await webhooks.receive(body, headers)).status;
  };
  return { handler, deliver };
}

describe('endpoints that share a replay store', () => {
  it('each handle the event that the API sends to all of them under one id', async () => {
    const store = memoryReplayStore();
    const [billing, search] = [endpoint(secret, store), endpoint(otherSecret, store)];

    for (const { deliver } of [billing, search, billing]) expect(await deliver()).toBe(204);

    expect(billing.handler).toHaveBeenCalledOnce();
    expect(search.handler).toHaveBeenCalledOnce();
  });

  it('are told apart by a fingerprint that does not reveal the secret, the same on every runtime, in every version', async () => {
    const store = memoryReplayStore();
    const claim = vi.fn((key: string) => store.claim(key));
    await endpoint(secret, { claim }).deliver();
    vi.stubGlobal('process', {}); // Only WebCrypto is left.
    // Keys are cached by secret: the space makes this one new.
    await endpoint(`${secret} `, { claim }).deliver();

    expect(claim.mock.calls).toEqual([['6d60VDDtrPx0qYRv:msg_1'], ['6d60VDDtrPx0qYRv:msg_1']]);
    expect(secret).not.toContain('6d60VDDt');
  });
});

describe('an endpoint that rotates its secret', () => {
  const [oldSecret, newSecret] = [secret, otherSecret];
  const both = [newSecret, oldSecret];

  it.each([
    ['before, while and after it has both', [[oldSecret], both, [newSecret]]],
    ['while and after it has both', [both, [newSecret]]],
    ['whatever the order of the two', [[oldSecret, newSecret], both]],
  ])('handles an event once that arrives %s', async (_, generations) => {
    const store = memoryReplayStore();
    const handler = vi.fn();
    for (const secrets of generations) expect(await endpoint(secrets, store, handler).deliver()).toBe(204);
    expect(handler).toHaveBeenCalledOnce();
  });

  it('handles an event in one process at a time, also if the others have other secrets', async () => {
    const store = memoryReplayStore();
    const work = workingHandler();
    const handled = endpoint(both, store, work.handler).deliver();
    await work.started;

    for (const only of both) {
      const other = endpoint(only, store);
      expect(await other.deliver()).toBe(503);
      expect(other.handler).not.toHaveBeenCalled();
    }
    work.finish();
    expect(await handled).toBe(204);
  });

  it('can handle an event after it failed, with whatever secrets', async () => {
    const store = memoryReplayStore();
    const handler = vi.fn().mockRejectedValueOnce(new Error('database is down'));
    expect(await endpoint(both, store, handler).deliver()).toBe(500);
    expect(await endpoint(oldSecret, store, handler).deliver()).toBe(204);
    expect(handler).toHaveBeenCalledTimes(2);
  });

  it.each(both)('leaves no claim behind when the event is being handled under one secret: %s', async (only) => {
    const store = memoryReplayStore();
    const work = workingHandler();
    const pending = endpoint(only, store, work.handler).deliver();
    await work.started;
    expect(await endpoint(both, store).deliver()).toBe(503);
    work.fail(new Error('database is down'));
    expect(await pending).toBe(500);
    const next = endpoint(both, store);
    expect(await next.deliver()).toBe(204);
    expect(next.handler).toHaveBeenCalledOnce();
  });
});
