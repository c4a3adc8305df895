import { describe, expect, it } from 'vitest';
import type { RateLimitStoreReply, RateLimitStoreRequest } from '@example/sdk';
import { rateLimitStep } from '@example/sdk/rate-limit';
import { firstRequest } from './support/store-requests.ts';

const start = 1_700_000_000_000;
const minute = 60_000;

/** A store that is only a variable. Its clock stands still unless a test moves it. */
class Store {
  now = start;
  state: string | undefined;
  expiresIn = 0;

  sync(process: string, request: Partial<RateLimitStoreRequest> = {}): RateLimitStoreReply {
    const step = rateLimitStep(this.state, firstRequest(process, request), this.now);
    this.state = step.state;
    this.expiresIn = step.expiresIn;
    return step.reply;
  }

  /** What the process is granted for calls of both priorities. */
  grant(process: string, request: Partial<RateLimitStoreRequest>): [normal: number, background: number] {
    const { normal, background } = this.sync(process, request);
    return [normal, background];
  }

  get parsed() {
    return JSON.parse(this.state ?? '{}') as { processes: Record<string, object> };
  }
}

/** What a process reports that knows the window. */
function known(request: Partial<RateLimitStoreRequest> = {}): Partial<RateLimitStoreRequest> {
  return { reset: 1000, timeLeft: minute, ...request };
}

/** A store in whose window so many requests were used. Some processes have waited for it. */
function windowOf(limit: number, used = 0, waiting: Record<string, Partial<RateLimitStoreRequest>> = {}): Store {
  const store = new Store();
  store.sync('reporter', { normal: 1 });
  for (const [process, request] of Object.entries(waiting)) store.sync(process, request);
  store.sync('reporter', known({ limit, used }));
  return store;
}

/** Calls of a process, each of which is sent before the next one arrives. */
function arriveOneByOne(store: Store, process: string, count: number): void {
  for (let sent = 0; sent < count; sent += 1) store.sync(process, known({ normal: 1, sent }));
}

describe('while no window is known', () => {
  it('one request at a time is granted, which shows the window', () => {
    const store = new Store();
    expect(store.grant('a', { normal: 20 })).toEqual([1, 0]);
    expect(store.sync('b', { normal: 20 })).toMatchObject({ normal: 0, background: 0, limit: 100 });
    expect(store.grant('a', { normal: 19, inFlight: 1 })).toEqual([0, 0]);
    expect(store.sync('a', known({ normal: 19, used: 1, sent: 1 }))).toMatchObject({ normal: 19, timeLeft: minute });
  });

  it('another process sends one after two seconds, and the same one if its request found out nothing', () => {
    const store = new Store();
    store.sync('a', { normal: 1 });
    expect(store.grant('a', { normal: 1 })).toEqual([1, 0]);
    store.now += 1_999;
    expect(store.grant('b', { normal: 1 })).toEqual([0, 0]);
    store.now += 1;
    expect(store.grant('b', { normal: 1 })).toEqual([1, 0]);
  });

  it('a process whose request has failed leaves the next one to another that waits, for two seconds more', () => {
    const store = new Store();
    store.sync('a', { normal: 2 });
    store.sync('b', { normal: 1 });
    expect(store.grant('a', { normal: 2 })).toEqual([0, 0]);
    expect(store.grant('b', { normal: 1 })).toEqual([1, 0]);
    store.sync('b', { normal: 1 });
    store.now += 4_000;
    expect(store.grant('b', { normal: 1 })).toEqual([1, 0]);
  });

  it('a process that has one which it does not send gets no other', () => {
    const store = new Store();
    store.sync('a', { normal: 2 });
    store.now += 2_000;
    expect(store.grant('a', { normal: 1, available: 1 })).toEqual([0, 0]);
    expect(store.grant('b', { normal: 1 })).toEqual([1, 0]);
  });

  it('a background call sends one only if no process has a normal call', () => {
    const store = new Store();
    store.sync('a', { normal: 2 });
    store.sync('a', { normal: 1, inFlight: 1 });
    store.now += 2_000;
    expect(store.sync('b', { background: 1 })).toMatchObject({ background: 0, nextSyncIn: 510 });
    store.sync('a');
    expect(store.grant('b', { background: 1 })).toEqual([0, 1]);
  });

  it('a background call asks again soon, even if no process has sent one', () => {
    const store = windowOf(100, 100);
    store.now += minute - 1;
    store.sync('a', known({ normal: 1, timeLeft: 1 }));
    store.now += 1;
    expect(store.sync('b', { background: 1 })).toMatchObject({ background: 0, nextSyncIn: 510 });
  });

  it('the processes ask in turn, 10 ms apart, so that they do not write at the same moment', () => {
    const store = new Store();
    const ask = () => ['b', 'c', 'd'].map((process) => store.sync(process, { normal: 1 }).nextSyncIn);
    store.sync('prober', { normal: 1 });
    ask();
    expect(ask()).toEqual([10, 20, 30]);
    store.now += 5;
    expect(ask()).toEqual([5, 15, 25]);
    // The longer nothing is found out, the less often.
    store.now += 1_015;
    expect(ask()).toEqual([270, 280, 290]);
    // The prober finds it out by itself.
    expect(store.sync('prober', { inFlight: 1 }).nextSyncIn).toBeGreaterThanOrEqual(2000);
  });
});

