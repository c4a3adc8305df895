// Prints what main street shows: `npm run scenarios`. With `-- --save`, writes bench/results/scenarios.md. With `-- 5`, prints row 5 only.
import { writeFileSync } from 'node:fs';
import type { Figures } from '../support/world/figures.ts';
import { mainStreet } from './main-street.ts';
import { outageTables } from './outage.ts';
import { measure } from './row.ts';

const [argument] = process.argv.slice(2);
const isSaved = argument === '--save';
const only = isSaved ? undefined : argument;

const number = (value: number) => (Number.isFinite(value) ? `${Math.round(value * 100) / 100}` : '–');

/** What a client did, in a cell. */
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

const lines = ['| # | set-up | this SDK | `fetch` | simple client | goals |', '| --: | --- | --- | --- | --- | --- |'];
const rows = mainStreet.filter(({ row }) => only === undefined || only === `${row}`);
let met = 0;
for (const row of rows) {
  const { sdk, fetch, simple, missed } = await measure(row);
  if (missed.length === 0) met++;
  const goals = missed.length === 0 ? 'met' : `**missed**: ${missed.join(', ')}`;
  const cells = { 'this SDK': cellOf(sdk), fetch: cellOf(fetch), 'simple client': cellOf(simple), goals };
  lines.push(`| ${[row.row, row.name, ...Object.values(cells)].join(' | ')} |`);
  console.log(`${row.row}. ${row.name}`);
  for (const [name, cell] of Object.entries(cells)) console.log(`   ${name.padEnd(14)} ${cell}`);
}
const end = `Goals are met in ${met} of ${rows.length} rows.`;
console.log(end);
if (only === undefined) {
  const tables = await outageTables();
  console.log(`\n${tables}`);
  if (isSaved)
    writeFileSync(
      'bench/results/scenarios.md',
      `# Main street\n\n${lines.join('\n')}\n\n${end}\n\n## Outages\n\n${tables}\n`,
    );
}
