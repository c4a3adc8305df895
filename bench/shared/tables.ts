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
  readonly minutes: number;
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

/** The same for a table that few readers need. */
export function fold({ title, head, rows }: FigureTable): string {
  return `<details>\n<summary>${title}</summary>\n\n${table(head, rows)}\n\n</details>`;
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
      head: ['client', '× fetch', 'CPU µs'],
      rows: each.map(({ name, cost, ratio }) => [name, ratio.toFixed(2), cost.toFixed(0)]),
    }),
  );
}

export function sizeTable(rows: readonly SizeRow[]): FigureTable {
  return {
    title: 'Size',
    head: ['import', 'kB', 'packages'],
    rows: rows.map(({ what, zipped, packages }) => [
      what,
      kilobytes(zipped),
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
      head: ['client', 'done', 'refused (429)', 'minutes'],
      rows: each.map(({ name, done, failed, unfinished, refused, minutes }) => [
        name.replace(', 10 retries', ''),
        String(done),
        String(refused),
        // A client that gives up on calls has not done the same job in less time.
        failed + unfinished > 0 ? '–' : minutes.toFixed(2),
      ]),
    }),
  );
}

/** A row for each case, with what this SDK and the best of the others did in it. */
export function rateLimitCases(rows: readonly RateLimitRow[]): FigureTable {
  const cell = ({ done, failed, unfinished, refused, minutes }: RateLimitRow) =>
    `${refused}; ${failed + unfinished > 0 ? `only ${done} done` : minutes.toFixed(2)}`;
  const of = (each: readonly RateLimitRow[], name: string) =>
    each
      .filter((row) => row.name.startsWith(name))
      .map(cell)
      .join('');
  return {
    title: 'More cases: requests refused, and minutes',
    head: ['case', '@example/sdk', 'ky'],
    rows: [...Map.groupBy(rows, ({ title }) => title)].map(([title, each]) => [
      title,
      `**${of(each, '@example/sdk')}**`,
      of(each, 'ky'),
    ]),
  };
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
