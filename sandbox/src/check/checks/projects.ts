import { type Check, type Deviation, firstDeviation, firstOf, type NotChecked, shown } from '../check.ts';
import { isClientError, isObject, isSuccess, statusOf, valueAt } from '../exchange.ts';
import { fieldChecks, metaFields, projectFields } from '../fields.ts';
import type { Listed, Transcript } from '../transcript.ts';

/** Pages of all projects that every server has to return. */
function documentedPages({ lists }: Transcript): Listed[] {
  const { first, sameAgain, second, one, pairs, fives, last, largest, firstAgain } = lists;
  return [first, sameAgain, second, one, ...pairs, fives, last, largest, firstAgain];
}

/** All pages, also those that a server may refuse. */
function everyPage(transcript: Transcript): Listed[] {
  const { afterLast, tooLarge, unknownStatus, active, activePage } = transcript.lists;
  return [...documentedPages(transcript), afterLast, tooLarge, unknownStatus, active, activePage];
}

const exchangesOf = (pages: readonly Listed[]) => pages.map(({ exchange }) => exchange);

export function itemsOf({ exchange }: Listed): readonly unknown[] {
  const data = valueAt(exchange, 'data');
  return Array.isArray(data) ? data : [];
}

export function idsOf(listed: Listed): readonly unknown[] {
  return itemsOf(listed).map((item) => (isObject(item) ? item['id'] : undefined));
}

function metaOf({ exchange }: Listed, name: string): number | undefined {
  const value = valueAt(exchange, 'meta', name);
  return typeof value === 'number' ? value : undefined;
}

const totalOf = (transcript: Transcript) => metaOf(transcript.lists.first, 'total_count') ?? 0;

const notListed: NotChecked = { reason: 'GET /projects returned no list with a `total_count`.' };

/** Judges each page with the number of all projects. There have to be some, or pages can't be told apart. */
function withProjects(
  needed: number,
  pages: (transcript: Transcript) => readonly Listed[],
  problemOf: (listed: Listed, total: number, transcript: Transcript) => string | undefined,
): Check['judge'] {
  return (transcript) => {
    const total = metaOf(transcript.lists.first, 'total_count');
    if (total === undefined) return notListed;
    if (total < needed) return { reason: `It needs at least ${needed} projects, and there are ${total}.` };
    return firstOf(
      pages(transcript).map((listed): Deviation | undefined => {
        const problem = isSuccess(listed.exchange) ? problemOf(listed, total, transcript) : undefined;
        return problem === undefined ? undefined : { problem, exchange: listed.exchange };
      }),
    );
  };
}

function lengthProblem(listed: Listed, total: number): string | undefined {
  const { page, perPage } = listed;
  const expected = Math.min(Math.max(total - (page - 1) * perPage, 0), perPage);
  const { length } = itemsOf(listed);
  return length === expected ? undefined : `The page has ${length} items of ${expected}.`;
}

function positionProblem(listed: Listed, _total: number, { lists }: Transcript): string | undefined {
  const { page, perPage } = listed;
  const [longest = lists.first] = [lists.largest, lists.first].toSorted((a, b) => idsOf(b).length - idsOf(a).length);
  const begin = (page - 1) * perPage;
  const expected = idsOf(longest).slice(begin, begin + perPage);
  const received = idsOf(listed).slice(0, expected.length);
  return JSON.stringify(received) === JSON.stringify(expected)
    ? undefined
    : `Page ${page} of ${perPage} begins with ${shown(received[0])}, but item ${begin + 1} of the list is ${shown(expected[0])}.`;
}

function totalPagesProblem(listed: Listed): string | undefined {
  const [pages, total] = [metaOf(listed, 'total_pages'), metaOf(listed, 'total_count')];
  if (pages === undefined || total === undefined) return undefined;
  const expected = Math.ceil(total / listed.perPage);
  // A list without items may count as one page.
  return pages === expected || (total === 0 && pages === 1)
    ? undefined
    : `\`total_pages\` is ${pages} for ${total} items, ${listed.perPage} a page.`;
}

const status = (transcript: Transcript) => [
  transcript.lists.unknownStatus,
  transcript.lists.active,
  transcript.lists.activePage,
];

