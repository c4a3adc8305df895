import { describe, expect, it } from 'vitest';
import { rateLimitStep } from '../../src/rate-limit/shared-budget.ts';
import type { RateLimitStoreReply, RateLimitStoreRequest } from '../../src/rate-limit/store.ts';
import { firstRequest } from './support/store-requests.ts';

const minute = 60_000;
const reset = 1_700_000_060;

/** A store in a variable, on a clock that the test sets. */
class Store {
  now = 1_700_000_000_000;
  state: string | undefined;
  readonly #generations = new Map<string, number>();

  /** Syncs a process that knows what the last reply told it. */
  sync(process: string, request: Partial<RateLimitStoreRequest> = {}): RateLimitStoreReply {
    const generation = this.#generations.get(process) ?? 0;
    const step = rateLimitStep(this.state, firstRequest(process, { generation, ...request }), this.now);
    this.state = step.state;
    this.#generations.set(process, step.reply.generation);
    return step.reply;
  }
}

/** A window that `used` requests of 100 are used of, and that ends in a minute. */
function knownWindow(used = 0): Partial<RateLimitStoreRequest> {
  return { used, reset, boundaryIn: minute };
}

/** A store in which a window is known. */
function storeWithWindow(used = 0): Store {
  const store = new Store();
  store.sync('scout', knownWindow(used));
  return store;
}

describe('while the budget is unknown', () => {
  it('ten requests are granted in all', () => {
    const store = new Store();
    expect(store.sync('a', { wanted: 7 })).toMatchObject({ granted: 7, nextSyncIn: 0 });
    expect(store.sync('b', { wanted: 7 })).toMatchObject({ granted: 3, nextSyncIn: 0 });
    expect(store.sync('c', { wanted: 7 })).toMatchObject({ granted: 0, nextSyncIn: 0, boundaryIn: -1, reset: 0 });
  });
});

describe('in a window', () => {
  it('what was granted counts on top of what the API reports as used', () => {
    const store = storeWithWindow(50);
    expect(store.sync('a', { ...knownWindow(50), wanted: 30 })).toMatchObject({ granted: 30, used: 80 });
    // The API reports 60: ten more by a client that does not share, or ten of the thirty. Nobody knows.
    expect(store.sync('b', { ...knownWindow(60), wanted: 30 })).toMatchObject({ granted: 10, used: 100 });
  });

  it('what was granted and is reported counts once', () => {
    const store = storeWithWindow();
    store.sync('a', { ...knownWindow(), wanted: 30 });
    store.sync('a', { ...knownWindow(30), sent: 30 });
    expect(store.sync('b', { ...knownWindow(), wanted: 100 })).toMatchObject({ granted: 70, used: 100 });
  });

  it('a process whose reply was lost is granted the same again', () => {
    const store = storeWithWindow();
    expect(store.sync('a', { ...knownWindow(), wanted: 80 })).toHaveProperty('granted', 80);
    expect(store.sync('a', { ...knownWindow(), wanted: 80 })).toHaveProperty('granted', 80);
  });

  it('processes that wait get equal parts, whoever asks, and however often', () => {
    const store = storeWithWindow(10);
    store.sync('a', { ...knownWindow(10), wanted: 1000 });
    for (const process of ['b', 'c']) {
      expect(store.sync(process, { ...knownWindow(10), wanted: 1000 })).toHaveProperty('granted', 0);
    }
    // The next window.
    store.now += minute;
    const next = { reset: reset + 60, used: 1, boundaryIn: minute };
    expect(store.sync('a', { ...next, rolledOver: true, wanted: 1000 })).toHaveProperty('granted', 33);
    expect(store.sync('a', { ...next, available: 33, wanted: 900 })).toHaveProperty('granted', 0);
    expect(store.sync('b', { wanted: 1000 })).toHaveProperty('granted', 33);
    expect(store.sync('c', { wanted: 1000 })).toHaveProperty('granted', 33);
  });

  it('a small demand is met, and the large ones divide the rest', () => {
    const store = new Store();
    for (const [process, wanted] of [
      ['a', 500],
      ['b', 12],
      ['c', 500],
    ] as const)
      store.sync(process, { wanted });
    const facts = { ...knownWindow(), inFlight: 0 };
    expect(store.sync('a', { ...facts, wanted: 500 })).toHaveProperty('granted', 44);
    expect(store.sync('b', { ...facts, wanted: 12 })).toHaveProperty('granted', 12);
    expect(store.sync('c', { ...facts, wanted: 500 })).toHaveProperty('granted', 44);
  });

  it('a process that is refused its share by nothing is told when to ask again', () => {
    const store = storeWithWindow(90);
    // Another process may return what it holds.
    store.sync('a', { ...knownWindow(90), wanted: 10 });
    expect(store.sync('b', { ...knownWindow(90), wanted: 5 })).toMatchObject({ granted: 0, nextSyncIn: minute / 120 });
    // All of it is used.
    store.sync('a', { ...knownWindow(100), sent: 10 });
    expect(store.sync('b', { ...knownWindow(90), wanted: 5 })).toMatchObject({ granted: 0, nextSyncIn: minute / 8 });
  });

  it('a client that does not share makes bursts smaller as the budget runs out', () => {
    const store = storeWithWindow();
    store.sync('a', { ...knownWindow(), wanted: 10 });
    // Twenty are used, and ten of them were granted: half of the rest is ours, and half of that may be outstanding.
    expect(store.sync('a', { ...knownWindow(20), sent: 10, wanted: 80 })).toHaveProperty('granted', 20);
    // Thirty of forty are ours now, and twenty are outstanding.
    expect(store.sync('b', { ...knownWindow(20), wanted: 80 })).toHaveProperty('granted', 10);
  });

  it('what was used before anyone shared the window is no such client', () => {
    const store = storeWithWindow(40);
    expect(store.sync('a', { ...knownWindow(40), wanted: 80 })).toHaveProperty('granted', 60);
  });
});

