import { expect, it } from 'vitest';
import type { ClaimedEvent, ReplayStore } from '@example/sdk/webhooks';

/** What every implementation of {@link ReplayStore} must do. Call it in the `describe` block of a store. */
export function itIsAReplayStore(create: () => ReplayStore): void {
  it('grants one of many concurrent claims of an event', async () => {
    const store = create();
    const claims = await Promise.all(Array.from({ length: 20 }, async () => store.claim('msg_concurrent')));

    expect(claims.filter(({ status }) => status === 'claimed')).toHaveLength(1);
    expect(claims.filter(({ status }) => status === 'busy')).toHaveLength(19);
    for (const claim of claims) {
      if (claim.status === 'busy') expect(claim.retryAfter).toBeGreaterThan(0);
      if (claim.status === 'claimed') await claim.release();
    }
  });

  it('grants claims of different events', async () => {
    const store = create();
    const claims = [await claimed(store, 'msg_one'), await claimed(store, 'msg_other')];
    for (const claim of claims) await claim.release();
  });

  it('remembers an event that was handled', async () => {
    const store = create();
    await (await claimed(store, 'msg_handled')).complete();
    expect(await store.claim('msg_handled')).toEqual({ status: 'handled' });
  });

  it('grants an event again that was released', async () => {
    const store = create();
    await (await claimed(store, 'msg_released')).release();
    await (await claimed(store, 'msg_released')).complete();
    expect(await store.claim('msg_released')).toEqual({ status: 'handled' });
  });

  it('does not abort the signal of a claim that is kept', async () => {
    const claim = await claimed(create(), 'msg_kept');
    expect(claim.signal?.aborted).not.toBe(true);
    await claim.complete();
    expect(claim.signal?.aborted).not.toBe(true);
  });
}

/** Claims an event that must be free. */
export async function claimed(store: ReplayStore, id: string): Promise<ClaimedEvent> {
  const claim = await store.claim(id);
  expect(claim).toHaveProperty('status', 'claimed');
  return claim as ClaimedEvent; // as it says
}
