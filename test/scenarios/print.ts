// Prints the scenarios' results: `npm run scenarios`. `-- --save` writes bench/results/scenarios.md; `-- 5` is row 5.
import { writeFileSync } from 'node:fs';
import type { Figures } from '../support/world/figures.ts';
import { setUps, outages } from './set-ups.ts';
import { measure, type Row } from './row.ts';

const [argument] = process.argv.slice(2);
const only = argument === '--save' ? undefined : argument;

const number = (value: number) => (Number.isFinite(value) ? `${Math.round(value * 100) / 100}` : '–');

/** What a client did, as a table cell. */
const cellOf = ({ calls, answered, p50, p95, max, rejected, requests, refused, lastRejection, extra }: Figures) =>
  [
    calls > 0 && `${answered} of ${calls}`,
    answered > 0 && `p50 ${number(p50)}, p95 ${number(p95)}, max ${number(max)} s`,
    ...Object.entries(rejected).map(([error, count]) => `${count} × ${error}`),
    answered < calls && `last after ${number(lastRejection)} s`,
    `${requests} requests${refused > 0 ? `, ${refused} refused` : ''}`,
    ...Object.entries(extra).map(([name, value]) => `${name}: ${number(value)}`),
  ]
    .filter((part) => part !== false)
    .join('; ');

/** Measures rows and prints them. @param prefix The first cell of a line. */
async function tableOf(rows: readonly Row[], prefix: (row: Row) => string) {
  const lines: string[] = [];
  let met = 0;
  for (const row of rows) {
    const { figures, missed } = await measure(row, ['fetch', 'simple']);
    if (missed.length === 0) met++;
    const goals = missed.length === 0 ? 'met' : `**missed**: ${missed.join(', ')}`;
    const cells = [...(['sdk', 'fetch', 'simple'] as const).map((kind) => cellOf(figures.get(kind)!)), goals];
    console.log(`${row.row}. ${[row.name, ...cells].join('\n   ')}`);
    lines.push(`| ${[`${prefix(row)}${row.name}`, ...cells].join(' | ')} |`);
  }
  return { met, table: lines.join('\n') };
}

const heads = '| set-up | this SDK | `fetch` | simple client | goals |\n| --- | --- | --- | --- | --- |';
const rows = setUps.filter(({ row }) => only === undefined || only === `${row}`);
const { met, table } = await tableOf(rows, ({ row }) => `${row} | `);
const end = `Goals are met in ${met} of ${rows.length} rows.`;
console.log(end);
if (only === undefined) {
  const down = await tableOf(outages, () => '');
  console.log(`Beyond row 3, goals are met in ${down.met} of ${outages.length} outages.`);
  const text = `# Set-ups of the guides\n\n| # ${heads.replace('\n', '\n| --: ')}\n${table}\n\n${end}\n\n## Outages\n\n${heads}\n${down.table}\n`;
  if (argument === '--save') writeFileSync('bench/results/scenarios.md', text);
}
