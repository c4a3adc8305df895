import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Program, startProgram } from '../support/program.ts';
import { canRun, RedisServer } from '../support/redis-server.ts';
import { secret, signed, userCreated } from '../webhooks/support/signed-request.ts';

/** Sends an event once. */
async function send(program: Program, id: string): Promise<number> {
  return (await fetch(program.url, await signed(userCreated, { id }))).status;
}

/** Sends an event until it is accepted, as the API does, but without a pause. */
async function deliver(program: Program, id: string): Promise<Set<number>> {
  const statuses = new Set<number>();
  await vi.waitUntil(async () => statuses.add(await send(program, id)).has(204), { timeout: 15_000 });
  return statuses;
}

describe.runIf(canRun('redis-server'))('two processes on one Redis', () => {
  let server: RedisServer;
  let redis: Redis;
  const programs: Program[] = [];

  const start = async (name: string, environment?: Record<string, string>) => {
    const shared = { EXAMPLE_WEBHOOK_SECRET: secret, REDIS_URL: server.url, EXAMPLE_LOG: 'off' };
    const program = await startProgram('../redis/programs/journal.ts', { ...shared, NAME: name, ...environment });
    programs.push(program);
    return program;
  };
  const journal = () => redis.lrange('journal', 0, -1);

  beforeAll(async () => {
    server = await RedisServer.start();
    redis = new Redis(server.url);
  });
  beforeEach(() => redis.flushall());
  afterEach(async () => {
    for (const program of programs.splice(0)) await program.kill();
  });
  afterAll(async () => {
    redis.disconnect();
    await server.kill();
  });

  it('lose nothing when one is killed while its handlers run, and never handle an event at the same time', async () => {
    const [doomed, survivor] = await Promise.all([start('doomed', { STALL: 'yes' }), start('survivor')]);
    const ids = ['msg_1', 'msg_2', 'msg_3'];
    const cut = ids.map((id) => send(doomed, id).catch(() => 'cut off'));
    await vi.waitUntil(async () => (await journal()).length === ids.length, { timeout: 10_000 });

    // While the first process is alive, the other one is rejected, even for longer than the lease.
    const since = performance.now();
    const statuses = new Set<number>();
    while (performance.now() - since < 1_500) statuses.add(await send(survivor, 'msg_1'));
    expect([...statuses]).toEqual([503]);

    await doomed.kill();
    expect(await Promise.all(cut)).toEqual(['cut off', 'cut off', 'cut off']);
    await Promise.all(ids.map((id) => deliver(survivor, id)));

    const lines = await journal();
    for (const id of ids) {
      expect(lines.filter((line) => line.startsWith(`${id} `))).toEqual([
        `${id} begun by doomed`,
        `${id} begun by survivor`,
        `${id} done by survivor`,
      ]);
    }
    expect(await send(survivor, 'msg_1')).toBe(204);
    expect(await journal()).toHaveLength(lines.length);
  });

  it('can run examples/webhooks/redis.ts', async () => {
    const environment = { EXAMPLE_WEBHOOK_SECRET: secret, REDIS_URL: server.url };
    const two = await Promise.all([0, 1].map(() => startProgram('../../examples/webhooks/redis.ts', environment)));
    programs.push(...two);

    expect(await Promise.all(two.map((program) => deliver(program, 'msg_1')))).toHaveLength(2);

    await expect.poll(() => two.map(({ output }) => output).join('')).toBe('Welcome, John Doe!\n');
  });
});
