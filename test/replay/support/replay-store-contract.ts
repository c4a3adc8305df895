import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ClaimedEvent, ReplayStore } from '@example/sdk/webhooks';

/** Opens a store on one database, as another process does. In one process, it is always the same store. */
export type OpenStore = (prefix?: string) => ReplayStore;
type Contract = Record<string, (one: ReplayStore, other: ReplayStore, open: OpenStore) => Promise<unknown>>;

const contract: Contract = {
  async 'grants one of many concurrent claims of an event, and claims of other events'(...stores) {
    const claiming = Array.from({ length: 20 }, async (_, index) => stores[index % 2 === 0 ? 0 : 1].claim('msg_1'));
    const claims = await Promise.all(claiming);
    const busy = claims.filter((claim) => claim.status === 'busy');
    expect(busy).toHaveLength(19);
    for (const { retryAfter } of busy) expect(retryAfter).toBeGreaterThan(0);
    for (const claim of [...claims, await claimed(stores[1], 'msg_2')])
      if (claim.status === 'claimed') await claim.release();
  },
  async 'grants an event again that was released, and remembers it once it is handled, whatever follows'(one, other) {
    await (await claimed(one, 'msg_1')).release();
    const claim = await claimed(other, 'msg_1');
    await Promise.all([claim.complete(), claim.complete()]);
    await claim.complete();
    await claim.release();
    expect(claim.signal?.aborted).not.toBe(true);
    for (const each of [one, other]) expect(await each.claim('msg_1')).toEqual({ status: 'handled' });
  },
};

const contractOfDays: Contract = {
  async 'remembers a handled event for four days'(one, other) {
    await (await claimed(one, 'msg_1')).complete();
    vi.advanceTimersByTime(345_599_999);
    expect(await other.claim('msg_1')).toEqual({ status: 'handled' });
    vi.advanceTimersByTime(1);
    await (await claimed(other, 'msg_1')).release();
  },
};

const contractOfProcesses: Contract = {
  async 'keeps endpoints with different prefixes apart'(_, __, open) {
    const claims = await Promise.all(['billing:', 'search:'].map((prefix) => claimed(open(prefix), 'msg_1')));
    for (const claim of claims) await claim.release();
  },
  async 'leaves an event to its process for as long as its handlers run'(one, other) {
    const claim = await claimed(one, 'msg_1');
    await vi.advanceTimersByTimeAsync(100_000);
    expect(await other.claim('msg_1')).toHaveProperty('status', 'busy');
    expect(claim.signal?.aborted).toBe(false);
    await claim.complete();
  },
  async 'gives the event of a process that was killed to another one after 15 s'(one, other) {
    await claimed(one, 'msg_1');
    vi.clearAllTimers();
    vi.advanceTimersByTime(14_999);
    expect(await other.claim('msg_1')).toEqual({ status: 'busy', retryAfter: expect.closeTo(0.001, 2) as number });
    vi.advanceTimersByTime(2);
    await (await claimed(other, 'msg_1')).complete();
  },
  async 'leaves an event to the process that took it over from a suspended one, whose signal aborts'(one, other) {
    const claim = await claimed(one, 'msg_1');
    suspend(15_001);
    const takenOver = await claimed(other, 'msg_1');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(claim.signal?.aborted).toBe(true);
    await expect(claim.complete()).rejects.toThrow('another process may have handled the event too');
    await claim.release();
    expect(await one.claim('msg_1')).toHaveProperty('status', 'busy');
    await takenOver.complete();
  },
};

/** What every {@link ReplayStore} must do. */
export function itIsAReplayStore(open: () => OpenStore): void {
  itHolds(contract, open);
}

/** What every store must do over time, in virtual time. */
export function itLasts(open: () => OpenStore, isShared: boolean): void {
  describe('in virtual time', () => {
    beforeEach(() => void vi.useFakeTimers());
    itHolds({ ...contractOfDays, ...(isShared ? contractOfProcesses : {}) }, open);
  });
}

function itHolds(given: Contract, create: () => OpenStore): void {
  it.each(Object.entries(given))('%s', async (_, check) => {
    const open = create();
    await check(open(), open(), open);
    expect.hasAssertions();
  });
}

/** Time passes for all other processes, while none of this process's timers runs. */
function suspend(milliseconds: number): void {
  vi.setSystemTime(Date.now() + milliseconds);
  const { bigint } = process.hrtime;
  vi.spyOn(process.hrtime, 'bigint').mockImplementation(() => bigint() + BigInt(milliseconds) * 1_000_000n);
}

/** Claims an event that must be unclaimed. */
export async function claimed(store: ReplayStore, id: string): Promise<ClaimedEvent> {
  const claim = await store.claim(id);
  expect(claim).toHaveProperty('status', 'claimed');
  return claim as ClaimedEvent; // the line above checked this
}