export const projectChecks: readonly Check[] = [
  {
    id: 'projects.list.status',
    says: 'GET /projects returns a list: 200.',
    judge: (transcript) =>
      firstDeviation(exchangesOf(documentedPages(transcript)), (exchange) =>
        statusOf(exchange) === 200 ? undefined : `The status is ${statusOf(exchange)}.`,
      ),
  },
  {
    id: 'projects.list.data',
    says: 'The `data` of a list is an array of objects.',
    judge: (transcript) =>
      firstDeviation(exchangesOf(everyPage(transcript)).filter(isSuccess), (exchange) => {
        const data = valueAt(exchange, 'data');
        if (!Array.isArray(data)) return `\`data\` is ${shown(data)}.`;
        const other: unknown = data.find((item) => !isObject(item));
        return other === undefined ? undefined : `\`data\` contains ${shown(other)}.`;
      }),
  },
  ...fieldChecks('projects.item', 'a project', projectFields, (transcript) =>
    everyPage(transcript).flatMap((listed) => itemsOf(listed).map((value) => ({ exchange: listed.exchange, value }))),
  ),
  ...fieldChecks('projects.meta', 'the `meta` of a list', metaFields, (transcript) =>
    exchangesOf(everyPage(transcript))
      .filter(isSuccess)
      .map((exchange) => ({ exchange, value: valueAt(exchange, 'meta') })),
  ),
  {
    id: 'projects.page.length',
    says: 'A page has `per_page` items (default: 20), and the last one has the rest.',
    judge: withProjects(0, documentedPages, lengthProblem),
  },
  {
    id: 'projects.page.position',
    says: 'Page `page` of `per_page` items (defaults: 1 and 20) begins after the items of the pages before it.',
    judge: withProjects(3, documentedPages, positionProblem),
  },
  {
    id: 'projects.page.current',
    says: '`current_page` is the number of the page.',
    judge: withProjects(0, documentedPages, (listed) => {
      const current = metaOf(listed, 'current_page');
      return current === undefined || current === listed.page
        ? undefined
        : `\`current_page\` of page ${listed.page} is ${current}.`;
    }),
  },
  {
    id: 'projects.page.after-last',
    says: 'A page after the last one has no items, or is a client error.',
    judge: (transcript) => {
      const { afterLast } = transcript.lists;
      const { length } = itemsOf(afterLast);
      if (isClientError(afterLast.exchange)) return undefined;
      if (!isSuccess(afterLast.exchange)) {
        return { problem: `The status is ${statusOf(afterLast.exchange)}.`, exchange: afterLast.exchange };
      }
      return length === 0 ? undefined : { problem: `The page has ${length} items.`, exchange: afterLast.exchange };
    },
  },
  {
    id: 'projects.total-pages',
    says: '`total_pages` is `total_count` divided by `per_page`, rounded up.',
    judge: withProjects(0, (transcript) => [...documentedPages(transcript), ...status(transcript)], totalPagesProblem),
  },
  {
    id: 'projects.total-count',
    says: '`total_count` is the same on each page.',
    judge: withProjects(0, documentedPages, (listed, total) => {
      const count = metaOf(listed, 'total_count');
      return count === undefined || count === total
        ? undefined
        : `\`total_count\` is ${count}, and was ${total} on the first page. Were projects created or deleted meanwhile?`;
    }),
  },
  {
    id: 'projects.status.unknown',
    says: '`status` filters: a status that no project has gives no projects.',
    judge: (transcript) => {
      const { unknownStatus } = transcript.lists;
      const count = metaOf(unknownStatus, 'total_count') ?? 0;
      const { length } = itemsOf(unknownStatus);
      if (isClientError(unknownStatus.exchange)) return undefined;
      if (!isSuccess(unknownStatus.exchange)) {
        return { problem: `The status is ${statusOf(unknownStatus.exchange)}.`, exchange: unknownStatus.exchange };
      }
      if (totalOf(transcript) === 0) return { reason: 'There are no projects.' };
      return length === 0 && count === 0
        ? undefined
        : { problem: `The list has ${Math.max(length, count)} projects.`, exchange: unknownStatus.exchange };
    },
  },
  {
    id: 'projects.status.matching',
    says: '`status` filters: a list with `status=active` has only projects with this status.',
    judge: ({ lists: { active, activePage } }) =>
      firstOf(
        [active, activePage].map((listed): Deviation | undefined => {
          // The reference does not document the field, so a server may leave it out.
          const others = itemsOf(listed).filter((item) => isObject(item) && (item['status'] ?? 'active') !== 'active');
          return others.length === 0
            ? undefined
            : { problem: `It contains ${shown(others[0])}.`, exchange: listed.exchange };
        }),
      ),
  },
  {
    id: 'projects.status.pages',
    says: '`status`, `page` and `per_page` work together.',
    judge: ({ lists: { active, activePage } }) => {
      const { exchange } = activePage;
      const [all, page] = [metaOf(active, 'total_count'), metaOf(activePage, 'total_count')];
      if (!isSuccess(active.exchange) || all === undefined) return notListed;
      if (!isSuccess(exchange)) return { problem: `The status is ${statusOf(exchange)}.`, exchange };
      if (page !== all)
        return { problem: `\`total_count\` is ${shown(page)}, and was ${all} with 20 a page.`, exchange };
      const { length } = itemsOf(activePage);
      return length === Math.min(all, 1) && idsOf(activePage)[0] === idsOf(active)[0]
        ? undefined
        : { problem: `The page has ${length} items and begins with ${shown(idsOf(activePage)[0])}.`, exchange };
    },
  },
];
