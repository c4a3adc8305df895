import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidRequestError } from '@example/sdk';
import { amount } from '../support/fuzz.ts';
import { play, sdkWalk, type Change, type History, type Outcome, type Walk } from './moving-list.ts';

// Thousands of histories, the same in every run. Another seed or more of them: WALK_SEED=1 WALK_RUNS=20000 npx vitest run …
const seed = Number(process.env['WALK_SEED'] ?? 20_240_101);
const numRuns = Number(process.env['WALK_RUNS'] ?? amount(200, 1_000));
const patience = 3_600_000;

/** Where a list's new items appear: newest first, oldest first, or anywhere. */
const place = fc.oneof(fc.constant(0), fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true }));
const kind = fc.constantFrom<Change['kind']>('insert', 'delete');
const single: fc.Arbitrary<Change> = fc.record({ kind, at: place, count: fc.constant(1) });
const several = (most: number): fc.Arbitrary<Change> =>
  fc.record({ kind, at: place, count: fc.integer({ min: 1, max: most }) });

/** Up to so many changes before any answer. */
const often = (change: fc.Arbitrary<Change>, most: number) =>
  fc.array(fc.array(change, { maxLength: most }), { maxLength: 80 });

/** Up to so many moments at which something happens, and rest in between. */
const nowAndThen = (change: fc.Arbitrary<Change>, most: number) =>
  fc
    .array(fc.tuple(fc.nat({ max: 60 }), fc.array(change, { minLength: 1, maxLength: 3 })), { maxLength: most })
    .map((moments) => moments.reduce<Change[][]>((history, [at, what]) => ((history[at] = what), history), []));

const onlyInserts = (history: Change[][]) =>
  history.map((changes) => changes.map((change): Change => ({ ...change, kind: 'insert' })));

const changes = fc.oneof(often(single, 15), nowAndThen(several(120), 6));

/** Half of them short, because that is where ends and limits are. */
const upTo = (max: number) => fc.oneof(fc.nat({ max }), fc.noBias(fc.nat({ max })));

function histories(more: Partial<{ [Key in keyof History]: fc.Arbitrary<History[Key]> }> = {}): fc.Arbitrary<History> {
  const history = fc.record({
    length: upTo(1_500),
    perPage: fc.constant(100),
    most: fc.constant(100),
    counts: fc.boolean(),
    prefetch: fc.constantFrom(0, 1, 2, 4, 8, 16),
    pagesPerWalk: fc.constant(Infinity),
    changes,
    overtaking: fc.boolean(),
    schedule: fc.noBias(fc.integer()),
    ...more,
  });
  // Where the server does not say how long the list is, its first window is taken for the largest that it gives. A list
  // that begins with fewer items and grows is read in tiny windows then, which may not overlap.
  return history.map((each) => (each.counts ? each : { ...each, length: each.length + 20 }));
}

function repeated({ yielded }: Outcome): number[] {
  const seen = new Set<number>();
  return yielded.filter((id) => seen.size === seen.add(id).size);
}

function lost({ yielded, stayed }: Outcome): number[] {
  const seen = new Set(yielded);
  return stayed.filter((id) => !seen.has(id));
}

function check(
  history: fc.Arbitrary<History>,
  holds: (outcome: Outcome, history: History) => void,
  walk: Walk = sdkWalk,
): Promise<void> {
  return fc.assert(
    fc.asyncProperty(history, async (each) => holds(await play(walk, each), each)),
    { seed, numRuns },
  );
}

const isExact = (outcome: Outcome, { counts }: History) => {
  expect(outcome.error).toBeUndefined();
  expect(repeated(outcome)).toEqual([]);
  expect(lost(outcome)).toEqual([]);
  // Without a count, a walk that has met short windows only does not know that nothing was left out of them.
  if (counts) expect(outcome.unverified).toEqual([]);
};

