import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { Client } from '@example/sdk';
import { createSandbox } from '@example/sandbox';
import { rejection } from '../support/http-server.ts';
import { noAnswer } from '../support/in-process-api.ts';
import type { CallPriority } from '../../src/rate-limit/priority.ts';
import { startOfPage } from '../../src/pagination/cursor.ts';
import { ListReader } from '../../src/pagination/reader.ts';
import { Walk, type Progress, type RequestWindow } from '../../src/pagination/walk.ts';
import { collect, projects, serveList } from './support/list-server.ts';

interface Fetch {
  window: string;
  priority: CallPriority | undefined;
  isAnswered: boolean;
  answer: () => void;
}

/** A walk over so many items, in windows of up to 100, whose answers the test gives one by one. */
function walkByHand(length: number, prefetch: number, limit = Infinity) {
  /** How many items in front are replaced by as many behind. */
  const list = { moved: 0 };
  const fetches: Fetch[] = [];
  const request: RequestWindow<{ id: number }> = ({ page, per_page = 0 }, ahead) =>
    new Promise((resolve) => {
      const start = (page - 1) * per_page;
      const answer = () => {
        fetch.isAnswered = true;
        const data = Array.from({ length: Math.max(0, Math.min(per_page, length - start)) }, (_, id) => ({
          id: list.moved + start + id,
        }));
        resolve({ data, meta: { current_page: page, total_count: length } });
      };
      const fetch = { window: `${start}-${start + per_page}`, priority: ahead?.priority, isAnswered: false, answer };
      fetches.push(fetch);
    });
  const walk = new Walk(new ListReader<{ id: number }>(startOfPage(1, 100), () => undefined), request, prefetch, limit);
  let number = 0;
  const proceed = () => walk.progressAfter(number++)!;
  const isAhead = ({ priority }: Fetch) => priority?.level === 'background';
  return {
    list,
    proceed,
    requested: () => fetches.map(({ window }) => window),
    ahead: () => fetches.filter(isAhead).length,
    fetch: (number: number) => fetches[number - 1]!,
    /** The next page. What it waits for is answered. */
    async next(): Promise<Progress<{ id: number }>> {
      const result = proceed();
      await settled();
      let awaited: Fetch | undefined;
      while ((awaited = fetches.find((fetch) => !fetch.isAnswered && !isAhead(fetch)))) {
        awaited.answer();
        await settled();
      }
      return result;
    },
  };
}

/** Until everything has run that waits for nothing. */
const settled = () => new Promise(setImmediate);

/** The windows of a list, as they are read one after the other. */
const plan = ['0-100', '99-198', '196-294', '291-388', '384-480', '475-570', '564-658', '651-744'];

describe('windows are requested ahead', () => {
  it.each([0, 1, 2, 8])('prefetch: %i keeps so many ahead of the consumer, and no more', async (prefetch) => {
    const { requested, next } = walkByHand(3_000, prefetch);
    await next();
    for (const number of [2, 3, 4, 5]) {
      await settled();
      expect(requested().length).toBe(number - 1 + prefetch);
      await next();
    }
    expect(requested().slice(0, 6)).toEqual(plan.slice(0, Math.min(6, 5 + prefetch)));
  });

  it('half as many after one that shares nothing with those before: the list moves too fast', async () => {
    const { list, next, ahead } = walkByHand(3_000, 4);
    await next();
    list.moved = 150;
    for (let page = 0; page < 8; page++) await next();
    expect(ahead()).toBe(2);
  });

  it.each([
    [198, Infinity, 2],
    [250, Infinity, 3],
    [1_000, 350, 4],
  ])('the first window alone, as it says how many items there are: %i, limit %d', async (length, limit, windows) => {
    const { proceed, requested, fetch } = walkByHand(length, 8, limit);
    const first = proceed();
    await settled();
    expect(requested()).toEqual(['0-100']);
    fetch(1).answer();
    await first;
    expect(requested()).toEqual(plan.slice(0, windows));
  });
});

describe('a window that is requested ahead lets other calls go first', () => {
  it('until the consumer waits for it', async () => {
    const { proceed, next, fetch } = walkByHand(1_000, 2);
    await next();
    expect(fetch(1).priority).toBeUndefined();
    expect([fetch(2).priority?.level, fetch(3).priority?.level]).toEqual(['background', 'background']);
    const second = proceed();
    await settled();
    expect([fetch(2).priority?.level, fetch(3).priority?.level]).toEqual(['normal', 'background']);
    fetch(2).answer();
    await second;
  });

  it('and is as urgent as any where nothing is requested ahead', async () => {
    const { next, fetch } = walkByHand(1_000, 0);
    await next();
    await next();
    expect(fetch(2).priority).toBeUndefined();
  });
});

