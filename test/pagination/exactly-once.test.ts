import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FetchPage } from '../../src/pagination/page-reader.ts';
import { walk, type WalkedPage, type WalkOptions } from '../../src/pagination/walk.ts';
import { play, type Change, type History, type Item, type Outcome } from './moving-list.ts';

// Thousands of histories, the same in every run. Another seed or more of them: WALK_SEED=1 WALK_RUNS=20000 npx vitest run …
const seed = Number(process.env['WALK_SEED'] ?? 20_240_101);
const numRuns = Number(process.env['WALK_RUNS'] ?? 1_500);
const patience = 600_000;

/** Where a list's new items appear: newest first, oldest first, or anywhere. */
const place = fc.oneof(fc.constant(0), fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true }));
const some = (kind: Change['kind'], most: number) =>
  fc.array(fc.record({ kind: fc.constant(kind), at: place }), { minLength: 1, maxLength: most });
const shuffled = (changes: Change[]) => fc.shuffledSubarray(changes, { minLength: changes.length });

const inserts = some('insert', 120);
const deletes = some('delete', 120);
/** Some of each, but not as many of one as of the other: `total_count` changes. */
const both = fc
  .tuple(some('insert', 6), some('delete', 6))
  .filter(([created, deleted]) => created.length !== deleted.length)
  .chain((changes) => shuffled(changes.flat()));
/** As many of one as of the other: `total_count` does not tell. */
const balanced = fc
  .integer({ min: 1, max: 4 })
  .chain((n) =>
    fc.tuple(fc.array(place, { minLength: n, maxLength: n }), fc.array(place, { minLength: n, maxLength: n })),
  )
  .chain(([created, deleted]) =>
    shuffled([
      ...created.map((at): Change => ({ kind: 'insert', at })),
      ...deleted.map((at): Change => ({ kind: 'delete', at })),
    ]),
  );

/** A handful of changes, each at some moment of the walk, and rest in between. */
const nowAndThen = (change: fc.Arbitrary<Change[]>) =>
  fc
    .array(fc.tuple(fc.nat({ max: 60 }), change), { maxLength: 5 })
    .map((moments) => moments.reduce<Change[][]>((history, [at, what]) => ((history[at] = what), history), []));

const histories = (changes: fc.Arbitrary<(readonly Change[])[]>, overtaking = false): fc.Arbitrary<History> =>
  fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 8 })).chain((pageSize) =>
    fc.record({
      pageSize: fc.constant(pageSize),
      length: fc.nat({ max: pageSize * 30 }),
      prefetch: fc.constantFrom(0, 1, 2, 3, 4, 8, 16),
      changes,
      overtaking: fc.constant(overtaking),
      schedule: fc.noBias(fc.integer()),
    }),
  );

function repeats({ yielded }: Outcome): number[] {
  return yielded.filter((id, index) => yielded.indexOf(id) !== index);
}

function missing({ yielded, stayed }: Outcome): number[] {
  const seen = new Set(yielded);
  return stayed.filter((id) => !seen.has(id));
}

function check(history: fc.Arbitrary<History>, holds: (outcome: Outcome, history: History) => void): Promise<void> {
  return fc.assert(
    fc.asyncProperty(history, async (each) => holds(await play(walk, each), each)),
    { seed, numRuns },
  );
}

describe('every item that stays in the list is yielded once and only once', { timeout: patience }, () => {
  // Where more pages are requested ahead than the list has, many answers from before and after a change mix. That may
  // look like a list that never rests, and the walk then says that it is not sure. It hardly ever happens.
  const hardlyEver = numRuns / 500;

  it('whatever is created or deleted between any two answers', async () => {
    expect(await unsure(histories(nowAndThen(fc.oneof(inserts, deletes, both))))).toBeLessThan(hardlyEver);
  });

  it('also when answers overtake one another, as long as the list only grows or only shrinks', async () => {
    expect(await unsure(histories(fc.oneof(nowAndThen(inserts), nowAndThen(deletes)), true))).toBeLessThan(hardlyEver);
  });

  /** Holds every walk to the promise, but those that say they are not sure; returns how many do. */
  async function unsure(history: fc.Arbitrary<History>): Promise<number> {
    let count = 0;
    await check(history, (outcome) => {
      expect(repeats(outcome)).toEqual([]);
      if (outcome.drift === undefined) expect(missing(outcome)).toEqual([]);
      else count += 1;
    });
    return count;
  }

  it('which a walk that just counts pages up does not achieve', async () => {
    const property = (wrong: (outcome: Outcome) => number[]) =>
      fc.asyncProperty(histories(nowAndThen(fc.oneof(inserts, deletes, both))), async (each) => {
        expect(wrong(await play(naiveWalk, each))).toEqual([]);
      });
    expect((await fc.check(property(missing), { seed, numRuns })).failed).toBe(true);
    expect((await fc.check(property(repeats), { seed, numRuns })).failed).toBe(true);
  });
});

describe('what can not be promised', { timeout: patience }, () => {
  it('nothing is ever yielded twice, and nothing is missing unless as much was created as deleted between two answers', () =>
    check(histories(nowAndThen(fc.oneof(inserts, deletes, both, balanced))), (outcome, { changes }) => {
      expect(repeats(outcome)).toEqual([]);
      const hidden = changes.some(
        (gap) => gap.filter(({ kind }) => kind === 'insert').length * 2 === gap.length && gap.length > 0,
      );
      if (!hidden && outcome.drift === undefined) expect(missing(outcome)).toEqual([]);
    }));

  it('a list that never rests is still walked to its end, with few re-reads, and a walk that may have missed items says so', () =>
    check(
      histories(fc.array(fc.oneof(some('insert', 2), some('delete', 2)), { minLength: 50, maxLength: 300 })),
      (outcome, { length, pageSize, prefetch }) => {
        expect(repeats(outcome)).toEqual([]);
        if (outcome.drift === undefined) expect(missing(outcome)).toEqual([]);
        else {
          const pages = Math.ceil(Math.max(length, outcome.yielded.length) / pageSize);
          expect(outcome.drift.openSeams).toBeGreaterThan(0);
          expect(outcome.drift.rereads).toBeLessThanOrEqual(20 + 2 * prefetch + 3 * pages);
        }
      },
    ));
});

describe('what it costs', { timeout: patience }, () => {
  it('not one request more than there are pages while nothing moves', () =>
    check(histories(fc.constant([])), ({ requests, yielded }, { length, pageSize }) => {
      expect(yielded).toEqual(Array.from({ length }, (_, id) => id));
      expect(requests).toBe(Math.max(1, Math.ceil(length / pageSize)));
    }));
});

/** The walk that other clients do. */
async function* naiveWalk(
  fetchPage: FetchPage<Item>,
  { first }: WalkOptions,
): AsyncGenerator<WalkedPage<Item>, void, undefined> {
  for (let page = first, hasNext = true; hasNext; page += 1) {
    const { data, meta } = await fetchPage(page, { signal: new AbortController().signal, priority: undefined });
    hasNext = page < (meta?.total_pages ?? 0);
    yield { page, data, meta, hasNext };
  }
}
