import { createHash } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { redisRateLimitStore } from '@example/sdk/redis';
import { ExampleError, InvalidRequestError } from '../../src/errors/index.ts';
import { type RedisClient, scriptRunner } from '../../src/redis/client.ts';

const script = `return redis.call('INCR', KEYS[1])`;
const sha = createHash('sha1').update(script).digest('hex');

afterEach(() => vi.useRealTimers());

describe('a script', () => {
  it.each([
    ['ioredis', 'evalsha', [sha, 1, 'key', 'a', '2']],
    ['node-redis', 'evalSha', [sha, { keys: ['key'], arguments: ['a', '2'] }]],
  ])('is sent as its digest to %s', async (_, method, command) => {
    const [bySha, byText] = [vi.fn().mockResolvedValue(1), vi.fn()];
    const client = { [method]: bySha, eval: byText } as unknown as RedisClient; // has what a client has
    expect(await scriptRunner(client, 1_000)(script, 'key', 'a', 2)).toBe(1);
    expect(bySha.mock.calls).toEqual([command]);
    expect(byText).not.toHaveBeenCalled();
  });

  it('is sent as text to a server that has not cached it', async () => {
    const notCached = new Error('NOSCRIPT No matching script. Please use EVAL.');
    const client = { evalsha: vi.fn().mockRejectedValue(notCached), eval: vi.fn().mockResolvedValue('done') };
    expect(await scriptRunner(client, 1_000)(script, 'key', 'a')).toBe('done');
    expect(client.eval).toHaveBeenCalledExactlyOnceWith(script, 1, 'key', 'a');
  });

  it('may be answered with buffers, and with what no script returns', async () => {
    const reply = [Buffer.from('ünï'), 2, null, [Buffer.from('a')], {}];
    const client = { evalsha: () => Promise.resolve(reply), eval: vi.fn() };
    expect(await scriptRunner(client, 1_000)(script, 'key')).toEqual(['ünï', 2, null, ['a'], null]);
  });

  it("rejects with the client's own error", async () => {
    const error = new Error('READONLY You can not write against a read only replica.');
    const client = { evalsha: vi.fn().mockRejectedValue(error), eval: vi.fn() };
    await expect(scriptRunner(client, 1_000)(script, 'key')).rejects.toBe(error);
    expect(client.eval).not.toHaveBeenCalled();
  });

  it('may be answered with bytes, also of another realm, as in Jest', async () => {
    const reply: unknown = runInNewContext('new Uint8Array([111, 107])');
    const client = { evalsha: () => Promise.resolve(reply), eval: vi.fn() };
    expect(await scriptRunner(client, 1_000)(script, 'key')).toBe('ok');
  });

  it('rejects with an ExampleError when there is no reply within the timeout', async () => {
    vi.useFakeTimers();
    const client = { evalsha: () => new Promise(() => undefined), eval: vi.fn() };
    const settled = vi.fn();
    void scriptRunner(client, 1_000)(script, 'key').catch(settled);

    await vi.advanceTimersByTimeAsync(999);
    expect(settled).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(settled).toHaveBeenCalledExactlyOnceWith(new ExampleError('The Redis server did not reply within 1000 ms.'));
  });
});

it.each([
  ["'redis://localhost'", 'redis://localhost'],
  ['Object', { url: 'redis://me:secret@localhost' }],
  ['Object', { eval: () => 1 }],
  ['undefined', undefined],
  ['null', null],
  ['Promise', Promise.resolve()], // of connect()
])('what is no client is refused: %s', (got, client) => {
  const create = () => redisRateLimitStore(client as unknown as RedisClient);
  expect(create).toThrow(InvalidRequestError);
  expect(create).toThrow(
    'The Redis client must be what `createClient()` of node-redis (4 or later) or `new Redis()` of ioredis (5 or later) returned; got ' +
      `${got}.`,
  );
});