describe('in a window', () => {
  it('what is held counts on top of what the API announces as used', () => {
    const store = windowOf(100, 30);
    expect(store.grant('a', known({ normal: 50 }))).toEqual([50, 0]);
    expect(store.grant('b', known({ normal: 50 }))).toEqual([20, 0]);
  });

  it('what was sent and is announced counts once', () => {
    const store = windowOf(100);
    store.sync('a', known({ normal: 50 }));
    store.sync('a', known({ sent: 50, used: 50 }));
    expect(store.grant('b', known({ normal: 80 }))).toEqual([50, 0]);
  });

  it('what was sent counts even if the announcement lags behind', () => {
    const store = windowOf(100);
    store.sync('a', known({ normal: 50 }));
    store.sync('a', known({ sent: 50, used: 3 }));
    expect(store.grant('b', known({ normal: 80 }))).toEqual([50, 0]);
  });

  it('a process whose reply was lost is granted the same again', () => {
    const store = windowOf(100);
    expect(store.grant('a', known({ normal: 100 }))).toEqual([100, 0]);
    expect(store.grant('a', known({ normal: 100 }))).toEqual([100, 0]);
  });

  it('processes that wait get equal parts, whoever asks, and however often', () => {
    const store = windowOf(100, 10, { b: { normal: 90 }, c: { normal: 90 } });
    expect(store.grant('a', known({ normal: 90 }))).toEqual([30, 0]);
    expect(store.grant('a', known({ normal: 60, sent: 30, used: 40 }))).toEqual([0, 0]);
    expect(store.grant('b', known({ normal: 90 }))).toEqual([30, 0]);
    expect(store.grant('c', known({ normal: 90 }))).toEqual([30, 0]);
  });

  it('a small need is met, and the larger ones divide the rest', () => {
    const store = windowOf(100, 0, { b: { normal: 90 }, c: { normal: 10 } });
    expect(store.grant('a', known({ normal: 90 }))).toEqual([45, 0]);
    expect(store.grant('c', known({ normal: 10 }))).toEqual([10, 0]);
    expect(store.grant('b', known({ normal: 90 }))).toEqual([45, 0]);
  });

  it('a process is told to ask again when others may return something, or when the window ends', () => {
    const store = windowOf(100);
    store.sync('a', known({ normal: 100 }));
    expect(store.sync('b', known({ background: 1 })).nextSyncIn).toBe(510);
    store.sync('a', known({ sent: 100, used: 100 }));
    expect(store.sync('b', known({ normal: 1 })).nextSyncIn).toBe(5_010);
    store.now += minute - 1_200;
    expect(store.sync('b', known({ normal: 1, timeLeft: 1_200 })).nextSyncIn).toBe(1_200);
  });

  it('a changed limit applies with the newest answer, which is the one with more used', () => {
    const store = windowOf(100, 10);
    expect(store.sync('a', known({ limit: 60, used: 30 })).limit).toBe(60);
    expect(store.sync('b', known({ limit: 100, used: 20 }))).toMatchObject({ limit: 60, used: 30 });
    expect(store.sync('c', known({ limit: 50, used: 30 })).limit).toBe(50);
  });

  it('a sync that changes nothing writes nothing', () => {
    const store = windowOf(100, 100);
    store.sync('a', known({ normal: 5 }));
    const { state } = store;
    store.now += 3_000;
    store.sync('a', known({ normal: 5 }));
    expect(store.state).toBe(state);
  });
});

