import { readResults, type Results } from './results.ts';
import {
  kilobytes,
  markdown,
  overheadTables,
  rateLimitCases,
  rateLimitTables,
  sizeTable,
  walkTables,
  type OverheadRow,
  type RateLimitRow,
  type SizeRow,
  type WalkRow,
} from './tables.ts';

/** What the documentation says of each benchmark, made of the saved results. */
const sections: Readonly<Record<string, () => string>> = {
  overhead: () => {
    const { rows, ...run } = readResults<OverheadRow>('overhead');
    const timesKy = [1, 10].map((concurrency) => {
      const ratio = (name: string) => only(rows, (row) => row.concurrency === concurrency && row.name === name).ratio;
      return `${(ratio('@example/sdk') / ratio('ky')).toFixed(2)} ×`;
    });
    const finding = `**The SDK costs ${timesKy.join(' and ')} as much as ky, which makes its attempts.**`;
    return `${finding} ${dateOf(run)}\n\n${markdown(overheadTables(rows))}`;
  },
  'rate-limit': () => {
    const { rows, ...run } = readResults<RateLimitRow>('rate-limit');
    const [own, ...others] = rows.filter(({ title }) => title === '300 calls at once').map(({ refused }) => refused);
    const range = `${Math.min(...others)} to ${Math.max(...others)}`;
    const finding = `**Of 300 calls at once, the server refuses ${own} of this SDK's, and ${range} requests of the other clients.**`;
    const isMain = ({ title }: RateLimitRow) => title.endsWith('calls at once');
    // Each client with the retries that serve it best.
    const cases = rows.filter((row) => !isMain(row) && mostPatient(row));
    return `${finding} ${dateOf(run)}\n\n${markdown([...rateLimitTables(rows.filter(isMain)), ...rateLimitCases(cases)])}`;
  },
  size: () => {
    const { rows, ...run } = readResults<SizeRow>('size');
    const size = (what: string) => `${kilobytes(only(rows, (row) => row.what === what).zipped)} kB`;
    const finding = `**The whole SDK is ${size('@example/sdk, everything')}, and verifyWebhook alone ${size('– only verifyWebhook')}.**`;
    return `${finding} ${dateOf(run)}\n\n${markdown([sizeTable(rows)])}`;
  },
  pagination: () => {
    const { rows, ...run } = readResults<WalkRow | HeapRow>('pagination');
    const walks = rows.filter((row) => row.what === 'a moving list');
    const { items, heap } = only(
      rows.filter((row) => row.what === 'heap'),
      () => true,
    );
    const lost = walks.filter(({ changes }) => changes > 0);
    const most = (isOwn: boolean) =>
      Math.max(...lost.filter(({ name }) => name.startsWith('@example') === isOwn).map((row) => row.lost));
    return [
      `**While lists change, the SDK loses ${most(true)} items, and a loop over pages up to ${most(false)}.** ${dateOf(run)}`,
      markdown(walkTables(walks)),
      `An iteration over ${items.toLocaleString('en')} items holds ${(heap / 1e6).toFixed(0)} MB at its end.`,
    ].join('\n\n');
  },
  refusals: () => {
    const { rows } = readResults<RateLimitRow>('rate-limit');
    return markdown(rateLimitTables(rows.filter((row) => row.title === '300 calls at once' && mostPatient(row))));
  },
  weight: () => {
    const sizes = readResults<SizeRow>('size').rows;
    const size = (what: string) => `${kilobytes(only(sizes, (row) => row.what === what).zipped)} kB`;
    return (
      `Minified and gzipped, the whole SDK is ${size('@example/sdk, everything')}, including ky, zod and\n` +
      `eventemitter3 (stripe: ${size('stripe')}, openai: ${size('openai')}).`
    );
  },
};

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

function mostPatient({ name }: RateLimitRow): boolean {
  return /^@example|10 retries$/.test(name);
}

function dateOf({ date, node, machine }: Omit<Results, 'rows'>): string {
  const day = new Date(date).toLocaleDateString('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
  return `One run, ${day}: Node ${node}, ${machine}.`;
}

function only<Row>(rows: readonly Row[], isWanted: (row: Row) => boolean): Row {
  const found = rows.find(isWanted);
  if (found === undefined) throw new Error('The saved results lack what a page shows: run the benchmark with --save.');
  return found;
}
