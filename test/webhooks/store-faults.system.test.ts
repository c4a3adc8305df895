import { afterEach, beforeEach, describe, it, vi } from 'vitest';
import type { ReplayStore } from '@example/sdk/webhooks';
import { canRun } from '../support/redis-server.ts';
import { receiver } from './support/receiver.ts';
import {
  faults,
  faultyMemory,
  faultyRedis,
  faultySqlite,
  type Fault,
  type FaultyStore,
} from './support/faulty-stores.ts';
import { signed, userCreated } from './support/signed-request.ts';

// The wall clock jumps. Timers, and the clock that leases run on, stay real.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => vi.useRealTimers());

const steps = ['claim', 'renew', 'complete', 'release'] as const;
type Step = (typeof steps)[number];

const stores: [string, boolean, () => FaultyStore | Promise<FaultyStore>][] = [
  ['memory', true, faultyMemory],
  ['Redis, ioredis', canRun('redis-server'), () => faultyRedis('redis-server', 'ioredis')],
  ['Redis, node-redis', canRun('redis-server'), () => faultyRedis('redis-server', 'node-redis')],
  ['Valkey, ioredis', canRun('valkey-server'), () => faultyRedis('valkey-server', 'ioredis')],
  ['SQLite', true, faultySqlite],
];

const modes = ['handled', 'early'] as const;
const cells = modes.flatMap((mode) => steps.flatMap((step) => faults.map((fault) => [mode, step, fault] as const)));
type Cell = (typeof cells)[number];

/** With `'early'`, nothing is released or renewed: the event is recorded before its handlers run. */
const isPossible = ([mode, step]: Cell) => mode === 'handled' || !['release', 'renew'].includes(step);

/** Without a lease, a claim that is neither known nor given back blocks its event: such a store may not lose it. */
const isPossibleInMemory = ([, step, fault]: Cell) =>
  step === 'complete' || !(step === 'renew' || fault === 'lost reply' || (step === 'release' && fault !== 'stall'));

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

async function history(store: FaultyStore, mode: (typeof modes)[number], step: Step, fault: Fault) {
  let isArmed = true;
  let handled = 0;
  const errors: string[] = [];
  const arm = async (now: Step) => {
    if (now !== step || !isArmed) return;
    isArmed = false;
    await store.begin(fault);
  };
  const open = (each: ReplayStore, index: number): Process => {
    const process = receiver({
      acknowledge: mode,
      replayStore: index === 0 ? watched(each, arm) : each,
      onError: (error) => {
        const { message, cause } = error as Error;
        errors.push([message, cause instanceof Error ? cause.message : ''].join(' '));
      },
    });
    let runs = 0;
    process.webhooks.on('user.created', async () => {
      runs += 1;
      if (step === 'release' && index === 0 && runs === 1) throw new Error('the handler failed');
      if (step === 'renew' && isArmed) {
        await arm('renew');
        // A renewal under the fault, and one after it.
        await new Promise((resolve) => setTimeout(resolve, (store.lease ?? 0) / 3));
        await store.end();
        await new Promise((resolve) => setTimeout(resolve, (store.lease ?? 0) / 3));
      }
      handled += 1;
    });
    return {
      webhooks: process.webhooks,
      deliver: async () => {
        const { body, headers } = await signed(userCreated, { id: 'msg_1' });
        return (await process.webhooks.receive(body, headers)).status;
      },
    };
  };
  const [first, second] = [open(store.stores[0], 0), open(store.stores[1], 1)];

  const statuses = [await first.deliver()];
  await store.end();
  const untilAccepted = async (next: Process, other: Process, all: number[]) => {
    for (let [to, then] = [next, other]; (all.at(-1) ?? 503) >= 300 && all.length < 500; [to, then] = [then, to]) {
      all.push(await to.deliver());
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  await untilAccepted(second, first, statuses);
  await Promise.all([first.webhooks.idle(), second.webhooks.idle()]);
  for (const process of [second, first]) await untilAccepted(process, process, []);
  await Promise.all([first.webhooks.idle(), second.webhooks.idle()]);
  return { statuses: statuses.slice(0, 10), handled, errors: errors.slice(0, 10), wasArmed: !isArmed };
}

interface Process {
  readonly webhooks: { idle(): Promise<void> };
  readonly deliver: () => Promise<number>;
}

describe.each(stores.filter(([, canOpen]) => canOpen))('%s', (name, _, open) => {
  it.concurrent.for(cells.filter((cell) => isPossible(cell) && (name !== 'memory' || isPossibleInMemory(cell))))(
    '%s, %s: %s: the event is handled once, and what is reported is true',
    // Side by side, each test has an `expect` of its own.
    async ([mode, step, fault], { expect }) => {
      // On a busy machine, a server may be late before the fault begins.
      for (let tries = 1, wasArmed = false; !wasArmed && tries <= 5; tries++) {
        const store = await open();
        const outcome = await history(store, mode, step, fault);
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
