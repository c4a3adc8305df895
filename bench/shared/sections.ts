import { readFileSync } from 'node:fs';
import { readResults, type Results } from './results.ts';
import * as tables from './tables.ts';

const own = '@example/sdk';
const overhead = readResults<tables.OverheadRow>('overhead');
const pagination = readResults<tables.WalkRow>('pagination');
const rateLimit = readResults<tables.RateLimitRow>('rate-limit');
const size = readResults<tables.SizeRow>('size');
const single = overhead.rows.filter(({ concurrency }) => concurrency === 1);
const moving = pagination.rows.filter(({ changes }) => changes > 0);
const refused = compared(rateLimit.rows, (row) => [row.name, row.refused]);
const lost = compared(moving, (row) => [row.name, row.lost]);

/** The set-ups that the page shows, and their names there. */
const shownScenarios = {
  'token revoked while 400 calls wait, 401s with headers': 'Token revoked while 400 calls wait',
  'a page offline for 20 s, four reloads of 20 calls': 'A page offline for 20 s',
  '290 calls at once, a stray 500, a reset and a hang of 30 s amid their windows': '290 calls amid three failures',
  'one of three servers refuses for a minute, 25 reads a second, twice': 'One of three servers refuses',
};

// `npm run scenarios -- --save` wrote it.
const saved = readFileSync(new URL('../results/scenarios.md', import.meta.url), 'utf8');
const scenarios = Array.from(saved.matchAll(/^\| \d+ \| (.+) \|$/gm), ([, row = '']) => row.split(' | '));
const setUps = Object.entries(shownScenarios).map(([name, title]) => {
  const cells = only(scenarios, (row) => row[0] === name).slice(1, -1);
  return [title, ...cells.map((cell) => /^\d+ of \d+/.exec(cell)?.[0] ?? '')];
});
/** The calls of a client in all set-ups: those answered, or all. */
const calls = (at: number, part = 0) => setUps.reduce((sum, row) => sum + Number(row[at]?.split(' of ')[part]), 0);

/** The text about each benchmark, made from the saved results: first what users get, then the rest, folded. */
const sections: Readonly<Record<string, () => string>> = {
  verdict: () => {
    const rows = Object.entries({
      'Requests refused at the rate limit': refused,
      [`Calls answered amid failures, of ${calls(1, 1)}`]: compared([1, 2, 3], (at) => [at > 1 ? '' : own, calls(at)]),
      'Items lost from changing lists': lost,
      'CPU time of a call, as a multiple of fetch': compared(single, (row) => [row.name, row.ratio], 2),
      'Size in kB, minified and gzipped': compared(size.rows, (row) => [row.what, row.zipped / 1000], 1),
    });
    const head = ['measure', 'this SDK', 'others'];
    return tables.table(
      head,
      rows.map(([measure, figures]) => [measure, ...figures]),
    );
  },
  'set-ups': () => {
    const table = { title: 'Calls answered', head: ['set-up', own, 'fetch', 'simple client'], rows: setUps };
    return `Measured on virtual time.\n\n${tables.markdown([table])}`;
  },
  overhead: () => page(overhead, tables.overheadTables(single)),
  'rate-limit': () => page(rateLimit, tables.rateLimitTables(rateLimit.rows)),
  size: () => page(size, tables.sizeTables(size.rows)),
  pagination: () => page(pagination, tables.walkTables(moving)),
  machine: () => {
    const packages = Object.entries(rateLimit.versions).map((each) => each.join(' '));
    const runs = [rateLimit, overhead, size, pagination].map(({ node, machine }) => `Node ${node}, ${machine}`);
    return `Measured with ${packages.join(', ')}, ${[...new Set(runs)].join('; ')}.`;
  },
  refusals: () => tables.markdown(tables.rateLimitTables(rateLimit.rows)),
  weight: () =>
    `Minified and gzipped, the whole SDK is ${sizeOf('@example/sdk, everything')}, including ky, zod and\n` +
    `eventemitter3 (stripe: ${sizeOf('stripe')}, openai: ${sizeOf('openai')}).`,
};

/** What was measured of the SDK, and of the others from the least to the most. */
function compared<Row>(rows: readonly Row[], read: (row: Row) => readonly [name: string, figure: number], digits = 0) {
  const of = (ours: boolean) =>
    rows.map(read).flatMap(([name, figure]) => (name.startsWith(own) === ours ? figure : []));
  const [first = NaN, least, most] = [of(true)[0], Math.min(...of(false)), Math.max(...of(false))];
  return [first.toFixed(digits), `${least.toFixed(digits)} to ${most.toFixed(digits)}`] as const;
}

function page(run: Results, all: readonly tables.FigureTable[]): string {
  const day = new Date(run.date).toLocaleDateString('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
  return `Measured on ${day}.\n\n${tables.markdown(all)}`;
}

const sizeOf = (what: string) => `${tables.kilobytes(only(size.rows, (row) => row.what === what).zipped)} kB`;

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
