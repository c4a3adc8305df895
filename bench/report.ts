/**
 * Draws the plots, and writes the figures of `bench/results/*.json` into the documentation. `npm run bench:report`
 *
 * The benchmarks write these files with `--save`. Tests fail if a plot or a page differs from them.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { drawBars } from './plots/bar-chart.ts';
import { plots } from './plots/charts.ts';
import { fillIn } from './shared/documentation.ts';

const root = new URL('../', import.meta.url);

mkdirSync(new URL('docs/plots', root), { recursive: true });
for (const { name, chart } of plots) {
  for (const theme of ['light', 'dark'] as const) {
    writeFileSync(new URL(`docs/plots/${name}-${theme}.svg`, root), drawBars(chart(), theme));
    writeFileSync(new URL(`docs/plots/${name}-${theme}-narrow.svg`, root), drawBars(chart(), theme, 'narrow'));
  }
}
for (const page of ['README.md', 'docs/benchmarks.md']) {
  const path = new URL(page, root);
  writeFileSync(path, fillIn(readFileSync(path, 'utf8')));
}
