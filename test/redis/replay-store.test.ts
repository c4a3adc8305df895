import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { redisReplayStore, type RedisReplayStoreOptions } from '@example/sdk/redis';
import type { ClaimedEvent } from '@example/sdk/webhooks';
import { ExampleError, InvalidRequestError } from '../../src/errors/index.ts';

const [lease, timeout] = [900, 300];
const noReply = () => new Promise<never>(() => undefined);

/** An ioredis client; each test decides what the server replies. */
function redis() {
  return { evalsha: vi.fn<(...command: unknown[]) => Promise<unknown>>(), eval: vi.fn() };
}

/** A claim that the server has granted. */
async function claim(client: ReturnType<typeof redis>, options?: RedisReplayStoreOptions): Promise<ClaimedEvent> {
  client.evalsha.mockResolvedValueOnce('claimed');
  const result = await redisReplayStore(client, { lease, timeout, ...options }).claim('msg_1');
  if (result.status !== 'claimed') throw new Error(`The event is ${result.status}.`);
  return result;
}

beforeAll(async () => {
  // The digest of a script is computed once, outside of fake time. Each script is used here for the first time.
  const client = redis();
  const claimed = await claim(client, { lease: 600_000 });
  client.evalsha.mockResolvedValue(1);
  await claimed.complete();
  await claimed.release();
});
beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('a claim', () => {
  it('is renewed three times per lease until the event is handled', async () => {
    const client = redis();
    const claimed = await claim(client);
    client.evalsha.mockResolvedValue('claimed');

    await vi.advanceTimersByTimeAsync(lease * 10);

    const [first, ...renewals] = client.evalsha.mock.calls;
    expect(first).toEqual([expect.any(String), 1, 'example-sdk:webhook:msg_1', expect.any(String), '900']);
    expect(renewals).toEqual(Array.from({ length: 30 }, () => first));
    expect(claimed.signal?.aborted).toBe(false);

    client.evalsha.mockClear().mockResolvedValue(1);
    await claimed.complete();
    await vi.advanceTimersByTimeAsync(lease * 10);
    expect(client.evalsha).toHaveBeenCalledExactlyOnceWith(
      expect.not.stringMatching(String(first?.[0])),
      1,
      'example-sdk:webhook:msg_1',
      first?.[3],
      '345600000',
    );
    expect(claimed.signal?.aborted).toBe(false);
  });

  it('is lost as soon as a renewal finds the claim of another process', async () => {
    const client = redis();
    const claimed = await claim(client);
    client.evalsha.mockResolvedValueOnce('claimed').mockResolvedValueOnce(700);

    await vi.advanceTimersByTimeAsync(lease / 3);
    expect(claimed.signal?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(lease / 3);
    expect(claimed.signal?.aborted).toBe(true);
    expect(claimed.signal?.reason).toEqual(
      new ExampleError('The claim of this webhook was lost: another process may handle the event now.'),
    );

    client.evalsha.mockResolvedValueOnce(0);
    await expect(claimed.complete()).rejects.toThrow('The claim was lost');
    expect(vi.getTimerCount()).toBe(0);
    expect(client.evalsha).toHaveBeenCalledTimes(4);
  });

  it('is lost one lease after the last renewal when Redis does not reply', async () => {
    const client = redis();
    const claimed = await claim(client);
    client.evalsha.mockResolvedValueOnce('claimed').mockImplementation(noReply);

    await vi.advanceTimersByTimeAsync(lease / 3 + lease - 1);
    expect(claimed.signal?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(claimed.signal?.aborted).toBe(true);
  });

  it('survives a failed renewal if the next one succeeds', async () => {
    const client = redis();
    const claimed = await claim(client);
    client.evalsha.mockRejectedValueOnce(new Error('ECONNRESET')).mockResolvedValue('claimed');

    await vi.advanceTimersByTimeAsync(lease * 2);
    expect(claimed.signal?.aborted).toBe(false);
  });

  it('expires by the time when the command was sent, not by the time of the reply', async () => {
    const client = redis();
    client.evalsha.mockImplementationOnce(async () => {
      await new Promise((resolve) => setTimeout(resolve, 250));
      return 'claimed';
    });
    const pending = redisReplayStore(client, { lease, timeout }).claim('msg_1');
    client.evalsha.mockImplementation(noReply);
    await vi.advanceTimersByTimeAsync(250);
    const { signal } = (await pending) as ClaimedEvent;

    await vi.advanceTimersByTimeAsync(lease - 251);
    expect(signal?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(signal?.aborted).toBe(true);
  });

  it('waits for a renewal in flight before release()', async () => {
    const client = redis();
    const claimed = await claim(client);
    const renewal = Promise.withResolvers<string>();
    client.evalsha.mockReturnValueOnce(renewal.promise).mockResolvedValueOnce(1);
    await vi.advanceTimersByTimeAsync(lease / 3);

    const settled = claimed.release();
    await vi.advanceTimersByTimeAsync(lease / 6);
    expect(client.evalsha).toHaveBeenCalledTimes(2);

    renewal.resolve('claimed');
    await settled;
    expect(client.evalsha).toHaveBeenCalledTimes(3);
  });

  it('is renewed until the event is recorded, and no longer', async () => {
    const client = redis();
    const claimed = await claim(client);
    client.evalsha.mockRejectedValueOnce(new Error('ECONNRESET')).mockResolvedValue('claimed');
    await expect(claimed.complete()).rejects.toThrow('ECONNRESET');
    await vi.advanceTimersByTimeAsync(lease * 0.9);
    expect(client.evalsha).toHaveBeenCalledTimes(4);

    client.evalsha.mockResolvedValueOnce(1);
    await claimed.complete();
    await claimed.complete();
    await vi.advanceTimersByTimeAsync(lease * 10);
    expect(client.evalsha).toHaveBeenCalledTimes(5);
    expect(claimed.signal?.aborted).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is lost one lease after the first try to record the event, if none succeeds', async () => {
    const client = redis();
    const claimed = await claim(client);
    client.evalsha.mockRejectedValueOnce(new Error('OOM')).mockResolvedValue('claimed');
    await expect(claimed.complete()).rejects.toThrow('OOM');
    await vi.advanceTimersByTimeAsync(lease - 1);
    client.evalsha.mockRejectedValueOnce(new Error('OOM'));
    await expect(claimed.complete()).rejects.toThrow('OOM');
    expect(claimed.signal?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(claimed.signal?.aborted).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is not lost by a renewal that comes through after the event was recorded', async () => {
    const client = redis();
    const claimed = await claim(client);
    const late = Promise.withResolvers<unknown>();
    client.evalsha.mockReturnValueOnce(late.promise).mockResolvedValue(1);
    await vi.advanceTimersByTimeAsync(lease / 3);
    await claimed.complete();
    late.resolve('claimed');
    await vi.advanceTimersByTimeAsync(0);
    expect(vi.getTimerCount()).toBe(0);
    expect(claimed.signal?.aborted).toBe(false);
    expect(client.evalsha).toHaveBeenCalledTimes(3);
  });

  it('uses the prefix and the retention of the options', async () => {
    const client = redis();
    const claimed = await claim(client, { prefix: 'billing:', retention: 60_000 });
    client.evalsha.mockResolvedValueOnce(1);
    await claimed.complete();
    expect(client.evalsha.mock.calls.map(([, , key, , milliseconds]) => [key, milliseconds])).toEqual([
      ['billing:msg_1', '900'],
      ['billing:msg_1', '60000'],
    ]);
  });
});

describe('redisReplayStore()', () => {
  it.each([
    [{ lease: 1 }, 'Pass a lease of at least 6000, or a timeout of at most 1.'],
    [{ lease: 3_000, timeout: 1_001 }, 'Pass a lease of at least 3003, or a timeout of at most 1000.'],
    [{ timeout: 5_001 }, 'timeout (5001 ms) must be at most a third of lease (15000 ms)'],
    [{ timeout: 0.5 }, 'timeout must be a whole number of at least 1; got 0.5.'],
    [{ lease: 0 }, 'lease must be a whole number of at least 1; got 0.'],
    [
      { lease: 2 ** 31 },
      'lease must be a positive number of milliseconds, at most 2147483647, or Infinity; got 2147483648.',
    ],
    [{ retention: -1 }, 'retention must be a whole number of at least 1; got -1.'],
    [{ timeout: Infinity }, 'timeout must be a whole number of at least 1; got Infinity.'],
  ])('refuses %o', (options, message) => {
    const create = () => redisReplayStore(redis(), options);
    expect(create).toThrow(InvalidRequestError);
    expect(create).toThrow(message);
  });
});

describe('a claim that is not granted', () => {
  it.each([
    ['the event was handled', 'handled', { status: 'handled' }],
    ['another process handles the event', 1_500, { status: 'busy', retryAfter: 1.5 }],
    ['another process does, and the client returns strings', '1500', { status: 'busy', retryAfter: 1.5 }],
  ])('because %s', async (_, reply, result) => {
    const client = redis();
    client.evalsha.mockResolvedValue(reply);
    expect(await redisReplayStore(client).claim('msg_1')).toEqual(result);

    await vi.advanceTimersByTimeAsync(60_000);
    expect(client.evalsha).toHaveBeenCalledOnce();
  });

  it('because Redis does not reply within the timeout', async () => {
    const client = redis();
    client.evalsha.mockImplementation(noReply);
    const settled = vi.fn();
    Promise.resolve(redisReplayStore(client, { timeout: 2_000 }).claim('msg_1')).catch(settled);

    await vi.advanceTimersByTimeAsync(1_999);
    expect(settled).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(settled).toHaveBeenCalledExactlyOnceWith(new ExampleError('The replay store did not reply within 2000 ms.'));
  });
});

describe('a claim that Redis grants after nobody waits for it any more', () => {
  const options = { timeout: 200 };
  const holderOf = (call: unknown[] | undefined) => call?.[3];

  it.each([
    ['is given back', 'claimed'],
    ['is left alone if the event', 'handled'],
  ])('%s: %s', async (_, reply) => {
    const client = redis();
    const late = Promise.withResolvers<unknown>();
    client.evalsha.mockReturnValueOnce(late.promise).mockImplementation(noReply);
    const pending = Promise.resolve(redisReplayStore(client, { lease, ...options }).claim('msg_1'));
    pending.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(200);
    await expect(pending).rejects.toThrow('did not reply within 200 ms');
    client.evalsha.mockClear();

    late.resolve(reply);
    await vi.advanceTimersByTimeAsync(lease * 10);
    // A claim also has a lease.
    const release = [expect.any(String), 1, 'example-sdk:webhook:msg_1', expect.any(String)];
    expect(client.evalsha.mock.calls).toEqual(reply === 'claimed' ? [release] : []);
  });

  it('is given back when its renewal comes through after it was released, or lost', async () => {
    for (const end of ['released', 'lost']) {
      const client = redis();
      const claimed = await claim(client, options);
      const late = Promise.withResolvers<unknown>();
      client.evalsha.mockReturnValueOnce(late.promise);
      await vi.advanceTimersByTimeAsync(lease / 3 + 200);
      if (end === 'released') {
        client.evalsha.mockResolvedValue(1);
        await claimed.release();
      } else {
        client.evalsha.mockImplementation(noReply);
        await vi.advanceTimersByTimeAsync(lease);
        expect(claimed.signal?.aborted).toBe(true);
      }
      const holder = holderOf(client.evalsha.mock.calls[0]);
      client.evalsha.mockClear();

      late.resolve('claimed');
      await vi.advanceTimersByTimeAsync(0);
      expect(client.evalsha.mock.calls.map(holderOf), end).toEqual([holder]);
    }
  });

  it('is kept when the event is completed meanwhile', async () => {
    const client = redis();
    const claimed = await claim(client, options);
    const late = Promise.withResolvers<unknown>();
    client.evalsha.mockReturnValueOnce(late.promise).mockResolvedValue(1);
    await vi.advanceTimersByTimeAsync(lease / 3 + 200);
    await claimed.complete();
    client.evalsha.mockClear();

    late.resolve('claimed');
    await vi.advanceTimersByTimeAsync(0);
    expect(client.evalsha).not.toHaveBeenCalled();
  });
});
