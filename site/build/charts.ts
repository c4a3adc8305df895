import { cellsOf } from './markdown.ts';

/** What the chart of a benchmark shows: a column of its table, or each. A figure is followed by its unit. */
interface Chart {
  readonly shows: string;
  readonly column?: string;
  readonly unit?: string;
}

type Row = Readonly<Record<string, string>>;

const charts: Readonly<Record<string, Chart>> = {
  'rate-limit': { shows: 'requests refused, fewer is better', column: 'refused (429)', unit: 'refused' },
  'set-ups': { shows: 'more is better' },
  overhead: { shows: 'CPU time, less is better', column: '× fetch', unit: '× fetch' },
  size: { shows: 'minified and gzipped, less is better', column: 'kB', unit: 'kB' },
  pagination: { shows: 'items lost, fewer is better', column: 'items lost', unit: 'lost' },
};

/** A benchmark: what it says in bold, how it was measured, the title of its table, the table, and the rest. */
const benchmark = /(?<=<!-- bench:([\w-]+) -->\n+)(\*\*.+\.\*\*)(?: (.+))?\n+\*\*(.+)\*\*\n+((?:\|.*\n)+)/g;

/** Shows each benchmark as a chart, and folds its table. */
export function withCharts(markdown: string): string {
  return markdown.replaceAll(
    benchmark,
    (_, name: string, said: string, measured: string | undefined, title: string, table: string) => {
      const figures = `<details>\n<summary>The figures</summary>\n\n${table}\n</details>\n`;
      return `${said}\n\n${chartOf(name, title, table, measured ?? '')}\n\n${figures}`;
    },
  );
}

/** Removes the charts from the Markdown that is published beside the pages. */
export const withoutCharts = (markdown: string) => markdown.replaceAll(/<figure class="chart[^]*?<\/figure>\n*/g, '');

/** The chart of one benchmark in this Markdown. */
export const chartIn = (markdown: string, name: string) =>
  /<figure class="chart[^]*?<\/figure>/.exec(
    withCharts(markdown.slice(markdown.indexOf(`<!-- bench:${name} -->`))),
  )?.[0];

function chartOf(name: string, title: string, table: string, measured: string): string {
  const { shows, column, unit } = charts[name] ?? { shows: '' };
  const [head = [], , ...lines] = table.trim().replaceAll('**', '').split('\n').map(cellsOf);
  const rows = lines.map((cells): Row => Object.fromEntries(cells.map((cell, at) => [head[at] ?? '', cell])));
  const [first = '', ...others] = head;
  const parts = column
    ? [bars(rows.map((row) => ({ label: row[first] ?? '', figure: row[column] ?? '', unit, ...outcome(row, rows) })))]
    : rows.map((row) => `<p>${row[first]}</p>${bars(others.map((label) => ({ label, figure: row[label] ?? '' })))}`);
  const caption = `<figcaption>${title}: ${shows}</figcaption>`;
  return `<figure class="chart not-content">${caption}${parts.join('')}<small>${measured.replace(/^(?=\d+ \w+ \d+\.)/, 'Measured on ')}</small></figure>`;
}

interface Bar {
  readonly label: string;
  readonly figure: string;
  readonly unit?: string | undefined;
  readonly note?: string;
}

function bars(all: readonly Bar[]): string {
  // Of `99 of 290`, the share is known.
  const valueOf = ({ figure }: Bar) =>
    parseFloat(figure.replaceAll(',', '')) / (Number(/ of (\d+)/.exec(figure.replaceAll(',', ''))?.[1]) || 1);
  const most = all.some(({ figure }) => figure.includes(' of ')) ? 1 : Math.max(...all.map(valueOf));
  const lines = all.map((bar) => {
    const own = /^(@example\/sdk|– )/.test(bar.label) ? ' class="own"' : '';
    const share = (valueOf(bar) / most).toFixed(3);
    const text = [`<b>${bar.figure}</b>`, bar.unit].filter(Boolean).join(' ') + (bar.note ?? '');
    return `<div${own}><dt>${bar.label}</dt><dd><i style="--share: ${share}"></i>${text}</dd></div>`;
  });
  return `<dl>${lines.join('')}</dl>`;
}

/** A client that gives up is refused less. The others say how long they take. */
function outcome(row: Row, rows: readonly Row[]): { note?: string } {
  const failed = Math.max(...rows.map(({ done }) => Number(done))) - Number(row.done);
  if (failed > 0) return { note: ` <em>${failed} calls failed</em>` };
  return row.minutes ? { note: ` <span>in ${row.minutes} min</span>` } : {};
}
