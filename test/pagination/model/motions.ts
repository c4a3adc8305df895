import type { List } from './list.ts';
import { below, pick, type Random } from '../../support/random.ts';

/** What happens to a list between two requests. `most` is the largest number of changes of one kind. */
export interface Motion {
  readonly name: string;
  readonly isAtRest?: boolean;
  /** Whether it goes on for as long as there are requests. Other motions come to rest. */
  readonly isEndless?: boolean;
  /** Whether the list changes faster than it can be read. */
  readonly isTooFast?: boolean;
  /** Whether items come back. Those that never stood in one page may be known in a wrong order. */
  readonly isReturning?: boolean;
  /** How many items are replaced at once, at the most. */
  readonly largest?: number;
  /** @param end Where the last page ended that was sent. */
  step(list: List, random: Random, most: number, request: number, end: number): void;
}

/** Where a change happens: a share of the list, from 0 (its front) to 1 (its end). */
type Place = (random: Random) => number;
const front: Place = () => 0;
const middle: Place = () => 0.5;
const everywhere: Place = (random) => random();

function create(list: List, place: number): void {
  list.insert(Math.round(place * list.items.length));
}

function remove(list: List, place: number): void {
  if (list.items.length > 0) list.delete(Math.min(list.items.length - 1, Math.floor(place * list.items.length)));
}

/** Does something up to `most` times. `most` may be less than one: then it is seldom done at all. */
function some(random: Random, most: number, change: () => void): void {
  let times = Math.floor(random() * (most + 1));
  if (most < 1) times = random() < most ? 1 : 0;
  for (; times > 0; times--) change();
}

function churn(place: Place): Motion['step'] {
  return (list, random, most) => {
    some(random, most, () => create(list, place(random)));
    some(random, most, () => remove(list, place(random)));
  };
}

function slide(list: List, random: Random, most: number): void {
  some(random, most, () => create(list, 1));
  some(random, most, () => remove(list, 0));
}

export const motions: readonly Motion[] = [
  { name: 'at rest', isAtRest: true, step: () => undefined },
  { name: 'creations and deletions at the front', step: churn(front) },
  { name: 'creations and deletions in the middle', step: churn(middle) },
  { name: 'creations and deletions everywhere', step: churn(everywhere) },
  {
    name: 'a deletion at the front and a creation at the end, in one step',
    step: (list, random, most) =>
      some(random, most, () => {
        remove(list, 0);
        create(list, 1);
      }),
  },
  {
    name: 'a creation at the front and a deletion at the end, in one step',
    step: (list, random, most) =>
      some(random, most, () => {
        create(list, 0);
        remove(list, 1);
      }),
  },
  {
    name: 'deletions at the front, made up for by creations in the next step',
    step: (list, _random, most, request) => {
      for (let times = Math.ceil(most); times > 0; times--) {
        if (request % 2 === 0) remove(list, 0);
        else create(list, 0);
      }
    },
  },
  {
    name: 'deletions only',
    step: (list, random, most) => {
      const place = pick(random, [front, everywhere]);
      some(random, most, () => remove(list, place(random)));
    },
  },
  { name: 'a growing tail', step: (list, random, most) => some(random, most, () => create(list, 1)) },
  { name: 'a growing tail while the front is deleted', step: slide },
  { name: 'a growing tail while the front is deleted, without end', isEndless: true, step: slide },
  { name: 'growth at the front', step: (list, random, most) => some(random, most, () => create(list, 0)) },
];

/** Up to so many neighbours are created or deleted at once: at the front, at the end or in the middle. */
function churnManyAtOnce(list: List, random: Random, most: number): void {
  const at = Math.round(pick(random, [0, 1, random()]) * list.items.length);
  const isCreation = random() < 0.5;
  for (let times = 1 + below(random, most); times > 0; times--) {
    if (isCreation) list.insert(at);
    else list.delete(at);
  }
}

export const bursts: Motion = {
  name: 'many at once, now and then',
  largest: 120,
  step: (list, random) => {
    if (random() < 0.15) churnManyAtOnce(list, random, 120);
  },
};

export const flood: Motion = {
  name: 'many at once, all the time',
  isTooFast: true,
  step: (list, random) => {
    for (let times = 2; times > 0; times--) churnManyAtOnce(list, random, 300);
  },
};

function leaveNear(list: List, random: Random, most: number, end: number): void {
  some(random, most, () => {
    if (list.items.length > 0) list.delete(Math.max(0, Math.min(list.items.length, end) - 1 - below(random, 15)));
  });
}

/** Motions of the items that were sent last, by which a cursor finds its place. */
export const motionsNearby: readonly Motion[] = [
  {
    name: 'deletions of the items that were sent last',
    step: (list, random, most, _request, end) => {
      const last = Math.min(list.items.length, end);
      for (let times = Math.min(last, below(random, 1 + most / 3)); times > 0; times--) list.delete(last - times);
    },
  },
  {
    name: 'creations and deletions among the items that were sent last',
    step: (list, random, most, _request, end) => {
      leaveNear(list, random, most / 2, end);
      some(random, most / 2, () => list.insert(Math.max(0, Math.min(list.items.length, end) - below(random, 15))));
    },
  },
  {
    name: 'items that were sent last leave and come back to their place',
    isReturning: true,
    step: (list, random, most, _request, end) => {
      leaveNear(list, random, most / 3, end);
      for (const item of list.left) if (random() < 0.3) list.restore(item);
    },
  },
];
