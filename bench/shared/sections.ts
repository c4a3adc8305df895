import { readResults, readScenarios, type Results } from './results.ts';
import {
  fold,
  kilobytes,
  markdown,
  overheadTables,
  rateLimitCases,
  rateLimitTables,
  sizeTable,
  walkTables,
  type FigureTable,
  type OverheadRow,
  type RateLimitRow,
  type SizeRow,
  type WalkRow,
} from './tables.ts';

/** What the documentation says of each benchmark, made of the saved results: first what users get, then the rest, folded. */
const sections: Readonly<Record<string, () => string>> = {
  'main-street': () => {
    const rows = readScenarios();
    const met = rows.filter(({ goals }) => goals === 'met').length;
    const table = {
      title: 'Calls answered',
      head: ['set-up', '@example/sdk', 'fetch', 'simple client'],
      rows: rows
        .filter(({ name }) => shownScenarios.includes(name))
        .map(({ name, cells }) => [name, ...cells.map((cell) => /^\d+ of \d+/.exec(cell)?.[0] ?? '')]),
    };
    return `**Goals are met in ${met} of ${rows.length} set-ups.**\n\n${markdown([table])}`;
  },
  overhead: () => {
    const { rows, ...run } = readResults<OverheadRow>('overhead');
    const timesKy = [1, 10].map((concurrency) => {
      const ratio = (name: string) => only(rows, (row) => row.concurrency === concurrency && row.name === name).ratio;
      return `${(ratio('@example/sdk') / ratio('ky')).toFixed(2)} ×`;
    });
    const [ratio, ratioOfTen] = timesKy;
    const finding = `A call costs ${ratio} as much as with ky, and ${ratioOfTen} if ten run at a time.`;
    return page(finding, run, overheadTables(rows)[0]);
  },
  'rate-limit': () => {
    const { rows, ...run } = readResults<RateLimitRow>('rate-limit');
    const main = rows.filter(({ title }) => title === '300 calls at once');
    const [own, ...others] = main.map(({ refused }) => refused);
    const range = `${Math.min(...others)} to ${Math.max(...others)}`;
    const cases = rateLimitCases(rows.filter(({ title }) => title !== '300 calls at once'));
    return page(
      `Of 300 calls at once, the server refuses ${own} of this SDK's, and ${range} requests of the other clients.`,
      run,
      rateLimitTables(main)[0],
      cases,
    );
  },
  size: () => {
    const { rows, ...run } = readResults<SizeRow>('size');
    const finding = `The whole SDK is ${sizeOf('@example/sdk, everything')}, and verifyWebhook alone ${sizeOf('– only verifyWebhook')}.`;
    return page(finding, run, sizeTable(rows));
  },
  pagination: () => {
    const { rows, ...run } = readResults<WalkRow | HeapRow>('pagination');
    const walks = rows.filter((row) => row.what === 'a moving list');
    const moving = walks.filter(({ changes }) => changes > 0);
    const most = (isOwn: boolean) =>
      Math.max(...moving.filter(({ name }) => name.startsWith('@example') === isOwn).map((row) => row.lost));
    const resting = only(walks, ({ name, changes }) => name === '@example/sdk' && changes === 0);
    const [heap = { items: 0, heap: Number.NaN }] = rows.filter((row) => row.what === 'heap');
    return `${page(
      `While lists change, the SDK loses ${most(true)} items, and a loop over pages up to ${most(false)}.`,
      run,
      walkTables(moving)[0],
    )}\n\nAt rest, the SDK sends ${resting.requests} requests. After ${heap.items.toLocaleString('en')} items, it holds ${(heap.heap / 1e6).toFixed(0)} MB.`;
  },
  refusals: () => {
    const { rows } = readResults<RateLimitRow>('rate-limit');
    return markdown(rateLimitTables(rows.filter((row) => row.title === '300 calls at once')));
  },
  weight: () =>
    `Minified and gzipped, the whole SDK is ${sizeOf('@example/sdk, everything')}, including ky, zod and\n` +
    `eventemitter3 (stripe: ${sizeOf('stripe')}, openai: ${sizeOf('openai')}).`,
};

/** The rows of main street that the page shows. */
const shownScenarios = [
  '40 reads a minute, healthy',
  'page of 5 reads, answers of 2 s, deadline 3 s; first page of a window',
  'token revoked while 400 calls wait, 401s with headers',
  'a page offline for 20 s, four reloads of 20 calls',
  '290 calls at once, a stray 500, a reset and a hang of 30 s amid their windows',
  'one of three servers refuses for a minute, 25 reads a second, twice',
];

function page(finding: string, run: Omit<Results, 'rows'>, first?: FigureTable, folded?: FigureTable) {
  const day = new Date(run.date).toLocaleDateString('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
  return [
    `**${finding}** ${day}, Node ${run.node}, ${run.machine}.`,
    ...(first ? [markdown([first])] : []),
    ...(folded ? [fold(folded)] : []),
  ].join('\n\n');
}

const sizeOf = (what: string) =>
  `${kilobytes(only(readResults<SizeRow>('size').rows, (row) => row.what === what).zipped)} kB`;

interface HeapRow {
  readonly what: 'heap';
  readonly items: number;
  readonly heap: number;
}

/** Fills the parts of a page that are between `<!-- bench:name -->` and `<!-- /bench -->`. */
export function fillIn(page: string): string {
  return page.replace(
    /(<!-- bench:([\w-]+) -->\n)[^]*?(<!-- \/bench -->)/g,
    (_, start: string, name: string, end: string) => {
      const section = sections[name];
      if (section === undefined)
        throw new Error(`There is no benchmark "${name}". There are: ${Object.keys(sections).join(', ')}.`);
      return `${start}\n${section()}\n\n${end}`;
    },
  );
}

function only<Row>(rows: readonly Row[], isWanted: (row: Row) => boolean): Row {
  const found = rows.find(isWanted);
  if (found === undefined) throw new Error('The saved results lack what a page shows: run the benchmark with --save.');
  return found;
}
