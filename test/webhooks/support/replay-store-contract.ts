import { expect, it } from 'vitest';
import type { ClaimedEvent, ReplayStore } from '@example/sdk/webhooks';

/**
 * What every implementation of {@link ReplayStore} must do. Call it in the `describe` block of a store.
 *
 * @param create A store, and what another process has of it: for a store of one process, the same one.
 * @param withPrefix Creates stores on one database, with prefixes of their own, if they have any.
 */
export function itIsAReplayStore(
  create: () => readonly [ReplayStore, ReplayStore],
  withPrefix?: () => (prefix: string) => ReplayStore,
): void {
  it('grants one of many concurrent claims of an event', async () => {
    const stores = create();
    const claims = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => stores[index % 2]!.claim('msg_concurrent')),
    );

    expect(claims.filter(({ status }) => status === 'claimed')).toHaveLength(1);
    expect(claims.filter(({ status }) => status === 'busy')).toHaveLength(19);
    for (const claim of claims) {
      if (claim.status === 'busy') expect(claim.retryAfter).toBeGreaterThan(0);
      if (claim.status === 'claimed') await claim.release();
    }
  });

  it('grants claims of different events', async () => {
    const [store] = create();
    const claims = [await claimed(store, 'msg_one'), await claimed(store, 'msg_other')];
    for (const claim of claims) await claim.release();
  });

  it('remembers an event that was handled', async () => {
    const [store, other] = create();
    await (await claimed(store, 'msg_handled')).complete();
    for (const each of [store, other]) expect(await each.claim('msg_handled')).toEqual({ status: 'handled' });
  });

  it('records an event that its holder completes twice at the same moment, and keeps the record when it is released', async () => {
    const [store, other] = create();
    const claim = await claimed(store, 'msg_twice');
    await Promise.all([claim.complete(), claim.complete()]);
    await claim.complete();
    expect(claim.signal?.aborted).not.toBe(true);
    await claim.release();
    for (const each of [store, other]) expect(await each.claim('msg_twice')).toEqual({ status: 'handled' });
  });

  it('grants an event again that was released', async () => {
    const [store, other] = create();
    await (await claimed(store, 'msg_released')).release();
    await (await claimed(other, 'msg_released')).complete();
    expect(await store.claim('msg_released')).toEqual({ status: 'handled' });
  });

  it('does not abort the signal of a claim that is kept', async () => {
    const [store] = create();
    const claim = await claimed(store, 'msg_kept');
    expect(claim.signal?.aborted).not.toBe(true);
    await claim.complete();
    expect(claim.signal?.aborted).not.toBe(true);
  });

  if (withPrefix === undefined) return;
  it('keeps endpoints with different prefixes apart', async () => {
    const open = withPrefix();
    const claims = await Promise.all(['billing:', 'search:'].map((prefix) => claimed(open(prefix), 'msg_prefix')));
    for (const claim of claims) await claim.release();
  });
}

/** Claims an event that must be free. */
export async function claimed(store: ReplayStore, id: string): Promise<ClaimedEvent> {
  const claim = await store.claim(id);
  expect(claim).toHaveProperty('status', 'claimed');
  return claim as ClaimedEvent; // as it says
}