describe('every item that stays in the list is yielded once and only once', { timeout: patience }, () => {
  it('whatever is created or deleted, in whichever order the answers come', () => check(histories(), isExact));

  it('in windows of any size that leaves room to overlap', () =>
    check(
      histories({
        length: upTo(300),
        perPage: fc.integer({ min: 20, max: 100 }),
        changes: fc.oneof(often(single, 2), nowAndThen(several(40), 4)),
      }),
      isExact,
    ));

  it('whichever size the server limits them to, if that is at least the documented 20', () =>
    check(
      histories({
        length: upTo(600),
        most: fc.integer({ min: 20, max: 100 }),
        changes: fc.oneof(often(single, 5), nowAndThen(several(80), 4)),
      }),
      isExact,
    ));

  it('while every item leaves the list as soon as it has been yielded', () =>
    check(
      histories({
        prefetch: fc.constant(0),
        changes: fc.constant(Array.from({ length: 200 }, () => [{ kind: 'delete', at: 0, count: 90 } as const])),
      }),
      isExact,
    ));

  it('by walks that go on from the cursor of the one before, or refuse to if they can not find the place', async () => {
    let refused = 0;
    await check(
      histories({
        length: upTo(600),
        pagesPerWalk: fc.integer({ min: 1, max: 3 }),
        changes: fc.oneof(often(single, 8), nowAndThen(several(15), 10), often(several(150), 1).map(onlyInserts)),
      }),
      (outcome, history) => {
        if (outcome.error instanceof InvalidRequestError) {
          expect(repeated(outcome)).toEqual([]);
          refused += 1;
        } else isExact(outcome, history);
      },
    );
    expect(refused).toBeLessThan(numRuns / 20);
  });

  it('also where the place is found in a window that does not join what was read on the way to it', async () => {
    const inFront = [[], 83, 107, [], [], 101, 54, 35].map((count): Change[] =>
      typeof count === 'number' ? [{ kind: 'insert', at: 0, count }] : count,
    );
    const history = {
      length: 193,
      perPage: 100,
      most: 100,
      counts: true,
      prefetch: 4,
      pagesPerWalk: 2,
      changes: [[{ kind: 'insert', at: 1, count: 10 } as const], ...inFront],
      overtaking: false,
      schedule: -1_400_203_017,
    };
    isExact(await play(sdkWalk, history), history);
  });

  it('which a walk that just counts pages up does not achieve', async () => {
    const property = (wrong: (outcome: Outcome) => number[]) =>
      fc.asyncProperty(histories({ counts: fc.constant(true) }), async (each) => {
        expect(wrong(await play(naiveWalk, each))).toEqual([]);
      });
    expect((await fc.check(property(lost), { seed, numRuns })).failed).toBe(true);
    expect((await fc.check(property(repeated), { seed, numRuns })).failed).toBe(true);
  });
});

describe('what can not be known is said', { timeout: patience }, () => {
  it('where a server gives so few items at once that windows can not overlap', () =>
    check(
      histories({
        length: upTo(100),
        most: fc.integer({ min: 1, max: 10 }),
        changes: fc.oneof(often(single, 1), nowAndThen(several(20), 4)),
      }),
      (outcome, { counts }) => {
        expect(outcome.error).toBeUndefined();
        expect(repeated(outcome)).toEqual([]);
        const isTakenForOnePage = !counts && outcome.requests === 2;
        if (outcome.unverified.length === 0 && !isTakenForOnePage) expect(lost(outcome)).toEqual([]);
      },
    ));

  it('where a list changes faster than it can be read, and the walk ends all the same', () =>
    check(
      histories({
        length: upTo(600),
        counts: fc.constant(true),
        changes: fc
          .record({ created: fc.tuple(place, fc.nat({ max: 300 })), deleted: fc.tuple(place, fc.nat({ max: 300 })) })
          .map(({ created, deleted }) =>
            Array.from({ length: 60 }, (): Change[] => [
              { kind: 'insert', at: created[0], count: created[1] },
              { kind: 'delete', at: deleted[0], count: deleted[1] },
            ]),
          ),
      }),
      (outcome, { length }) => {
        if (outcome.error !== undefined)
          expect(outcome.error).toMatchObject({
            message: expect.stringContaining('No end of the list is in sight') as string,
          });
        expect(repeated(outcome)).toEqual([]);
        if (outcome.error === undefined && outcome.unverified.length === 0) expect(lost(outcome)).toEqual([]);
        expect(outcome.requests).toBeLessThan(300 + length);
      },
    ));
});

describe('what it costs', { timeout: patience }, () => {
  const long = { length: fc.constant(2_000), counts: fc.constant(true) };
  const pages = 20;

  it('at most five requests more than there are pages of 100, while nothing moves', () =>
    check(histories({ ...long, changes: fc.constant([]) }), ({ requests, yielded }) => {
      expect(yielded).toEqual(Array.from({ length: 2_000 }, (_, id) => id));
      expect(requests).toBeLessThanOrEqual(pages + 5);
    }));

  it('at most ten more while up to 15 items are created or deleted anywhere before each answer', () => {
    const anywhere = fc.noBias(fc.nat({ max: 1_000_000 })).map((millionths) => millionths / 1_000_000);
    const changes = fc.array(fc.record({ kind, at: anywhere, count: fc.constant(1) }), { maxLength: 15 });
    return check(
      histories({
        ...long,
        prefetch: fc.constantFrom(0, 4),
        changes: fc.noBias(fc.array(changes, { minLength: 40, maxLength: 40 })),
      }),
      (outcome, history) => {
        isExact(outcome, history);
        expect(outcome.requests).toBeLessThanOrEqual(pages + 10);
      },
    );
  });

  it('one request for a list of one short page', () =>
    check(histories({ length: upTo(99), counts: fc.constant(true), changes: fc.constant([]) }), ({ requests }) => {
      expect(requests).toBe(1);
    }));
});

/** The walk that other clients do. */
const naiveWalk: Walk = async (request, _from, _history, yielded) => {
  for (let page = 1, hasNext = true; hasNext; page += 1) {
    const options = { signal: new AbortController().signal, priority: undefined };
    const { data, meta } = await request({ page, per_page: 100 }, options);
    await yielded(data);
    hasNext = page < (meta?.total_pages ?? 0);
  }
  return { next: undefined };
};
