import { beforeEach, expect, it } from 'vitest';
import { redisReplayStore, type IORedisClient } from '@example/sdk/redis';
import { FakeRedis } from '../redis/support/fake-redis.ts';
import { settled, sleep, useVirtualTime } from '../support/virtual-time.ts';
import { receiver } from './support/receiver.ts';
import { userCreated } from './support/signed-request.ts';

// A store that fails at any step: whatever happens, an event is acknowledged once it was handled, and handled once.

beforeEach(useVirtualTime);

type Command = () => Promise<unknown>;
const lost = () => Promise.reject(new Error('Socket closed unexpectedly'));
/** The server does this with each command for six seconds. */
const lasting = (fault: (redis: FakeRedis) => FakeRedis['fault']) => (command: Command, redis: FakeRedis) => {
  redis.fault = fault(redis);
  setTimeout(() => (redis.fault = (run) => run()), 6_000);
  return command();
};
const faults: Record<string, (command: Command, redis: FakeRedis) => Promise<unknown>> = {
  'a command fails': lost,
  'a reply is lost': (command) => command().then(lost),
  'a command is sent twice': (command) => command().then(command),
  // The server runs them later, although nobody waits for their replies any more.
  'commands wait for the server': lasting(() => {
    const back = sleep(6_000);
    return (run) => back.then(run);
  }),
  'the server is full': lasting(
    ({ commands }) =>
      (run) =>
        commands.at(-1)!.length > 2 ? Promise.reject(new Error('OOM')) : run(),
  ),
  'the server forgets its claims'(command, { values }) {
    for (const [key, { value }] of values) if (!value.startsWith('handled:')) values.delete(key);
    return command();
  },
};

/** The API delivers an event to two processes in turn until one accepts it. One command of the first process fails. */
async function history(fault: (typeof faults)[string], at: number, isFailing: boolean) {
  const redis = new FakeRedis();
  let [commands, handled, runs] = [0, 0, 0];
  const send = (command: Command) => (++commands === at ? fault(command, redis) : command());
  const faulty: IORedisClient = {
    eval: (...command) => send(() => redis.ioredis.eval(...command)),
    evalsha: redis.ioredis.evalsha,
  };
  const [statuses, errors]: [number[], string[]] = [[], []];
  const onError = (error: unknown) => void errors.push(`${String(error)} ${String((error as Error).cause)}`);
  const [first, second] = [faulty, redis.nodeRedis].map((client) => {
    const { webhooks, send } = receiver({ replayStore: redisReplayStore(client), onError });
    webhooks.on('user.created', async () => {
      if (isFailing && (runs += 1) === 1) throw new Error('the handler failed');
      // Long enough for a renewal during the fault, and one after it.
      await sleep(11_000);
      handled += 1;
    });
    return async () => statuses.push(await send(userCreated, 'msg_1'));
  }) as [() => Promise<number>, () => Promise<number>];
  for (let turn = 0; (statuses.at(-1) ?? 503) >= 300 && turn < 50; turn += 1) {
    await [first, second][turn % 2]!();
    await sleep(1_000);
  }
  await sleep(6_000);
  for (const deliver of [second, first]) await deliver();
  return { handled, statuses, errors, isOver: commands >= at };
}

it.each(Object.entries(faults))('an event is handled once, at whichever command %s', async (_, fault) => {
  for (const isFailing of [false, true]) {
    // The claim, two renewals and the record, or the claim and its release.
    for (let at = 1; at <= (isFailing ? 2 : 4); at += 1) {
      const story = await settled(history(fault, at, isFailing));
      const told = `${at}: ${JSON.stringify(story)}`;
      expect(story, told).toMatchObject({ handled: 1, isOver: true });
      expect(story.statuses.slice(-2), told).toEqual([204, 204]);
      // No other process handled it, and in the end its outcome is known.
      expect(story.errors.join(), told).not.toMatch(/another process|was handled, but/);
    }
  }
});

it('row 11 of test/scenarios: if Redis is down for 3 s, each event is handled once, a log line a second', async () => {
  const redis = new FakeRedis();
  const { webhooks, send, logger } = receiver({ replayStore: redisReplayStore(redis.ioredis), logLevel: 'warn' });
  const [handled, statuses, lines]: [string[], number[], number[]] = [[], [], []];
  logger.error.mockImplementation(() => lines.push(Date.now()));
  webhooks.on('user.created', async (_, { id }) => {
    await sleep(20);
    handled.push(id);
  });
  /** Delivers as the API does: repeatedly, until the event is acknowledged. */
  const deliver = async (id: string, delay: number): Promise<void> => {
    await sleep(delay);
    const status = await send(userCreated, id);
    statuses.push(status);
    if (status !== 204) await deliver(id, 500);
  };
  setTimeout(() => (redis.fault = lost), 2_000);
  setTimeout(() => (redis.fault = (run) => run()), 5_000);
  const ids = Array.from({ length: 400 }, (_, index) => `msg_${index}`);
  await settled(Promise.all(ids.map((id, index) => deliver(id, 20 * index))));

  expect(new Set(statuses)).toEqual(new Set([204, 503]));
  expect(handled.toSorted()).toEqual(ids.toSorted());
  const pauses = lines.slice(1).map((at, index) => at - lines[index]!);
  expect(lines.length).toBeGreaterThan(2);
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(1_000);
});
