import { plots } from '../plots/charts.ts';
import { readResults, type Results } from './results.ts';
import {
  kilobytes,
  markdown,
  overheadTables,
  rateLimitTables,
  sizeTable,
  startupTables,
  walkTables,
  webhooksTables,
  type OverheadRow,
  type RateLimitRow,
  type SizeRow,
  type StartupRow,
  type WalkRow,
  type WebhooksRow,
} from './figure-tables.ts';

const sdk = '@example/sdk';

/** npm shows the README, too, and has no files beside it. */
const published = 'https://raw.githubusercontent.com/your-org/js-sdk/main/docs/plots';

/** What the documentation says of each benchmark, made of the saved results. */
const sections: Readonly<Record<string, () => string>> = {
  overhead: () => {
    const { rows, ...run } = readResults<OverheadRow>('overhead');
    const timesKy = [1, 10].map((concurrency) => {
      const ratio = (name: string) => only(rows, (row) => row.concurrency === concurrency && row.name === name).ratio;
      return `${(ratio(sdk) / ratio('ky')).toFixed(2)} ×`;
    });
    const summary = `${dateOf(run)} The SDK costs ${timesKy.join(' and ')} as much as ky, which makes its attempts.`;
    return `${summary}\n\n${markdown(overheadTables(rows))}`;
  },
  'rate-limit': () => {
    const { rows, ...run } = readResults<RateLimitRow>('rate-limit');
    return `${dateOf(run)}\n\n${markdown(rateLimitTables(rows))}`;
  },
  startup: () => {
    const { rows, ...run } = readResults<StartupRow>('startup');
    return `${dateOf(run)}\n\n${markdown(startupTables(rows))}`;
  },
  size: () => {
    const { rows, ...run } = readResults<SizeRow>('size');
    return `${dateOf(run)}\n\n${markdown([sizeTable(rows)])}`;
  },
  pagination: () => {
    const { rows, ...run } = readResults<(WalkRow & { what: 'a moving list' }) | TimeRow | HeapRow>('pagination');
    const walks = rows.filter((row) => row.what === 'a moving list');
    const time = only(rows, (row): row is TimeRow => row.what === 'time' && row.parallel === 8);
    const heap = only(rows, (row): row is HeapRow => row.what === 'heap' && row.at === 'end');
    return [
      dateOf(run),
      markdown(walkTables(walks.filter(({ changes }) => changes === 0 || changes === 15))),
      `With ${time.latency} ms latency and \`prefetch: ${time.parallel}\`, the SDK needs ${time.ratio.toFixed(2)} × the time ` +
        `of an ideal client that makes ${time.parallel} requests at a time, has pages of 100 items, and checks nothing. An ` +
        `iteration over ${heap.items.toLocaleString('en')} items holds ${(heap.heap / 1e6).toFixed(0)} MB at its end.`,
    ].join('\n\n');
  },
  webhooks: () => {
    const { rows, ...run } = readResults<WebhooksRow>('webhooks');
    return `${dateOf(run)}\n\n${markdown(webhooksTables(rows, 'standardwebhooks'))}`;
  },
  plots: () => plots.map(({ name }) => picture(name)).join('\n\n'),
  picture: () => picture('refused-requests'),
  weight: () => {
    const sizes = readResults<SizeRow>('size').rows;
    const size = (what: string) => `${kilobytes(only(sizes, (row) => row.what === what).zipped)} kB`;
    return (
      `Minified and gzipped, the whole SDK is ${size('@example/sdk, everything')}, including ky, zod and\n` +
      `eventemitter3 (stripe: ${size('stripe')}, openai: ${size('openai')}).`
    );
  },
};

interface TimeRow {
  readonly what: 'time';
  readonly latency: number;
  readonly parallel: number;
  readonly ratio: number;
}

interface HeapRow {
  readonly what: 'heap';
  readonly items: number;
  readonly at: number | 'end';
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

function picture(plot: string): string {
  const { title, measure } = only(plots, ({ name }) => name === plot).chart();
  return [
    '<picture>',
    `  <source media="(max-width: 30rem) and (prefers-color-scheme: dark)" srcset="${published}/${plot}-dark-narrow.svg">`,
    `  <source media="(max-width: 30rem)" srcset="${published}/${plot}-light-narrow.svg">`,
    `  <source media="(prefers-color-scheme: dark)" srcset="${published}/${plot}-dark.svg">`,
    `  <img alt="${title}. ${measure}." src="${published}/${plot}-light.svg" width="760">`,
    '</picture>',
  ].join('\n');
}

function dateOf({ date, node, machine }: Omit<Results, 'rows'>): string {
  const day = new Date(date).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  });
  return `One run, ${day}: Node ${node}, ${machine}.`;
}

function only<Row, Found extends Row>(rows: readonly Row[], isWanted: (row: Row) => row is Found): Found;
function only<Row>(rows: readonly Row[], isWanted: (row: Row) => boolean): Row;
function only<Row>(rows: readonly Row[], isWanted: (row: Row) => boolean): Row {
  const found = rows.find(isWanted);
  if (found === undefined) throw new Error('The saved results lack what a page shows: run the benchmark with --save.');
  return found;
}
