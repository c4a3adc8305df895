import { createHash } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import { expect, it, onTestFinished, vi } from 'vitest';
import { redisRateLimitStore } from '@example/sdk/redis';
import { ExampleError, InvalidRequestError } from '../../src/errors/index.ts';
import { type RedisClient, scriptRunner } from '../../src/redis/client.ts';

const script = `return redis.call('INCR', KEYS[1])`;
const sha = createHash('sha1').update(script).digest('hex');
const notCached = new Error('NOSCRIPT No matching script. Please use EVAL.');
const readOnly = new Error('READONLY You can not write against a read only replica.');

it.each([
  ['ioredis', 'evalsha', [1, 'key', 'a', '2']],
  ['node-redis', 'evalSha', [{ keys: ['key'], arguments: ['a', '2'] }]],
])('%s gets a script as its digest, and as text if the server has not cached it', async (_, method, args) => {
  const [bySha, byText] = [vi.fn().mockResolvedValueOnce(1), vi.fn().mockResolvedValue('done')];
  const run = scriptRunner({ [method]: bySha, eval: byText } as unknown as RedisClient, 1_000); // has what a client has
  expect(await run(script, 'key', 'a', 2)).toBe(1);
  expect(byText).not.toHaveBeenCalled();
  bySha.mockRejectedValueOnce(notCached);
  expect(await run(script, 'key', 'a', 2)).toBe('done');
  expect([bySha.mock.lastCall, byText.mock.lastCall]).toEqual([
    [sha, ...args],
    [script, ...args],
  ]);
  bySha.mockRejectedValueOnce(readOnly);
  await expect(run(script, 'key')).rejects.toBe(readOnly);
  expect(byText).toHaveBeenCalledOnce();
});

it('a reply may have buffers, of another realm too, as in Jest, and what no script returns', async () => {
  const reply = [Buffer.from('ünï'), 2, null, [runInNewContext('new Uint8Array([111, 107])') as unknown], {}];
  const client = { evalsha: () => Promise.resolve(reply), eval: vi.fn() };
  expect(await scriptRunner(client, 1_000)(script, 'key')).toEqual(['ünï', 2, null, ['ok'], null]);
});

it('a script without a reply within the timeout rejects with an ExampleError', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const settled = vi.fn();
  const client = { evalsha: () => new Promise(() => undefined), eval: vi.fn() };
  void scriptRunner(client, 1_000)(script, 'key').catch(settled);
  await vi.advanceTimersByTimeAsync(999);
  expect(settled).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(settled.mock.calls).toEqual([[new ExampleError('The Redis server did not reply within 1000 ms.')]]);
});

it.each([
  ["'redis://localhost'", 'redis://localhost'],
  ['Object', { url: 'redis://me:secret@localhost' }],
  ['Object', { eval: () => 1 }],
  ['Object', { evalsha: () => 1 }],
  ['undefined', undefined],
  ['null', null],
  ['Promise', Promise.resolve()], // of connect()
])('what is no client is refused: %s', (got, client) => {
  const create = () => redisRateLimitStore(client as unknown as RedisClient);
  const expected = '`createClient()` of node-redis (4 or later) or `new Redis()` of ioredis (5 or later) returned';
  expect(create).toThrow(new InvalidRequestError(`The Redis client must be what ${expected}; got ${got}.`));
});