describe('by priority', () => {
  it('background calls get what normal calls of all processes leave', () => {
    const store = new Store();
    store.sync('normal', { wanted: 70 });
    expect(store.sync('background', { ...knownWindow(), background: 100 })).toHaveProperty('granted', 30);
    expect(store.sync('normal', { ...knownWindow(), wanted: 60, inFlight: 10 })).toHaveProperty('granted', 60);
  });

  it('background calls get nothing that a normal call of any process waits for, beyond what they are owed', () => {
    const store = new Store();
    const full = { limit: 4, used: 4, reset, boundaryIn: minute };
    store.sync('a', { ...full, wanted: 4, background: 4 });
    store.sync('b', { ...full, wanted: 2 });
    store.sync('c', { ...full, wanted: 2 });
    store.now += minute;
    // Four requests for three processes: what doesn't divide evenly is for normal calls, too.
    const next = { limit: 4, used: 1, reset: reset + 60, boundaryIn: minute };
    expect(store.sync('a', { ...next, rolledOver: true, wanted: 3, background: 4 })).toHaveProperty('granted', 1);
    expect(store.sync('b', { ...next, wanted: 2 })).toHaveProperty('granted', 1);
    expect(store.sync('c', { ...next, wanted: 2 })).toHaveProperty('granted', 1);
  });

  it('background calls of all processes get one request in ten, however many normal calls wait, and divide it', () => {
    const store = storeWithWindow();
    const waiting = Object.entries({ batch: { wanted: 500 }, one: { background: 50 }, two: { background: 50 } });
    for (const [name, calls] of waiting) store.sync(name, { ...knownWindow(100), ...calls, boundaryIn: 1000 });
    for (let window = 1; window <= 3; window += 1) {
      store.now += 1000;
      const next = { reset: reset + 60 * window, boundaryIn: minute };
      const granted = waiting.map(([name, calls]) => store.sync(name, { ...next, ...calls }).granted);
      expect(granted).toEqual([90, 5, 5]);
      store.now += minute - 1000;
      for (const [index, [name, calls]] of waiting.entries()) {
        store.sync(name, { ...next, boundaryIn: 1000, used: 100, sent: granted[index]!, ...calls });
      }
    }
  });

  describe('beside a backlog of normal calls in another process', () => {
    class BusyStore extends Store {
      #reset = reset;

      /** Opens a window at which background calls wait. Returns what the normal calls get, which come first. */
      openWindow(background: number): number {
        const before = { used: 100, reset: this.#reset, boundaryIn: 1000 };
        this.sync('normal', { ...before, wanted: 500 });
        this.sync('background', { ...before, background });
        this.now += 1000;
        this.#reset += 60;
        return this.syncInWindow('normal', { wanted: 500 });
      }

      syncInWindow(process: string, request: Partial<RateLimitStoreRequest>): number {
        return this.sync(process, { reset: this.#reset, boundaryIn: minute, ...request }).granted;
      }
    }

    it('background calls that are made one by one leave nothing owed to a later batch', () => {
      const store = new BusyStore();
      for (let call = 1; call <= 10; call += 1) {
        expect(store.openWindow(1)).toBe(99);
        expect(store.syncInWindow('background', { background: 1 })).toBe(1);
      }
      for (const background of [500, 490, 480]) {
        expect(store.openWindow(background)).toBe(90);
        expect(store.syncInWindow('background', { background })).toBe(10);
      }
    });

    it('background calls that are given up leave nothing owed to a later batch', () => {
      const store = new BusyStore();
      expect(store.openWindow(50)).toBe(90);
      expect(store.syncInWindow('background', {})).toBe(0);
      expect(store.syncInWindow('normal', { sent: 90, used: 90, wanted: 500 })).toBe(10);
      expect(store.openWindow(500)).toBe(90);
    });
  });

  it('background calls leave as many requests as normal calls will probably arrive in the rest of the window', () => {
    const store = storeWithWindow();
    store.sync('interactive', knownWindow());
    store.sync('interactive', { ...knownWindow(12), sent: 12, sentNormal: 12 });
    store.sync('batch', { ...knownWindow(12), background: 500 });
    store.now += minute;
    const next = { reset: reset + 60, used: 0, boundaryIn: minute };
    const batch = { ...next, background: 500 };
    expect(store.sync('batch', { ...batch, rolledOver: true })).toHaveProperty('granted', 87);
    expect(store.sync('batch', { ...batch, sent: 87, used: 87 })).toHaveProperty('granted', 0);
    store.now += minute / 2;
    expect(store.sync('batch', { ...batch, sent: 87, used: 87, boundaryIn: minute / 2 })).toHaveProperty('granted', 6);
    store.now += minute / 2 - 1;
    expect(store.sync('batch', { ...batch, sent: 93, used: 93, boundaryIn: 1 })).toHaveProperty('granted', 7);
  });
});

describe('at the boundary', () => {
  function storeAtBoundary(): Store {
    const store = storeWithWindow(100);
    store.sync('a', knownWindow(100));
    store.sync('b', knownWindow(100));
    store.now += minute;
    return store;
  }

  it('one process probes with one request, and another one after two seconds', () => {
    const store = storeAtBoundary();
    expect(store.sync('a', { ...knownWindow(100), wanted: 9 })).toMatchObject({ granted: 1, boundaryIn: 0 });
    expect(store.sync('b', { ...knownWindow(100), wanted: 9 })).toMatchObject({ granted: 0, nextSyncIn: 0 });
    store.now += 2_000;
    expect(store.sync('b', { ...knownWindow(100), wanted: 9 })).toMatchObject({ granted: 1, boundaryIn: 0 });
  });

  it('a background call leaves the probe to a normal call of another process, for two seconds', () => {
    const store = storeWithWindow(100);
    store.now += minute - 1;
    store.sync('normal', { ...knownWindow(100), boundaryIn: 1, wanted: 9 });
    store.now += 1;
    const batch = { ...knownWindow(100), boundaryIn: 0, background: 9 };
    expect(store.sync('batch', batch)).toMatchObject({ granted: 0, nextSyncIn: 0 });
    store.now += 2_000;
    expect(store.sync('batch', batch)).toMatchObject({ granted: 1, nextSyncIn: 0 });
  });

  it('a probe that comes too early moves it', () => {
    const store = storeAtBoundary();
    store.sync('a', { ...knownWindow(100), wanted: 9 });
    const early = { ...knownWindow(100), probeFailed: true, boundaryIn: 900 };
    expect(store.sync('a', { ...early, wanted: 9 })).toMatchObject({ granted: 0, boundaryIn: 900 });
    // What another process believes no longer counts.
    expect(store.sync('b', { ...knownWindow(100), boundaryIn: 0, wanted: 9 })).toMatchObject({
      granted: 0,
      boundaryIn: 900,
    });
  });

  it('the probe counts as a part of the process that made it', () => {
    const store = new Store();
    const small = { limit: 4, reset, boundaryIn: minute };
    store.sync('a', { ...small, used: 4, wanted: 9 });
    store.sync('b', { ...small, used: 4, wanted: 9 });
    store.now += minute;
    const next = { limit: 4, reset: reset + 60, used: 1, boundaryIn: minute };
    expect(store.sync('a', { ...next, rolledOver: true, wanted: 9 })).toHaveProperty('granted', 1);
    expect(store.sync('b', { ...next, wanted: 9 })).toHaveProperty('granted', 2);
  });

  it('requests that are in flight count in the new window, until their processes report', () => {
    const store = storeAtBoundary();
    store.sync('b', { ...knownWindow(100), inFlight: 20 });
    const next = { reset: reset + 60, used: 1, boundaryIn: minute };
    expect(store.sync('a', { ...next, rolledOver: true, wanted: 200 })).toMatchObject({ granted: 79, used: 100 });
    store.sync('b', { ...next, used: 21 });
    expect(store.sync('c', { ...next, wanted: 200 })).toMatchObject({ granted: 0, used: 100 });
  });

  it('grants of the previous window are void', () => {
    const store = storeAtBoundary();
    const before = store.sync('b', knownWindow(100)).generation;
    const next = { reset: reset + 60, used: 1, boundaryIn: minute };
    expect(store.sync('a', { ...next, rolledOver: true }).generation).toBeGreaterThan(before);
  });
});

describe('when the API refuses every request', () => {
  it('no process is granted any until it may be over', () => {
    const store = storeWithWindow();
    store.sync('a', { ...knownWindow(), blockedFor: 5_000 });
    store.sync('scout', { ...knownWindow(), blockedFor: 5_000 });
    expect(store.sync('b', { ...knownWindow(), wanted: 5 })).toMatchObject({
      granted: 0,
      blockedFor: 5_000,
      nextSyncIn: 5_000,
    });
    store.now += 5_000;
    expect(store.sync('b', { ...knownWindow(), wanted: 5 })).toMatchObject({ granted: 5, blockedFor: 0 });
  });
});

describe('a process that is killed', () => {
  it('leaves its part to the others, when it has not synced for a while', () => {
    const store = storeWithWindow();
    store.sync('doomed', { ...knownWindow(), wanted: 1000, background: 5 });
    expect(store.sync('a', { ...knownWindow(), wanted: 10 })).toHaveProperty('granted', 0);
    store.now += 0.4 * minute + 1;
    expect(store.sync('a', { ...knownWindow(), wanted: 10, boundaryIn: 0.6 * minute })).toMatchObject({
      granted: 10,
      processes: 1,
    });
  });

  it('is forgotten', () => {
    const store = storeWithWindow();
    for (let index = 0; index < 50; index += 1) store.sync(`process ${index}`, knownWindow());
    store.now += minute;
    expect(store.sync('a', knownWindow()).processes).toBe(1);
    expect(store.state!.length).toBeLessThan(600);
  });
});

describe('when the state is lost', () => {
  it('nothing is granted until the processes have reported what they hold', () => {
    const store = storeWithWindow();
    store.sync('a', { ...knownWindow(), wanted: 50 });
    store.sync('b', { ...knownWindow(), wanted: 50 });
    store.state = undefined;
    expect(store.sync('a', { ...knownWindow(20), inFlight: 30, wanted: 50, processes: 2 })).toMatchObject({
      granted: 0,
      nextSyncIn: 500,
    });
    store.sync('b', { ...knownWindow(20), inFlight: 40, processes: 2 });
    store.now += 500;
    expect(store.sync('a', { ...knownWindow(20), inFlight: 30, wanted: 50, processes: 2 })).toHaveProperty(
      'granted',
      10,
    );
  });

  it('processes that have not returned keep their parts for half a minute', () => {
    const store = storeWithWindow();
    store.sync('a', knownWindow());
    store.state = undefined;
    store.sync('a', { ...knownWindow(), wanted: 100, processes: 4 });
    store.now += 500;
    const { granted } = store.sync('a', { ...knownWindow(), wanted: 100, processes: 4 });
    expect(granted).toBe(25);
    store.now += 30_000;
    const rest = { ...knownWindow(25), sent: 25, boundaryIn: 29_500, wanted: 75 };
    expect(store.sync('a', rest)).toHaveProperty('granted', 75);
  });

  it('a process that starts is not held up', () => {
    expect(new Store().sync('a', { wanted: 3 })).toHaveProperty('granted', 3);
  });

  it('as it is when the clock is set back', () => {
    const store = storeWithWindow();
    const { generation } = store.sync('a', { ...knownWindow(), blockedFor: minute });
    store.now -= 60 * minute;
    const reply = store.sync('a', { ...knownWindow(), wanted: 1 });
    expect(reply).toMatchObject({ granted: 0, blockedFor: 0, nextSyncIn: 500 });
    expect(reply.generation).not.toBe(generation);
  });
});

it('the state is small, and can be forgotten two minutes after its window', () => {
  const store = storeWithWindow();
  const { expiresIn, state } = rateLimitStep(store.state, firstRequest('a', knownWindow()), store.now);
  expect(expiresIn).toBe(3 * minute);
  expect(state.length).toBeLessThan(600);
});
