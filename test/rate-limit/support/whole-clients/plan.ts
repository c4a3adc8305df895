import { seeded } from '../../../support/random.ts';

const minute = 60_000;

/** A limit that no header reports; `none` if the API announces all. */
export type Hidden = 'none' | 'concurrency' | 'rate';

export interface Plan {
  readonly kind: 'aligned' | 'first-request';
  readonly limit: number;
  readonly hidden: Hidden;
  readonly latency: number;
  readonly offset: number;
  readonly processes: readonly ProcessPlan[];
  /** Whether the processes share a store, and when something happens to it. */
  readonly hasStore: boolean;
  readonly disturbances: readonly { readonly at: number; readonly what: StoreCondition }[];
  /** When other clients use the token. */
  readonly foreign: readonly number[];
}

export interface ProcessPlan {
  readonly calls: readonly CallPlan[];
  /** When it crashes; `Infinity` if it doesn't. */
  readonly crashesAt: number;
}

export interface CallPlan {
  readonly at: number;
  readonly method: 'GET' | 'POST';
  readonly id: string;
  readonly isBackground: boolean;
  /** When its caller gives up; `Infinity` if it doesn't. */
  readonly abortsAt: number;
  readonly networkFails: boolean;
}

export type StoreCondition = 'up' | 'down' | 'silent' | 'flush';

/** The history of a seed. */
export function planOf(seed: number): Plan {
  const random = seeded(seed);
  const integer = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));
  const chance = (share: number) => random() < share;
  const count = chance(0.4) ? integer(2, 3) : 1;
  const hasStore = count > 1 && chance(0.8);
  const hidden: Hidden = count === 1 && chance(0.15) ? (chance(0.5) ? 'concurrency' : 'rate') : 'none';
  const limit = integer(3, 8);
  const processes = Array.from({ length: count }, (_, index): ProcessPlan => {
    const isBatch = chance(0.5);
    const background = [0, 0.3, 0.3, 1][integer(0, 3)]!;
    const users = chance(0.5) ? 12 : 1000;
    const most = hasStore ? (chance(0.2) ? 100 : 30) : 10;
    const calls = Array.from({ length: integer(1, isBatch ? most : 4) }, (): CallPlan => {
      const at = isBatch ? 0 : integer(0, 2 * minute);
      return {
        at,
        method: chance(0.8) ? 'GET' : 'POST',
        id: `user_${integer(1, users)}`,
        isBackground: chance(background),
        abortsAt: chance(0.1) ? at + integer(0, 2 * minute) : Infinity,
        networkFails: chance(0.03),
      };
    });
    return { calls, crashesAt: index > 0 && chance(0.15) ? integer(0, 2 * minute) : Infinity };
  });
  const conditions = ['up', 'down', 'silent', 'flush'] as const;
  const disturbances =
    hasStore && chance(0.3)
      ? Array.from({ length: integer(1, 3) }, () => ({ at: integer(0, 3 * minute), what: conditions[integer(0, 3)]! }))
      : [];
  const foreign = chance(0.15) ? Array.from({ length: integer(1, limit) }, () => integer(0, 2 * minute)) : [];
  const kind = chance(0.5) ? 'aligned' : 'first-request';
  const latency = [1, 20, 300][integer(0, 2)]!;
  const offset = 1_700_000_000_000 + integer(0, 10 * minute);
  return { kind, limit, hidden, latency, offset, processes, hasStore, disturbances, foreign };
}
