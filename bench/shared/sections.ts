import { readFileSync } from 'node:fs';
import { readResults, type Results } from './results.ts';
import * as tables from './tables.ts';

/** The text about each benchmark, made from the saved results: first what users get, then the rest, folded. */
const sections: Readonly<Record<string, () => string>> = {
  'set-ups': () => {
    // `npm run scenarios -- --save` wrote it.
    const saved = readFileSync(new URL('../results/scenarios.md', import.meta.url), 'utf8');
    const rows = Array.from(saved.matchAll(/^\| \d+ \| (.+) \|$/gm), ([, row = '']) => row.split(' | '));
    const shown = Object.entries(shownScenarios).map(([name, title]) => {
      const cells = only(rows, (row) => row[0] === name).slice(1, -1);
      return [title, ...cells.map((cell) => /^\d+ of \d+/.exec(cell)?.[0] ?? '')];
    });
    const sum = (column: number, part: number) =>
      shown.reduce((total, cells) => total + Number(cells[column]?.split(' of ')[part]), 0).toLocaleString('en');
    const table = { title: 'Calls answered', head: ['set-up', '@example/sdk', 'fetch', 'simple client'], rows: shown };
    return `**Of ${sum(1, 1)} calls, the SDK gets ${sum(1, 0)} answered, plain fetch ${sum(2, 0)}, and a simple client ${sum(3, 0)}.** On virtual time.\n\n${tables.markdown([table])}`;
  },
  overhead: () => {
    const { rows, ...run } = readResults<tables.OverheadRow>('overhead');
    const timesFetch = (client: string, concurrency: number) =>
      only(rows, ({ name, ...row }) => row.concurrency === concurrency && name === client).ratio.toFixed(2);
    const [own, ky] = ['@example/sdk', 'ky'] as const;
    const finding =
      `A call costs ${timesFetch(own, 1)} times the CPU time of plain fetch; ky costs ${timesFetch(ky, 1)} times. ` +
      `Ten at a time, the ratios are ${timesFetch(own, 10)} and ${timesFetch(ky, 10)}.`;
    return page(finding, run, tables.overheadTables(rows)[0]);
  },
  'rate-limit': () => {
    const { rows, ...run } = readResults<tables.RateLimitRow>('rate-limit');
    const [own, ...others] = rows.map(({ refused }) => refused);
    const range = tables.grouped(`${Math.min(...others)} to ${Math.max(...others)}`);
    const finding = `For 300 calls, the server refuses ${own} requests of this SDK, and ${range} of the other clients, retries included.`;
    return page(finding, run, tables.rateLimitTables(rows)[0]);
  },
  size: () => {
    const { rows, ...run } = readResults<tables.SizeRow>('size');
    const finding = `The whole SDK is ${sizeOf('@example/sdk, everything')}, and verifyWebhook alone ${sizeOf('@example/sdk/webhooks, only verifyWebhook')}.`;
    return page(finding, run, tables.sizeTables(rows)[0]);
  },
  pagination: () => {
    const { rows, ...run } = readResults<tables.WalkRow>('pagination');
    const moving = rows.filter(({ changes }) => changes > 0);
    const most = (isOwn: boolean) =>
      Math.max(...moving.filter(({ name }) => name.startsWith('@example') === isOwn).map((row) => row.lost));
    const resting = only(rows, ({ name, changes }) => name === '@example/sdk' && changes === 0);
    const walked = `${resting.walks} walks over a changing list of ${resting.length.toLocaleString('en')} items`;
    const finding = `In ${walked}, the SDK loses ${most(true)} items, and a loop over pages up to ${most(false).toLocaleString('en')}.`;
    const rest = `If nothing changes, the SDK sends ${resting.requests} requests.`;
    return page(finding, run, tables.walkTables(moving)[0], rest);
  },
  machine: () => {
    const runs = ['rate-limit', 'overhead', 'size', 'pagination'].map((name) => readResults<object>(name));
    const packages = Object.entries(readResults<object>('rate-limit').versions).map((each) => each.join(' '));
    return `Measured with ${packages.join(', ')}, ${[...new Set(runs.map(({ node, machine }) => `Node ${node}, ${machine}`))].join('; ')}.`;
  },
  refusals: () => tables.markdown(tables.rateLimitTables(readResults<tables.RateLimitRow>('rate-limit').rows)),
  weight: () =>
    `Minified and gzipped, the whole SDK is ${sizeOf('@example/sdk, everything')}, including ky, zod and\n` +
    `eventemitter3 (stripe: ${sizeOf('stripe')}, openai: ${sizeOf('openai')}).`,
};

/** The set-ups that the page shows, and their names there. */
const shownScenarios = {
  'token revoked while 400 calls wait, 401s with headers': 'Token revoked while 400 calls wait',
  'a page offline for 20 s, four reloads of 20 calls': 'A page offline for 20 s',
  '290 calls at once, a stray 500, a reset and a hang of 30 s amid their windows': '290 calls amid three failures',
  'one of three servers refuses for a minute, 25 reads a second, twice': 'One of three servers refuses',
};

function page(finding: string, run: Omit<Results, 'rows'>, first?: tables.FigureTable, rest = ''): string {
  const day = new Date(run.date).toLocaleDateString('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
  return `**${finding}** ${rest}${rest && ' '}${day}.\n\n${tables.markdown(first ? [first] : [])}`;
}

const sizeOf = (what: string) =>
  `${tables.kilobytes(only(readResults<tables.SizeRow>('size').rows, (row) => row.what === what).zipped)} kB`;

/** Fills in the parts of a page between `<!-- bench:name -->` and `<!-- /bench -->`. */
export function fillIn(text: string): string {
  const part = /(<!-- bench:([\w-]+) -->\n)[^]*?(<!-- \/bench -->)/g;
  return text.replace(part, (_, start: string, name: string, end: string) => {
    const section = sections[name];
    if (section) return `${start}\n${section()}\n\n${end}`;
    throw new Error(`There is no benchmark "${name}". There are: ${Object.keys(sections).join(', ')}.`);
  });
}

function only<Row>(rows: readonly Row[], isWanted: (row: Row) => boolean): Row {
  const found = rows.find(isWanted);
  if (found === undefined) throw new Error('The saved results lack what a page shows: run the benchmark with --save.');
  return found;
}
