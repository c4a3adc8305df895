import { describe, expect, it, vi } from 'vitest';
import { redisReplayStore } from '@example/sdk/redis';
import { InvalidRequestError } from '../../src/errors/index.ts';

/** An ioredis client; each test decides what the server replies. */
const redis = () => ({ evalsha: vi.fn<(...command: unknown[]) => Promise<unknown>>(), eval: vi.fn() });

// test/replay/leased-claim.test.ts shows how a claim is renewed and lost, replay-store.system.test.ts what the scripts do.
describe('redisReplayStore', () => {
  it.each([
    [undefined, 'example-sdk:webhook:msg_1', '15000', '345600000'],
    [{ prefix: 'billing:', lease: 900, timeout: 300, retention: 60_000 }, 'billing:msg_1', '900', '60000'],
  ])('runs a script for each step, with the options %o', async (options, key, lease, retention) => {
    const client = redis();
    client.evalsha.mockResolvedValueOnce('claimed').mockResolvedValue('1');
    const claim = await redisReplayStore(client, options).claim('msg_1');
    if (claim.status !== 'claimed') throw new Error(claim.status);
    await claim.complete();
    await claim.release();
    const commands = client.evalsha.mock.calls;
    expect(new Set(commands.map(([sha]) => sha)).size).toBe(3);
    const holder = commands[0]?.[3];
    expect(commands.map(([, ...command]) => command)).toEqual([
      [1, key, holder, lease],
      [1, key, holder, retention],
      [1, key, holder],
    ]);
  });

  it.each([
    ['handled', { status: 'handled' }],
    [1_500, { status: 'busy', retryAfter: 1.5 }],
    ['1500', { status: 'busy', retryAfter: 1.5 }], // the client returns strings
  ])('reads the reply %j', async (reply, claim) => {
    const client = redis();
    client.evalsha.mockResolvedValue(reply);
    expect(await redisReplayStore(client).claim('msg_1')).toEqual(claim);
  });

  it('does not take the event of another process for handled', async () => {
    const client = redis();
    client.evalsha.mockResolvedValueOnce('claimed').mockResolvedValue('0');
    const claim = await redisReplayStore(client).claim('msg_1');
    await expect(claim.status === 'claimed' && claim.complete()).rejects.toThrow('The claim was lost');
  });

  it.each([
    [{ lease: 1 }, 'Pass a lease of at least 6000, or a timeout of at most 1.'],
    [{ lease: 3_000, timeout: 1_001 }, 'Pass a lease of at least 3003, or a timeout of at most 1000.'],
    [{ timeout: 5_001 }, 'timeout (5001 ms) must be at most a third of lease (15000 ms)'],
    [{ timeout: 0.5 }, 'timeout must be a whole number of at least 1; got 0.5.'],
    [{ timeout: Infinity }, 'timeout must be a whole number of at least 1; got Infinity.'],
    [{ lease: 0 }, 'lease must be a whole number of at least 1; got 0.'],
    [{ lease: 2 ** 31 }, 'lease must be a positive number of milliseconds, at most 2147483647, or Infinity; got 2147'],
    [{ retention: -1 }, 'retention must be a whole number of at least 1; got -1.'],
    [{ prefix: 7 as never }, 'prefix must be a string; got 7.'],
  ])('refuses %o', (options, message) => {
    const create = () => redisReplayStore(redis(), options);
    expect(create).toThrow(InvalidRequestError);
    expect(create).toThrow(message);
  });
});
