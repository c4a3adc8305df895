import { beforeEach, expect, it, vi } from 'vitest';
import { redisReplayStore, type IORedisClient } from '@example/sdk/redis';
import type { ReplayStore } from '@example/sdk/webhooks';
import { FakeRedis } from '../redis/support/fake-redis.ts';
import { claimed } from '../replay/support/replay-store-contract.ts';
import { receiver } from './support/receiver.ts';
import { userCreated } from './support/signed-request.ts';

// A store that fails at any step: whatever happens to it, an event is acknowledged once it was handled once.

beforeEach(() => void vi.useFakeTimers({ toNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] }));

/**
 * A store as two processes see it, and the faults of the first one: each begins with its next command, and returns what
 * ends it.
 */
function faultyRedis() {
  const redis = new FakeRedis();
  let send = (command: () => Promise<unknown>) => command();
  const faulty: IORedisClient = {
    eval: (...command) => send(() => redis.ioredis.eval(...command)),
    evalsha: (...command) => send(() => redis.ioredis.evalsha(...command)),
  };
  const end = () => void (send = (command) => command());
  const next = (fault: typeof send) => () => {
    send = (command) => (end(), fault(command));
    return end;
  };
  const lost = new Error('Socket closed unexpectedly');
  const stores = [redisReplayStore(faulty), redisReplayStore(redis.nodeRedis)] as const;
  const faults: Record<string, () => () => void> = {
    'a command fails': next(() => Promise.reject(lost)),
    'a reply is lost': next((command) => command().then(() => Promise.reject(lost))),
    'a command is sent twice': next((command) => command().then(command)),
    // Then they are sent, although nobody waits for their replies any more.
    'commands wait for the server'() {
      const back = Promise.withResolvers<undefined>();
      send = (command) => back.promise.then(command);
      return () => {
        end();
        back.resolve(undefined);
      };
    },
    'the server is full'() {
      redis.fault = (run) => (redis.commands.at(-1)!.length > 2 ? Promise.reject(new Error('OOM')) : run());
      return () => void (redis.fault = (run) => run());
    },
    'the server forgets its claims'() {
      for (const [key, { value }] of redis.values) if (!value.startsWith('handled:')) redis.values.delete(key);
      return end;
    },
  };
  return { stores, faults };
}

/** Lets virtual time pass until the work is done, which waits for no real time. */
async function passing<T>(work: Promise<T>): Promise<T> {
  const settled = new AbortController();
  void work.catch(() => undefined).then(() => settled.abort());
  for (; !settled.signal.aborted; vi.advanceTimersByTime(10)) await new Promise(setImmediate);
  return work;
}

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
type Step = 'claim' | 'renew' | 'complete' | 'release';

/** The API delivers an event to two processes in turn until one accepts it. The store of the first has a bad day. */
async function history(stores: readonly [ReplayStore, ReplayStore], step: Step, begin: () => () => void) {
  const [statuses, errors]: [number[], string[]] = [[], []];
  let [handled, runs, isOver] = [0, 0, false];
  const arm = (now: Step) => {
    if (now !== step || isOver) return;
    isOver = true;
    setTimeout(begin(), 6_000);
  };
  const watched: ReplayStore = {
    async claim(key) {
      arm('claim');
      const claim = await stores[0].claim(key);
      if (claim.status !== 'claimed') return claim;
      const complete = () => (arm('complete'), claim.complete());
      return { ...claim, complete, release: () => (arm('release'), claim.release()) };
    },
  };
  const onError = (error: unknown) => void errors.push(`${String(error)} ${String((error as Error).cause)}`);
  const [first, second] = [watched, stores[1]].map((replayStore) => {
    const { webhooks, send } = receiver({ replayStore, onError });
    webhooks.on('user.created', async () => {
      if (step === 'release' && (runs += 1) === 1) throw new Error('the handler failed');
      arm('renew');
      // For a renewal under the fault, and one after it.
      if (step === 'renew') await sleep(11_000);
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
  return { handled, statuses, errors, isOver };
}

it.each<Step>(['claim', 'renew', 'complete', 'release'])(
  'an event is handled once if the store fails to %s',
  async (step) => {
    // The digests of scripts are computed on another thread, and kept.
    const { stores, faults } = faultyRedis();
    const claim = await claimed(stores[1], 'msg_0');
    for (const end of [claim.complete, claim.release]) await end.call(claim);
    for (const fault of Object.keys(faults)) {
      const store = faultyRedis();
      const story = await passing(history(store.stores, step, store.faults[fault]!));
      const told = `${fault}: ${JSON.stringify(story)}`;
      expect(story, told).toMatchObject({ handled: 1, isOver: true });
      expect(story.statuses.slice(-2), told).toEqual([204, 204]);
      // No other process has handled it, and nothing is unknown in the end.
      expect(story.errors.join(), told).not.toMatch(/another process|was handled, but/);
    }
  },
);

it('row 11 of test/scenarios: 50 deliveries a second while Redis is gone for 3 s: none lost, none twice, a line a second', async () => {
  const redis = new FakeRedis();
  const { webhooks, send, logger } = receiver({ replayStore: redisReplayStore(redis.ioredis), logLevel: 'warn' });
  const [handled, statuses, lines]: [string[], number[], number[]] = [[], [], []];
  logger.error.mockImplementation(() => lines.push(Date.now()));
  webhooks.on('user.created', async (_, { id }) => {
    await sleep(20);
    handled.push(id);
  });
  /** As the API delivers: again until it is acknowledged. */
  const deliver = async (id: string) => {
    for (let status = 0; status !== 204; await sleep(500)) statuses.push((status = await send(userCreated, id)));
  };
  const ids = Array.from({ length: 400 }, (_, index) => `msg_${index}`);
  const deliverAll = async () => {
    const deliveries: Promise<void>[] = [];
    for (const [index, id] of ids.entries()) {
      if (index === 100) redis.fault = () => Promise.reject(new Error('connect ECONNREFUSED'));
      if (index === 250) redis.fault = (run) => run();
      deliveries.push(deliver(id));
      await sleep(20);
    }
    await Promise.all(deliveries);
  };
  await passing(deliverAll());

  expect(new Set(statuses)).toEqual(new Set([204, 503]));
  expect(handled.toSorted()).toEqual(ids.toSorted());
  const pauses = lines.slice(1).map((at, index) => at - lines[index]!);
  expect(lines.length).toBeGreaterThan(2);
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(1_000);
});
