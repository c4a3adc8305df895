import { cellsOf } from './markdown.ts';

type Row = Readonly<Record<string, string>>;

/** What the chart of a benchmark shows, what is better, and the column of its table that it shows, or each. */
const charts: Readonly<Record<string, readonly [shows: string, better: string, column?: string]>> = {
  'rate-limit': ['Requests refused', 'Fewer is better', 'refused (429)'],
  'set-ups': ['Calls answered', 'More is better'],
  overhead: ['CPU time as a multiple of fetch', 'Less is better', '× fetch'],
  size: ['Size in kB, minified and gzipped', 'Less is better', 'kB'],
  pagination: ['Items lost', 'Fewer is better', 'items lost'],
};

/** A benchmark: when it was measured, the title of its table, and the table. */
const benchmark = /<!-- bench:([\w-]+) -->\n+Measured on ([\w ]+)\.\n+\*\*(.+)\*\*\n+((?:\|.*\n)+)/gm;

/** Shows each benchmark as a chart, and folds its table. */
export function withCharts(markdown: string): string {
  return markdown.replaceAll(benchmark, (_, name: string, measured: string, title: string, table: string) => {
    const figures = `<details>\n<summary>The figures</summary>\n\n${table}\n</details>\n`;
    return `${chartOf(name, title, table, measured)}\n\n${figures}`;
  });
}

/** Removes the charts from the Markdown that is published beside the pages. */
export const withoutCharts = (markdown: string) => markdown.replaceAll(/<figure class="chart[^]*?<\/figure>\n*/g, '');

function chartOf(name: string, title: string, table: string, measured: string): string {
  const [shows = '', better, column] = charts[name] ?? [];
  const [head = [], , ...lines] = table.trim().replaceAll('**', '').split('\n').map(cellsOf);
  const rows = lines.map((cells): Row => Object.fromEntries(cells.map((cell, at) => [head[at] ?? '', cell])));
  // The best first, and those whose calls failed last.
  const rank = (row: Row) => parseFloat(row[column ?? '']?.replaceAll(',', '') ?? '') - 1e6 * Number(row.done ?? 0);
  const [first = '', ...others] = head;
  // A part of the SDK follows the whole.
  const whole = rows.find((row) => row[first]?.startsWith('@example/sdk,'));
  const ranked = (row: Row) => rank(whole && row[first]?.startsWith('@example/sdk/') ? whole : row);
  if (column) rows.sort((a, b) => ranked(a) - ranked(b));
  const parts = column
    ? [bars(rows.map((row) => ({ label: row[first] ?? '', figure: row[column] ?? '', note: outcome(row, rows) })))]
    : rows.map((row) => `<p>${row[first]}</p>${bars(others.map((label) => ({ label, figure: row[label] ?? '' })))}`);
  const caption = `<figcaption><b>${shows}</b>${better}${shows.startsWith(title) ? '' : ` · ${title}`}</figcaption>`;
  const figures = parts.join('').match(/(?<=<b>).+?(?=<\/dd>)/g) ?? [];
  const longest = Math.max(...figures.map((figure) => figure.replaceAll(/<.*?>/g, '').length));
  return `<figure class="chart not-content" style="--room: ${longest + 1}ch">${caption}${parts.join('')}<div>Measured on ${measured}.</div></figure>`;
}

type Bar = Readonly<Record<'label' | 'figure', string> & { note?: string }>;

function bars(all: readonly Bar[]): string {
  // Of `99 of 290`, the share is known.
  const valueOf = ({ figure }: Bar) =>
    parseFloat(figure.replaceAll(',', '')) / (Number(/ of (\d+)/.exec(figure.replaceAll(',', ''))?.[1]) || 1);
  const most = all.some(({ figure }) => figure.includes(' of ')) ? 1 : Math.max(...all.map(valueOf));
  const lines = all.map((bar) => {
    const [own = ''] = /^@example\/sdk\/?/.exec(bar.label) ?? [];
    // A client has one name in all charts. The table says what is used of it.
    const label = bar.label.replace(/^@?octokit.*/, 'octokit').replace(/, everything|.*, only /, '');
    const share = (valueOf(bar) / most).toFixed(3);
    const drawn = `<i style="--share: ${share}"></i><b>${bar.figure}</b>${bar.note ?? ''}`;
    return `<div${own && ` class="own${own.endsWith('/') ? ' part' : ''}"`}><dt>${label}</dt><dd>${drawn}</dd></div>`;
  });
  return `<dl>${lines.join('')}</dl>`;
}

/** How many calls of a client failed, or how long they all took. */
function outcome({ done, minutes }: Row, rows: readonly Row[]): string {
  if (!minutes) return '';
  const failed = Math.max(...rows.map((row) => Number(row.done))) - Number(done);
  return failed ? `<em>${failed} calls failed</em>` : `<span>in ${minutes} min</span>`;
}
