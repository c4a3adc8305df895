import { expect, it } from 'vitest';
import type { ClaimedEvent, ReplayStore } from '@example/sdk/webhooks';

/** What the table does with two views of a store: as this process and as another one have it. */
const contract: Record<string, (one: ReplayStore, other: ReplayStore) => Promise<unknown>> = {
  async 'grants one of many concurrent claims of an event'(...stores) {
    const claiming = Array.from({ length: 20 }, async (_, index) => stores[index % 2]!.claim('msg_1'));
    const claims = await Promise.all(claiming);
    const busy = claims.filter((claim) => claim.status === 'busy');
    expect(busy).toHaveLength(19);
    for (const { retryAfter } of busy) expect(retryAfter).toBeGreaterThan(0);
    for (const claim of claims) if (claim.status === 'claimed') await claim.release();
  },
  async 'grants claims of different events'(one, other) {
    for (const claim of [await claimed(one, 'msg_1'), await claimed(other, 'msg_2')]) await claim.release();
  },
  async 'remembers an event that was handled, for all processes, and its signal is not aborted'(one, other) {
    const claim = await claimed(one, 'msg_1');
    await claim.complete();
    expect(claim.signal?.aborted).not.toBe(true);
    for (const each of [one, other]) expect(await each.claim('msg_1')).toEqual({ status: 'handled' });
  },
  async 'records an event that is completed twice, and keeps the record when it is released'(one, other) {
    const claim = await claimed(one, 'msg_1');
    await Promise.all([claim.complete(), claim.complete()]);
    await claim.complete();
    await claim.release();
    for (const each of [one, other]) expect(await each.claim('msg_1')).toEqual({ status: 'handled' });
  },
  async 'grants an event again that was released'(one, other) {
    await (await claimed(one, 'msg_1')).release();
    await (await claimed(other, 'msg_1')).complete();
    expect(await one.claim('msg_1')).toEqual({ status: 'handled' });
  },
};

/**
 * What every {@link ReplayStore} must do. Call it in the `describe` block of a store.
 *
 * @param open Opens a new store, as two processes have it: a store of one process is the same for both.
 * @param withPrefix Opens stores on one database, if they have prefixes.
 */
export function itIsAReplayStore(
  open: () => readonly [ReplayStore, ReplayStore],
  withPrefix?: () => (prefix: string) => ReplayStore,
): void {
  it.each(Object.entries(contract))('%s', async (_, check) => check(...open()).then(() => expect.hasAssertions()));

  it.runIf(withPrefix !== undefined)('keeps endpoints with different prefixes apart', async () => {
    const opened = withPrefix!();
    const claims = await Promise.all(['billing:', 'search:'].map((prefix) => claimed(opened(prefix), 'msg_prefix')));
    for (const claim of claims) await claim.release();
  });
}

/** Claims an event that must be free. */
export async function claimed(store: ReplayStore, id: string): Promise<ClaimedEvent> {
  const claim = await store.claim(id);
  expect(claim).toHaveProperty('status', 'claimed');
  return claim as ClaimedEvent; // as it says
}
