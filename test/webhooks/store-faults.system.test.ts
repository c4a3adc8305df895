import { afterEach, beforeEach, describe, it, vi } from 'vitest';
import type { ReplayStore } from '@example/sdk/webhooks';
import { canRun } from '../support/redis-server.ts';
import { receiver } from './support/receiver.ts';
import { faults, faultyRedis, faultySqlite, type Fault, type FaultyStore } from './support/faulty-stores.ts';
import { userCreated } from './support/signed-request.ts';

// The wall clock jumps. Timers, and the clock that leases run on, stay real.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => vi.useRealTimers());

const steps = ['claim', 'renew', 'complete', 'release'] as const;
type Step = (typeof steps)[number];
const cells = steps.flatMap((step) => faults.map((fault) => [step, fault] as const));

const stores: [string, boolean, () => FaultyStore | Promise<FaultyStore>][] = [
  ['Redis, ioredis', canRun('redis-server'), () => faultyRedis('redis-server', 'ioredis')],
  ['Redis, node-redis', canRun('redis-server'), () => faultyRedis('redis-server', 'node-redis')],
  ['Valkey, ioredis', canRun('valkey-server'), () => faultyRedis('valkey-server', 'ioredis')],
  ['SQLite', true, faultySqlite],
];

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Calls `before` when the store is to do the step. */
function watched(store: ReplayStore, before: (step: Step) => Promise<unknown>): ReplayStore {
  return {
    async claim(key) {
      await before('claim');
      const claim = await store.claim(key);
      if (claim.status !== 'claimed') return claim;
      return {
        ...claim,
        complete: async () => (await before('complete'), claim.complete()),
        release: async () => (await before('release'), claim.release()),
      };
    },
  };
}

/** The API delivers an event to two processes in turn until one of them accepts it. The first one has a bad day. */
async function history(store: FaultyStore, step: Step, fault: Fault) {
  const [statuses, errors]: [number[], string[]] = [[], []];
  let [isArmed, handled, runs] = [true, 0, 0];
  const arm = async (now: Step) => {
    if (now !== step || !isArmed) return;
    isArmed = false;
    await store.begin(fault);
  };
  const onError = (error: unknown) => {
    const { message, cause } = error as Error;
    errors.push([message, cause instanceof Error ? cause.message : ''].join(' '));
  };
  const [first, second] = [watched(store.stores[0], arm), store.stores[1]].map((replayStore, index) => {
    const { webhooks, send } = receiver({ replayStore, onError });
    webhooks.on('user.created', async () => {
      if (step === 'release' && index === 0 && (runs += 1) === 1) throw new Error('the handler failed');
      if (step === 'renew' && isArmed) {
        await arm('renew');
        // A renewal under the fault, and one after it.
        await pause(store.lease / 3);
        await store.end();
        await pause(store.lease / 3);
      }
      handled += 1;
    });
    return async () => statuses.push(await send(userCreated, 'msg_1'));
  });

  const begun = first!();
  // What waits for the store until the response is sent goes on once the store is back.
  if (step !== 'renew') await Promise.race([begun, pause(1_000)]);
  if (step !== 'renew') await store.end();
  await begun;
  // A claim that could not be released lasts for the rest of its lease.
  for (let turn = 0; (statuses.at(-1) ?? 503) >= 300 && turn < 1_500; turn += 1) {
    await [second, first][turn % 2]!();
    await pause(20);
  }
  for (const deliver of [second!, first!]) await deliver();
  return { statuses: statuses.slice(0, 10), handled, errors: errors.slice(0, 10), wasArmed: !isArmed };
}

describe.each(stores.filter(([, canOpen]) => canOpen))('%s', (_, __, open) => {
  it.concurrent.for(cells)(
    '%s: %s: the event is handled once, and what is reported is true',
    // Side by side, each test has an `expect` of its own.
    async ([step, fault], { expect }) => {
      // On a busy machine, a server may be late before the fault begins.
      for (let tries = 1, wasArmed = false; !wasArmed && tries <= 5; tries++) {
        const store = await open();
        const outcome = await history(store, step, fault);
        await store.close();
        const story = JSON.stringify(outcome);
        expect(outcome.handled, story).toBe(1);
        // No other process has handled it, and nothing is unknown in the end.
        expect(outcome.errors.join(), story).not.toMatch(/another process|was handled, but/);
        ({ wasArmed } = outcome);
        if (tries === 5) expect(wasArmed, story).toBe(true);
      }
    },
  );
});
