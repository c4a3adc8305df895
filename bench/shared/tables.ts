import type { Ranked } from '../overhead/turns.ts';
import type { WorkerReport } from '../rate-limit/worker.ts';

type Cells = readonly string[];

/** A table of figures, for the benchmark's output and the documentation. */
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
}

export interface RateLimitRow extends Pick<WorkerReport, 'done' | 'failed' | 'unfinished'> {
  readonly title: string;
  readonly name: string;
  /** The number of 429s that the server sent. */
  readonly refused: number;
  /** From the first call to the end of the last. */
  readonly minutes: number;
}

export interface WalkRow {
  readonly name: string;
  readonly length: number;
  readonly changes: number;
  readonly walks: number;
  readonly requests: number;
  readonly most: number;
  readonly lost: number;
  readonly repeated: number;
}

export const overheadTables = tablesOf<OverheadRow>(
  ({ concurrency }) => (concurrency === 1 ? 'One call at a time' : `${concurrency} calls at a time`),
  { client: ({ name }) => name, '× fetch': ({ ratio }) => ratio.toFixed(2), 'CPU µs': ({ cost }) => cost.toFixed(0) },
);

export const sizeTables = tablesOf<SizeRow>(() => 'Size', {
  import: ({ what }) => what,
  kB: ({ zipped }) => kilobytes(zipped),
});

export const rateLimitTables = tablesOf<RateLimitRow>(({ title }) => title, {
  client: ({ name }) => name.replace(', 10 retries', ''),
  done: ({ done }) => String(done),
  'refused (429)': ({ refused }) => String(refused),
  minutes: ({ minutes }) => new Date(Math.ceil(minutes * 60) * 1000).toISOString().slice(15, 19),
});

export const walkTables = tablesOf<WalkRow>(
  ({ length, changes, walks }) =>
    `${length.toLocaleString('en')} items: ` +
    (changes === 0 ? 'one walk, at rest' : `${walks} walks, up to ${changes} changes before each response`),
  {
    iteration: ({ name }) => name,
    requests: ({ requests }) => requests.toFixed(1),
    'at most': ({ most }) => String(most),
    'items lost': ({ lost }) => String(lost),
    repeated: ({ repeated }) => String(repeated),
  },
);

/** Adds separators to numbers from 1 000 up, as in `2,200 of 3,500`. */
const grouped = (text: string): string =>
  text.replaceAll(/\d{1,3}(?: ?\d{3})+/g, (figure) => Number(figure.replaceAll(' ', '')).toLocaleString('en'));

export const kilobytes = (bytes: number): string => (bytes / 1000).toFixed(1);

export function print(tables: readonly FigureTable[]): void {
  console.log(`\n${markdown(tables)}`);
}

export function markdown(tables: readonly FigureTable[]): string {
  return tables.map(({ title, head, rows }) => `**${title}**\n\n${table(head, rows)}`).join('\n\n');
}

/** A Markdown table: the first column is aligned left, the others right, and the rows of this SDK are bold. */
export function table(head: Cells, given: readonly Cells[]): string {
  const bold = (row: Cells) => row.map((cell) => cell && `**${cell}**`);
  const rows = given
    .map((row) => row.map(grouped))
    .map((row) => (row[0]?.startsWith('@example/sdk') ? bold(row) : row));
  const widths = head.map((title, at) => Math.max(3, ...[head, ...rows].map((row) => (row[at] ?? title).length)));
  const line = (row: Cells) =>
    widths.map((width, at) => (at === 0 ? (row[at] ?? '').padEnd(width) : (row[at] ?? '').padStart(width)));
  const rule = widths.map((width, at) => (at === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(head), rule, ...rows.map(line)].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Makes one table per title, with its rows in order. A column is a function of a row. */
function tablesOf<Row>(titleOf: (row: Row) => string, columns: Readonly<Record<string, (row: Row) => string>>) {
  return (rows: readonly Row[]): FigureTable[] =>
    [...Map.groupBy(rows, titleOf)].map(([title, each]) => ({
      title,
      head: Object.keys(columns),
      rows: each.map((row) => Object.values(columns).map((cell) => cell(row))),
    }));
}
