import { afterEach, describe, expect, it, vi } from 'vitest';
import { memoryReplayStore, type ReplayStore } from '@example/sdk/webhooks';
import { receiver } from './support/receiver.ts';
import { otherSecret, secret, signed, userCreated } from './support/signed-request.ts';

afterEach(() => vi.unstubAllGlobals());

/** A process of the endpoint that has these secrets. */
function endpoint(secrets: string | string[], replayStore: ReplayStore) {
  const { webhooks, logger } = receiver({ secret: secrets, replayStore });
  const handler = vi.fn();
  webhooks.on('user.created', handler);
  const deliver = async (id: string, signWith: string | string[]) => {
    const { body, headers } = await signed(userCreated, { id, secret: signWith });
    return (await webhooks.receive(body, headers)).status;
  };
  return { handler, deliver, logger };
}

/** A store that records the keys that it is asked for. */
function recordingStore() {
  const keys: string[] = [];
  const store = memoryReplayStore();
  return { keys, store: { claim: (key: string) => (keys.push(key), store.claim(key)) } };
}

describe('endpoints that share a replay store', () => {
  it('each handle the event that the API sends to all of them under one id', async () => {
    const store = memoryReplayStore();
    const billing = endpoint(secret, store);
    const search = endpoint(otherSecret, store);

    expect(await billing.deliver('msg_1', secret)).toBe(204);
    expect(await search.deliver('msg_1', otherSecret)).toBe(204);
    expect(await billing.deliver('msg_1', secret)).toBe(204);

    expect(billing.handler).toHaveBeenCalledOnce();
    expect(search.handler).toHaveBeenCalledOnce();
  });

  it('are told apart by a fingerprint that does not reveal the secret, the same on every runtime, in every version', async () => {
    const withNode = recordingStore();
    await endpoint(secret, withNode.store).deliver('msg_1', secret);
    vi.stubGlobal('process', {});
    const withWebCrypto = recordingStore();
    // Keys are cached by secret: the space makes this one new.
    await endpoint(`${secret} `, withWebCrypto.store).deliver('msg_1', secret);

    expect(withNode.keys).toEqual(['6d60VDDtrPx0qYRv:msg_1']);
    expect(withWebCrypto.keys).toEqual(withNode.keys);
    expect(secret).not.toContain(withNode.keys[0]?.slice(0, 8));
  });
});

describe('an endpoint that rotates its secret', () => {
  const [oldSecret, newSecret] = [secret, otherSecret];

  it.each([
    ['while it has both', [oldSecret], [newSecret, oldSecret]],
    ['after it has dropped the old one', [newSecret, oldSecret], [newSecret]],
    ['whatever the order of the two', [oldSecret, newSecret], [newSecret, oldSecret]],
  ])('does not handle an event again %s', async (_, before, after) => {
    const store = memoryReplayStore();
    const first = endpoint(before, store);
    const second = endpoint(after, store);
    expect(await first.deliver('msg_1', before)).toBe(204);
    expect(await second.deliver('msg_1', after)).toBe(204);
    expect(first.handler).toHaveBeenCalledOnce();
    expect(second.handler).not.toHaveBeenCalled();
  });

  it('does not handle an event again that arrives before, while and after it has both', async () => {
    const store = memoryReplayStore();
    expect(await endpoint(oldSecret, store).deliver('msg_1', oldSecret)).toBe(204);
    expect(await endpoint([newSecret, oldSecret], store).deliver('msg_1', [newSecret, oldSecret])).toBe(204);
    const last = endpoint(newSecret, store);
    expect(await last.deliver('msg_1', newSecret)).toBe(204);
    expect(last.handler).not.toHaveBeenCalled();
  });

  it('handles an event in one process at a time, also if the others have other secrets', async () => {
    const store = memoryReplayStore();
    const both = endpoint([newSecret, oldSecret], store);
    const work = Promise.withResolvers<undefined>();
    const started = Promise.withResolvers<undefined>();
    both.handler.mockImplementation(() => (started.resolve(undefined), work.promise));
    const handled = both.deliver('msg_1', [newSecret, oldSecret]);
    await started.promise;

    for (const only of [oldSecret, newSecret]) {
      const other = endpoint(only, store);
      expect(await other.deliver('msg_1', only)).toBe(503);
      expect(other.handler).not.toHaveBeenCalled();
    }
    work.resolve(undefined);
    expect(await handled).toBe(204);
  });

  it('can handle an event after it failed, with whatever secrets', async () => {
    const store = memoryReplayStore();
    const both = endpoint([newSecret, oldSecret], store);
    both.handler.mockRejectedValueOnce(new Error('database is down'));
    expect(await both.deliver('msg_1', newSecret)).toBe(500);
    expect(await endpoint(oldSecret, store).deliver('msg_1', oldSecret)).toBe(204);
  });

  it('leaves no claim behind when the event is being handled under the other secret', async () => {
    const store = memoryReplayStore();
    for (const only of [oldSecret, newSecret]) {
      const { handler, deliver } = endpoint(only, store);
      const work = Promise.withResolvers<undefined>();
      const started = Promise.withResolvers<undefined>();
      handler.mockImplementationOnce(() => (started.resolve(undefined), work.promise));
      const id = `msg_${only}`;
      const pending = deliver(id, only);
      await started.promise;
      expect(await endpoint([newSecret, oldSecret], store).deliver(id, only)).toBe(503);
      work.reject(new Error('database is down'));
      expect(await pending).toBe(500);
      expect(await endpoint([newSecret, oldSecret], store).deliver(id, only)).toBe(204);
    }
  });
});