describe('by priority', () => {
  it('background calls get what normal calls of all processes leave', () => {
    const store = windowOf(100, 0, { b: { normal: 60 } });
    expect(store.grant('a', known({ background: 90 }))).toEqual([0, 40]);
    expect(store.grant('b', known({ normal: 60 }))).toEqual([60, 0]);
  });

  it('background calls get a tenth of each window, however many normal calls wait, and divide it', () => {
    const store = windowOf(100, 0, { b: { background: 50 }, c: { normal: 500 } });
    expect(store.grant('a', known({ background: 50 }))).toEqual([0, 5]);
    expect(store.grant('c', known({ normal: 500 }))).toEqual([90, 0]);
    expect(store.grant('b', known({ background: 50 }))).toEqual([0, 5]);
    expect(store.grant('a', known({ background: 45, available: 5 }))).toEqual([0, 0]);
  });

  it('background calls leave as many requests as normal calls will arrive, if they do as in the last window', () => {
    const store = windowOf(100);
    arriveOneByOne(store, 'trickle', 20);
    store.now += minute;
    store.sync('trickle', { reset: 1060, timeLeft: minute, sent: 0 });
    expect(store.grant('batch', { background: 200, reset: 1060, timeLeft: minute })).toEqual([0, 80]);
    store.now += minute / 2;
    const later = { reset: 1060, timeLeft: minute / 2 };
    expect(store.grant('batch', { background: 120, sent: 80, used: 80, ...later })).toEqual([0, 10]);
  });

  it('background calls leave half of a window at most for calls that are only expected', () => {
    const store = windowOf(100);
    arriveOneByOne(store, 'busy', 90);
    store.now += minute;
    store.sync('busy', { reset: 1060, timeLeft: minute, sent: 0 });
    expect(store.grant('batch', { background: 200, reset: 1060, timeLeft: minute })).toEqual([0, 50]);
  });

  it('a batch that has ended reserves nothing for later', () => {
    const store = windowOf(100);
    expect(store.grant('ended', known({ normal: 50 }))).toEqual([50, 0]);
    store.now += minute;
    expect(store.grant('a', { normal: 100, reset: 1060, timeLeft: minute })).toEqual([100, 0]);
  });

  it('a batch that waited when the window began reserves nothing for later', () => {
    const store = windowOf(100);
    store.sync('batch', known({ normal: 130 }));
    const next = (reset: number) => ({ reset, timeLeft: minute });
    store.now += minute;
    store.sync('batch', { ...next(1060), normal: 30 });
    store.now += minute;
    store.sync('batch', next(1120));
    expect(store.grant('other', { ...next(1120), background: 200 })).toEqual([0, 100]);
  });
});

describe('when a window ends', () => {
  it('it is over when the first process knows that it is', () => {
    const store = windowOf(100, 100);
    expect(store.sync('a', known({ timeLeft: 500 })).timeLeft).toBe(500);
    expect(store.sync('b', known({ timeLeft: 900 })).timeLeft).toBe(500);
    store.now += 500;
    expect(store.sync('b', known({ normal: 5, timeLeft: 400 }))).toMatchObject({ normal: 1, timeLeft: 0 });
  });

  it('a request that came too early puts the end off, whatever the other processes believe', () => {
    const store = windowOf(100, 100);
    store.now += minute;
    store.sync('a', known({ normal: 1, timeLeft: 0 }));
    expect(store.sync('a', known({ normal: 1, timeLeft: 250, probeFailed: true })).timeLeft).toBe(250);
    expect(store.sync('b', known({ normal: 1, timeLeft: 0 }))).toMatchObject({ normal: 0, timeLeft: 250 });
  });

  it('requests that are in flight count in the new window, until their processes report', () => {
    const store = windowOf(100, 90);
    store.now += minute - 1_000;
    store.sync('a', known({ inFlight: 8, timeLeft: 1_000 }));
    store.now += 1_000;
    const next = { reset: 1060, timeLeft: minute };
    expect(store.grant('b', { ...next, used: 1, sent: 1, normal: 100 })).toEqual([91, 0]);
    store.sync('a', known({ timeLeft: 0 }));
    expect(store.grant('b', { ...next, used: 92, sent: 92, normal: 100 })).toEqual([8, 0]);
  });

  it('what was sent in the last one does not count', () => {
    const store = windowOf(100);
    store.now += minute - 1_000;
    store.sync('a', known({ sent: 80, used: 80, timeLeft: 1_000 }));
    store.now += 1_000;
    expect(store.grant('b', { reset: 1060, timeLeft: minute, used: 1, sent: 1, normal: 100 })).toEqual([99, 0]);
  });

  it('a reset that differs by a second and a half is the same window, and a report about one that is over changes nothing', () => {
    const store = windowOf(100, 10);
    expect(store.sync('a', known({ reset: 1001.5, used: 20, sent: 30 }))).toMatchObject({ reset: 1000, used: 20 });
    expect(store.sync('b', known({ reset: 998.4, used: 99, timeLeft: 10 }))).toMatchObject({
      used: 20,
      timeLeft: minute,
    });
    expect(store.sync('b', known({ reset: 1060, timeLeft: 0 }))).toMatchObject({ reset: 1000, used: 20 });
    expect(store.grant('c', known({ normal: 100 }))).toEqual([70, 0]);
  });

  it('windows of a second follow each other', () => {
    const store = new Store();
    store.sync('a', { reset: 1000, timeLeft: 1_000, used: 5 });
    store.now += 1_000;
    expect(store.sync('a', { reset: 1001, timeLeft: 1_000, used: 1 })).toMatchObject({ reset: 1001, used: 1 });
  });
});

