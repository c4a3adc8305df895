import { patience } from '../rate-limit/best-time.ts';
import type { Ranked } from '../overhead/turns.ts';

type Cells = readonly string[];

/** A table of figures, as the benchmark prints it and as the documentation shows it. */
export interface FigureTable {
  readonly title: string;
  readonly head: Cells;
  readonly rows: readonly Cells[];
}

// The rows that the benchmarks save.
export type OverheadRow = Ranked & { readonly concurrency: number };

export interface SizeRow {
  readonly what: string;
  readonly zipped: number;
  readonly minified: number;
  readonly packages: string;
}

export interface RateLimitRow {
  readonly title: string;
  readonly name: string;
  readonly done: number;
  readonly failed: number;
  readonly unfinished: number;
  readonly refused: number;
  /** `null` if not all calls are done. */
  readonly ratio: number | null;
}

export interface WalkRow {
  readonly what: 'a moving list';
  readonly name: string;
  readonly length: number;
  readonly changes: number;
  readonly walks: number;
  readonly requests: number;
  readonly most: number;
  readonly lost: number;
  readonly repeated: number;
}

export function print(tables: readonly FigureTable[]): void {
  console.log(`\n${markdown(tables)}`);
}

export function markdown(tables: readonly FigureTable[]): string {
  return tables.map(({ title, head, rows }) => `**${title}**\n\n${table(head, rows)}`).join('\n\n');
}

/** A table in Markdown, with the first column aligned left and the others aligned right. The rows of this SDK are bold. */
function table(head: Cells, given: readonly Cells[]): string {
  const rows = given.map((row) =>
    row[0]?.startsWith('@example/sdk') ? row.map((cell) => cell && `**${cell}**`) : row,
  );
  const widths = head.map((title, column) =>
    Math.max(3, ...[head, ...rows].map((row) => (row[column] ?? title).length)),
  );
  const line = (row: Cells): string[] =>
    widths.map((width, column) => {
      const cell = row[column] ?? '';
      return column === 0 ? cell.padEnd(width) : cell.padStart(width);
    });
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(head), rule, ...rows.map(line)].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

export function overheadTables(rows: readonly OverheadRow[]): FigureTable[] {
  return tablesBy(
    rows,
    ({ concurrency }) => (concurrency === 1 ? 'One call at a time' : `${concurrency} calls at a time`),
    (each) => ({
      head: ['client', '× fetch', 'quartiles', 'CPU µs per call'],
      rows: each.map(({ name, cost, ratio, low, high }) => [
        name,
        ratio.toFixed(2),
        name === 'fetch' ? '' : `${low.toFixed(2)}–${high.toFixed(2)}`,
        cost.toFixed(0),
      ]),
    }),
  );
}

export function sizeTable(rows: readonly SizeRow[]): FigureTable {
  return {
    title: 'Size',
    head: ['import', 'min + gzip, kB', 'min, kB', 'packages'],
    rows: rows.map(({ what, zipped, minified, packages }) => [
      what,
      kilobytes(zipped),
      kilobytes(minified),
      packages.split(', ').length > 3 ? String(packages.split(', ').length) : packages,
    ]),
  };
}

export function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(1);
}

export function rateLimitTables(rows: readonly RateLimitRow[]): FigureTable[] {
  return tablesBy(
    rows,
    ({ title }) => title,
    (each) => ({
      head: ['client', 'done', 'failed', 'refused (429)', '× best time'],
      rows: each.map(({ name, done, failed, refused, ratio }) => [
        name,
        String(done),
        String(failed),
        String(refused),
        // A client that gives up on calls has not done the same job in less time.
        failed > 0 ? '–' : (ratio?.toFixed(2) ?? `> ${patience}`),
      ]),
    }),
  );
}

/** A row for each case and a column for each client: how many requests were refused, and how long it took or what failed. */
export function rateLimitCases(rows: readonly RateLimitRow[]): FigureTable[] {
  const names = [...new Set(rows.map(({ name }) => name))];
  const cases = [...Map.groupBy(rows, ({ title }) => title.replace(/^300 calls,? /, ''))];
  const tableOf = (title: string, cell: (row: RateLimitRow) => string): FigureTable => ({
    title,
    head: [
      '300 calls …',
      ...names.map((name) => (name.startsWith('@example') ? 'this SDK' : name.replace(', 10 retries', ''))),
    ],
    rows: cases.map(([what, each]) => [
      what,
      ...names.map((name) => {
        const row = each.find((one) => one.name === name);
        if (row === undefined) return '';
        return name.startsWith('@example/sdk') ? `**${cell(row)}**` : cell(row);
      }),
    ]),
  });
  return [
    tableOf('Other cases: requests refused', ({ refused }) => String(refused)),
    tableOf('Other cases: × best time, or calls that failed', ({ failed, ratio }) =>
      failed > 0 ? `${failed} failed` : (ratio?.toFixed(2) ?? `> ${patience}`),
    ),
  ];
}

export function walkTables(rows: readonly WalkRow[]): FigureTable[] {
  return tablesBy(
    rows,
    ({ length, changes, walks }) =>
      `${length.toLocaleString('en')} items: ` +
      (changes === 0 ? 'one walk, at rest' : `${walks} walks, up to ${changes} changes before each response`),
    (each) => ({
      head: ['iteration', 'requests', 'at most', 'items lost', 'repeated'],
      rows: each.map(({ name, requests, most, lost, repeated }) => [
        name,
        requests.toFixed(1),
        String(most),
        String(lost),
        String(repeated),
      ]),
    }),
  );
}

/** One table for the rows of each title, in their order. */
function tablesBy<Row>(
  rows: readonly Row[],
  titleOf: (row: Row) => string,
  tableOf: (rows: readonly Row[]) => Omit<FigureTable, 'title'>,
): FigureTable[] {
  return [...Map.groupBy(rows, titleOf)].map(([title, each]) => ({ title, ...tableOf(each) }));
}
