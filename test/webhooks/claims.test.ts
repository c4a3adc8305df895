import { afterEach, describe, expect, it, vi } from 'vitest';
import { memoryReplayStore, type ReplayStore } from '@example/sdk/webhooks';
import { claimEvent } from '../../src/webhooks/claims.ts';
import { handling, workingHandler } from './support/receiver.ts';
import { otherSecret, secret, signed, userCreated } from './support/signed-request.ts';

afterEach(() => vi.unstubAllGlobals());

const [oldSecret, newSecret] = [secret, otherSecret];
const both = [newSecret, oldSecret];

/** A process of the endpoint that has these secrets. `deliver` sends it an event that is signed with them. */
function endpoint(secrets: string | readonly string[], replayStore: ReplayStore, run = vi.fn()) {
  const { webhooks, handler } = handling({ secret: secrets, replayStore }, run);
  const deliver = async () => {
    const { body, headers } = await signed(userCreated, { id: 'msg_1', secret: secrets });
    return (await webhooks.receive(body, headers)).status;
  };
  return { handler, deliver };
}

describe('an endpoint that rotates its secret handles an event once', () => {
  it.each([
    ['before, while and after it has both', [[oldSecret], both, [newSecret]]],
    ['while and after it has both', [both, [newSecret]]],
    ['whatever the order of the two', [[oldSecret, newSecret], both]],
  ])('%s', async (_, generations) => {
    const [store, run] = [memoryReplayStore(), vi.fn()];
    for (const secrets of generations) expect(await endpoint(secrets, store, run).deliver()).toBe(204);
    expect(run).toHaveBeenCalledOnce();
  });

  it.each([
    ['both', both, oldSecret],
    ['both', both, newSecret],
    ['the old one', oldSecret, both],
    ['the new one', newSecret, both],
  ])('in one process at a time, and again after a failure: %s, beside another process', async (_, first, second) => {
    const store = memoryReplayStore();
    const work = workingHandler();
    const handled = endpoint(first, store, work.handler).deliver();
    await work.started;
    const other = endpoint(second, store);
    expect(await other.deliver()).toBe(503);
    expect(other.handler).not.toHaveBeenCalled();
    work.fail(new Error('database is down'));
    expect(await handled).toBe(500);
    expect(await other.deliver()).toBe(204);
    expect(other.handler).toHaveBeenCalledOnce();
  });
});

it('endpoints that share a store each handle the event that the API sends to all of them under one id', async () => {
  const store = memoryReplayStore();
  const [billing, search] = [endpoint(secret, store), endpoint(otherSecret, store)];
  for (const { deliver } of [billing, search, billing]) expect(await deliver()).toBe(204);
  for (const { handler } of [billing, search]) expect(handler).toHaveBeenCalledOnce();
});

it('a key has a fingerprint that does not reveal the secret, the same in every runtime and version', async () => {
  const store = memoryReplayStore();
  const claim = vi.fn((key: string) => store.claim(key));
  await endpoint(secret, { claim }).deliver();
  vi.stubGlobal('process', {}); // Only WebCrypto is left.
  // Keys are cached by secret: the space makes this one new.
  await endpoint(`${secret} `, { claim }).deliver();
  expect(claim.mock.calls).toEqual([['6d60VDDtrPx0qYRv:msg_1'], ['6d60VDDtrPx0qYRv:msg_1']]);
  expect(secret).not.toContain('6d60VDDt');
});

describe('several keys', () => {
  const settle = { status: 'claimed', complete: () => undefined, release: () => undefined } as const;
  const storeOf = (...claims: ReturnType<ReplayStore['claim']>[]) => ({ claim: vi.fn(() => claims.shift()!) });

  it('are claimed one after the other, and given back if one fails', async () => {
    const release = vi.fn();
    const store = storeOf({ ...settle, release }, Promise.reject(new Error('gone')));
    await expect(claimEvent(store, ['b', 'a'])).rejects.toThrow('gone');
    expect(store.claim.mock.calls).toEqual([['a'], ['b']]);
    expect(release).toHaveBeenCalledOnce();
  });

  it.each(['before', 'after'])('are lost as soon as one is: %s both are claimed', async (when) => {
    const lost = new AbortController();
    if (when === 'before') lost.abort(new Error('taken over'));
    const store = storeOf({ ...settle, signal: new AbortController().signal }, { ...settle, signal: lost.signal });
    const claim = await claimEvent(store, ['a', 'b']);
    const signal = claim.status === 'claimed' ? claim.signal : undefined;
    expect(signal?.aborted).toBe(when === 'before');
    lost.abort(new Error('taken over'));
    expect(signal?.reason).toEqual(new Error('taken over'));
  });
});