it('a list that works ahead of the loop does not hold up other calls when the rate limit does', async () => {
  const sandbox = createSandbox({ projects: 1000, users: [{ id: 'user_1' }], rateLimit: { limit: 4, window: 1000 } });
  const client = new Client({ apiToken: sandbox.apiToken, baseUrl: 'http://127.0.0.1:1/v1', fetch: sandbox.fetch });
  const waiting = new Promise((resolve) => client.once('rateLimitWait', resolve));
  for await (const page of client.projects.list({}, { prefetch: 8 }).pages()) {
    expect(page.meta.total_count).toBe(1000);
    await waiting;
    expect(await client.users.get('user_1')).toHaveProperty('id', 'user_1');
    break;
  }
  // A window allows four requests. Pages that are requested ahead leave one of them to normal calls.
  expect(sandbox.requests.map(({ path }) => path).indexOf('/v1/users/user_1')).toBe(3);
});

/** A server that answers the first pages and leaves the others waiting; it tells which of those were cancelled. */
function serveSlowly(answered: number) {
  const cancelled: number[] = [];
  const waiting: number[] = [];
  const server = serveList({
    items: projects(1000),
    intercept: (page, request) => {
      if (page <= answered) return undefined;
      waiting.push(page);
      request.init.signal.addEventListener('abort', () => cancelled.push(page));
      return noAnswer(request);
    },
  });
  const underway = async (count: number) => {
    while (waiting.length < count) await settled();
  };
  const allCancelled = async () => {
    while (cancelled.length < waiting.length) await settled();
  };
  return { ...server, underway, allCancelled };
}

describe('what is under way is cancelled', () => {
  it('when the loop is left early', async () => {
    const { client, pages, underway, allCancelled } = serveSlowly(2);
    let seen = 0;
    for await (const { id } of client.projects.list({}, { prefetch: 4 })) {
      seen += 1;
      if (id === 'proj_125') {
        await underway(4);
        break;
      }
    }
    await allCancelled();
    expect(seen).toBe(125);
    expect(pages().sort()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('but not when a loop over the items of a page is left early, in one over pages', async () => {
    const { client, pages } = serveList({ items: projects(1500) });
    for await (const page of client.projects.list({}, { prefetch: 4 }).pages()) expect(page.data).not.toEqual([]);
    const requests = pages().length;
    for await (const page of client.projects.list({}, { prefetch: 4 }).pages()) {
      for await (const { id } of page) if (id !== '') break;
    }
    expect(pages()).toHaveLength(2 * requests);
  });

  it('when the signal aborts while the loop waits, and the loop ends with the reason', async () => {
    const { client, underway, allCancelled } = serveSlowly(1);
    const controller = new AbortController();
    const all = client.projects.list({}, { prefetch: 3, signal: controller.signal }).toArray();
    const failure = rejection(all);
    await underway(3);
    controller.abort(new RangeError('Enough.'));
    expect(await failure).toBe(controller.signal.reason);
    await allCancelled();
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('when the signal aborts inside the loop: it ends at the next item, also if that has arrived', async () => {
    const { client, underway, allCancelled } = serveSlowly(1);
    const controller = new AbortController();
    const seen: string[] = [];
    const loop = async () => {
      for await (const { id } of client.projects.list({}, { prefetch: 2, signal: controller.signal })) {
        seen.push(id);
        await underway(2);
        if (seen.length === 2) controller.abort();
      }
    };
    expect(await rejection(loop())).toHaveProperty('name', 'AbortError');
    expect(seen).toEqual(['proj_1', 'proj_2']);
    await allCancelled();
  });

  it('and nothing is sent where the signal has aborted before', async () => {
    const { client, pages } = serveList({ items: projects(3) });
    const list = client.projects.list({}, { signal: AbortSignal.abort('never') });
    expect(await rejection(collect(list))).toBe('never');
    expect(pages()).toEqual([]);
  });
});

it.each([
  [4, {}],
  [2, { prefetch: 2 }],
  [1, { prefetch: 0 }],
])('toArray() keeps %i requests under way with the options %j', async (expected, options) => {
  const { client, pages, underway } = serveSlowly(1);
  const controller = new AbortController();
  const failure = rejection(client.projects.list({}, { ...options, signal: controller.signal }).toArray());
  await underway(expected);
  controller.abort();
  await failure;
  expect(pages()).toHaveLength(1 + expected);
});