describe('a process that is killed', () => {
  it.each([
    [24_000, minute],
    [8_000, 20_000],
    [5_000, 10_000],
  ])('leaves what it waits for to the others after %i ms without a sync, in a window of %i', (lifetime, duration) => {
    const store = new Store();
    expect(store.grant('a', known({ normal: 80, timeLeft: duration }))).toEqual([80, 0]);
    expect(store.grant('dead', known({ normal: 80, timeLeft: duration }))).toEqual([20, 0]);
    store.now += lifetime;
    const later = { timeLeft: duration - lifetime, sent: 40, used: 60 };
    expect(store.grant('a', known({ normal: 30, ...later }))).toEqual([0, 0]);
    store.now += 1;
    expect(store.grant('a', known({ normal: 30, ...later }))).toEqual([30, 0]);
  });

  it('may have sent all that it was granted in the window, such as one that ends with its last call', () => {
    const store = new Store();
    expect(store.grant('ended', known({ normal: 70 }))).toEqual([70, 0]);
    store.now += 30_000;
    expect(store.grant('a', known({ normal: 100, timeLeft: 30_000 }))).toEqual([30, 0]);
    store.now += 30_000;
    expect(store.grant('a', { reset: 1060, timeLeft: minute, normal: 100 })).toEqual([100, 0]);
  });

  it('is forgotten', () => {
    const store = windowOf(100);
    store.sync('dead', known({ normal: 50 }));
    for (const reset of [1060, 1120, 1180]) {
      store.now += minute;
      store.sync('a', { reset, timeLeft: minute });
    }
    expect(Object.keys(store.parsed.processes)).toEqual(['a']);
  });
});

describe('when the state is lost', () => {
  it('the processes that have not reported keep an equal part, for 24 seconds', () => {
    const store = new Store();
    const lost = known({ processes: 4, normal: 100, used: 20 });
    expect(store.grant('a', lost)).toEqual([20, 0]);
    expect(store.grant('b', { ...lost, inFlight: 10, sent: 10 })).toEqual([10, 0]);
    expect(store.sync('b', lost).processes).toBe(4);
    store.now += 24_001;
    expect(store.grant('a', known({ normal: 80, sent: 20, used: 20, timeLeft: minute - 24_001 }))).toEqual([60, 0]);
  });

  it('as it is when the clock is set back, because all times in it are wrong', () => {
    const store = windowOf(100, 100);
    store.now -= 10_000;
    expect(store.sync('a', { normal: 1 })).toMatchObject({ normal: 1, reset: 0 });
  });
});

describe('the state', () => {
  it('keeps what a newer version of the SDK has added, and does without what an older one lacks', () => {
    const store = windowOf(100);
    const { processes, ...rest } = store.parsed;
    const older = { seenAt: start, held: 5, granted: 5 };
    store.state = JSON.stringify({ ...rest, processes: { ...processes, older }, color: 'red' });
    store.state = store.state.replace('"seenAt"', '"shape":"round","seenAt"');

    expect(store.grant('a', known({ normal: 100 }))).toEqual([95, 0]);
    store.now += 10_000;
    store.sync('reporter', { reset: 1060, timeLeft: minute });
    expect(store.parsed).toHaveProperty('color', 'red');
    expect(store.parsed.processes).toHaveProperty('reporter.shape', 'round');
  });

  it('is small, and can be forgotten two minutes after its window', () => {
    const store = windowOf(100);
    for (let index = 0; index < 50; index += 1) store.sync(`process ${index}`, known({ normal: 20 }));
    expect(store.state?.length).toBeLessThan(51 * 140);
    expect(store.expiresIn).toBe(minute + 120_000);
  });
});
