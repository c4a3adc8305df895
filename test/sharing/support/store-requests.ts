import { expect, it } from 'vitest';
import type { RateLimitStore, RateLimitStoreReply, RateLimitStoreRequest } from '@example/sdk';
import type { Grant, Report } from '../../../src/sharing/step.ts';

/** The contents of a grant, which users can't read. */
export const grantOf = (reply: RateLimitStoreReply): Grant => reply as unknown as Grant;

/** The first sync of a process that knows nothing yet. */
export function firstRequest(process: string, report: Partial<Report> = {}): RateLimitStoreRequest {
  const nothing = { normal: 0, background: 0, available: 0, inFlight: 0, sent: 0, arrived: 0 };
  const unknown = { limit: 100, used: 0, reset: 0, timeLeft: 0, probeFailed: false };
  return { process, ...nothing, ...unknown, ...report } as unknown as RateLimitStoreRequest;
}

/** The reply of a store that grants nothing and knows no window. */
export function reply(grant: Partial<Grant> = {}): RateLimitStoreReply {
  const nothing = { normal: 0, background: 0, processes: 1, nextSyncIn: 0 };
  const unknown = { limit: 100, used: 0, reset: 0, timeLeft: 0, arrivedBefore: [] };
  return { ...nothing, ...unknown, ...grant } as unknown as RateLimitStoreReply;
}

/** What every store of this package must do. @param create Creates a database, and returns how a process opens it. */
export function itIsARateLimitStore(create: () => () => RateLimitStore): void {
  it("divides each key's window, and grants nothing twice, however many processes write at once", async () => {
    const open = create();
    const stores = Array.from({ length: 30 }, open);
    const request = (index: number, report: Partial<Report> = {}) =>
      firstRequest(`${index}`, { reset: 1000, timeLeft: 60_000, ...report });
    await stores[0]!.sync('key', request(0, { used: 10 }));
    const replies = await Promise.all(stores.map((store, index) => store.sync('key', request(index, { normal: 5 }))));
    const grants = replies.map(grantOf);
    expect(grants.reduce((sum, { normal }) => sum + normal, 0)).toBe(90);
    expect(new Set(grants.map(({ used, reset }) => `${used} ${reset}`))).toEqual(new Set(['10 1000']));
    const last = await stores[1]!.sync('key', request(1, { available: grants[1]!.normal }));
    expect(grantOf(last).processes).toBe(30);
    expect(await stores[1]!.sync('another', request(1, { normal: 60 }))).toMatchObject({ normal: 60, processes: 1 });
  });
}
