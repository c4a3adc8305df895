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
    const lines = Object.entries({
      'requests refused** at the rate limit': refused,
      [`of ${calls(1, 1)} calls answered** amid failures`]: compared([1, 2, 3], (at) => [at > 1 ? '' : own, calls(at)]),
      'items lost** from changing lists': lost,
      'times the CPU time** of fetch': compared(single, (row) => [row.name, row.ratio], 2),
      'kB** minified and gzipped': compared(size.rows, (row) => [row.what, row.zipped / 1000], 1),
    });
    return lines.map(([text, [ours, others]]) => tables.grouped(`- **${ours} ${text}; others: ${others}`)).join('\n');
  },
  'set-ups': () => {
    const table = { title: 'Calls answered', head: ['set-up', own, 'fetch', 'simple client'], rows: setUps };
    const said = `Of ${calls(1, 1)} calls, the SDK gets ${calls(1)} answered, plain fetch ${calls(2)}, and a simple client ${calls(3)}.`;
    return `**${tables.grouped(said)}** On virtual time.\n\n${tables.markdown([table])}`;
  },
  overhead: () => {
    const timesFetch = (client: string, atOnce: number) =>
      only(overhead.rows, (row) => row.concurrency === atOnce && row.name === client).ratio.toFixed(2);
    const finding = `A call costs ${timesFetch(own, 1)} times the CPU time of plain fetch; ky costs ${timesFetch('ky', 1)} times. Ten at a time: ${timesFetch(own, 10)} and ${timesFetch('ky', 10)}.`;
    return page(finding, overhead, tables.overheadTables(single));
  },
  'rate-limit': () => {
    const finding = `The server refuses ${refused[0]} requests of this SDK, and ${refused[1]} of the other clients, retries included.`;
    return page(finding, rateLimit, tables.rateLimitTables(rateLimit.rows));
  },
  size: () => {
    const finding = `The whole SDK is ${sizeOf('@example/sdk, everything')}, and verifyWebhook alone ${sizeOf('@example/sdk/webhooks, only verifyWebhook')}.`;
    return page(finding, size, tables.sizeTables(size.rows));
  },
  pagination: () => {
    const resting = only(pagination.rows, ({ name, changes }) => name === own && changes === 0);
    const finding = `In ${resting.walks} walks over a changing list of ${resting.length} items, the SDK loses ${lost[0]} items, and a loop over pages ${lost[1]}.`;
    const rest = `If nothing changes, the SDK sends ${resting.requests} requests.`;
    return page(finding, pagination, tables.walkTables(moving), rest);
  },
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

function page(finding: string, run: Results, all: readonly tables.FigureTable[], rest = ''): string {
  const day = new Date(run.date).toLocaleDateString('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
  return `**${tables.grouped(finding)}** ${rest}${rest && ' '}${day}.\n\n${tables.markdown(all)}`;
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
